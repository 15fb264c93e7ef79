import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DEFAULT_LIMITS, MAXIMUM_AUTHENTICATORS } from '../lib/account/limits.js';
import { waitSeconds } from '../lib/account/lockout.js';
import { APP_PARAMETERS, TOTP_DIGITS, TOTP_PERIODS } from '../lib/account/totp.js';

const { window, lockout } = DEFAULT_LIMITS;
/** Steps accepted at once: around the server's clock, and around a learned offset that does not overlap. */
const STEPS = { right: 2 * window + 1, off: 2 * (2 * window + 1) };

/** One account a guesser may meet. */
export interface Situation {
  readonly name: string;
  /** Codes that are right at one moment. */
  readonly rightCodes: number;
}

/** From the usual account to the one that is easiest to guess. */
export const SITUATIONS: readonly Situation[] = [
  { name: '1 authenticator, clocks agree', rightCodes: STEPS.right },
  { name: '1 authenticator, clock off', rightCodes: STEPS.off },
  {
    name: `${String(MAXIMUM_AUTHENTICATORS)} authenticators, clocks off`,
    rightCodes: MAXIMUM_AUTHENTICATORS * STEPS.off,
  },
];

/** The chance that one of so many guesses was right, by the digits of a code. */
export function chance(
  { rightCodes }: Situation,
  guesses: number,
  digits: number = APP_PARAMETERS.digits,
): number {
  return 1 - (1 - rightCodes / 10 ** digits) ** guesses;
}

/** The soonest the last of so many guesses can be made, in seconds after the first. */
export function soonestSeconds(guesses: number): number {
  let seconds = 0;
  for (let failures = 1; failures < guesses; failures++) seconds += waitSeconds(failures, lockout);
  return seconds;
}

const ROWS = [1, lockout.after, 10, 15, 20, 50, lockout.hardLimit];

const WORDS: Readonly<Record<number, string>> = { 6: 'Six', 7: 'Seven', 8: 'Eight' };

/** The tables of docs/limits.md, one for each number of digits. */
export function tables(): string {
  return TOTP_DIGITS.map((digits) => `${WORDS[digits] ?? ''} digits:\n\n${tableOf(digits)}`).join('\n\n');
}

function tableOf(digits: number): string {
  return table(
    ['wrong codes in a row', 'at the soonest after', ...SITUATIONS.map(({ name }) => name)],
    ROWS.map((guesses) => [
      String(guesses),
      duration(soonestSeconds(guesses)),
      ...SITUATIONS.map((situation) => odds(chance(situation, guesses, digits))),
    ]),
  );
}

/** What the time step changes: for how long a code is right, and not how many are. */
export function periodTable(): string {
  const [usual] = SITUATIONS;
  return table(
    [
      'time step',
      'codes that are right at one moment',
      ...TOTP_DIGITS.map((digits) => `one guess of ${(WORDS[digits] ?? '').toLowerCase()} digits`),
      'a code is accepted for',
    ],
    TOTP_PERIODS.map((period) => [
      `${String(period)} s`,
      String(STEPS.right),
      ...TOTP_DIGITS.map((digits) => (usual ? odds(chance(usual, 1, digits)) : '')),
      `${String(STEPS.right * period)} s`,
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function odds(probability: number): string {
  return `1 in ${thousands(Math.round(1 / probability))}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${String(seconds)} s`;
  if (seconds < 5400) return `${String(Math.round(seconds / 60))} min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}

function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

const PLOT = { width: 640, height: 320, left: 64, right: 16, top: 16, bottom: 48 };
const COLOURS = ['#1f5fbf', '#b3541e', '#8a1c4a'];

/** The chance against time, as a picture: until the hard limit, and flat from there on. */
export function plot(): string {
  const { width, height, left, right, top, bottom } = PLOT;
  const days = (soonestSeconds(lockout.hardLimit) / 86_400) * 1.25;
  const most = Math.max(...SITUATIONS.map((situation) => chance(situation, lockout.hardLimit))) * 1.1;
  const x = (seconds: number): string =>
    (left + (seconds / 86_400 / days) * (width - left - right)).toFixed(1);
  const y = (value: number): string =>
    (height - bottom - (value / most) * (height - top - bottom)).toFixed(1);

  const lines = SITUATIONS.map((situation, i) => {
    const points: string[] = [];
    for (let guesses = 1; guesses <= lockout.hardLimit; guesses++) {
      const at = x(soonestSeconds(guesses));
      points.push(`${at},${y(chance(situation, guesses - 1))}`, `${at},${y(chance(situation, guesses))}`);
    }
    points.push(`${x(days * 86_400)},${y(chance(situation, lockout.hardLimit))}`);
    const label = `<text x="${String(width - right - 4)}" y="${String(
      Number(y(chance(situation, lockout.hardLimit))) - 6,
    )}" text-anchor="end" fill="${COLOURS[i] ?? ''}">${situation.name}</text>`;
    return `<polyline fill="none" stroke="${COLOURS[i] ?? ''}" stroke-width="2" points="${points.join(' ')}"/>\n${label}`;
  });
  const ticksX = Array.from({ length: Math.floor(days) + 1 }, (_, day) => day).map(
    (day) =>
      `<text x="${x(day * 86_400)}" y="${String(height - bottom + 18)}" text-anchor="middle">${String(day)}</text>`,
  );
  const ticksY = [0, 0.001, 0.002, 0.003].map(
    (value) =>
      `<text x="${String(left - 8)}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${(value * 100).toFixed(1)} %</text>` +
      `<line x1="${String(left)}" x2="${String(width - right)}" y1="${y(value)}" y2="${y(value)}" stroke="#c3cbd5"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" font-family="sans-serif" font-size="12" fill="#1b2430" role="img" aria-label="Chance to have guessed a code, by days of trying">
<rect width="100%" height="100%" fill="#fff"/>
${ticksY.join('\n')}
${ticksX.join('\n')}
<text x="${String((width + left) / 2)}" y="${String(height - 10)}" text-anchor="middle">days of trying as fast as the waits allow</text>
${lines.join('\n')}
</svg>
`;
}

export const DOCUMENT = 'docs/limits.md';
export const PICTURE = 'docs/guess-odds.svg';
/** What is computed, by the name of its place in the document. */
const PLACES: Readonly<Record<string, () => string>> = { odds: tables, periods: periodTable };

/** The document with the tables of today in their places. */
export function documentWithOdds(text: string): string {
  return Object.entries(PLACES).reduce((written, [name, compute]) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*(<!-- /${name} -->)`);
    return written.replace(place, (_, before: string, after: string) => `${before}${compute()}\n${after}`);
  }, text);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(DOCUMENT, documentWithOdds(readFileSync(DOCUMENT, 'utf8')));
  writeFileSync(PICTURE, plot());
}
