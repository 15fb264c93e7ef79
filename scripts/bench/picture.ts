import type { Figure, Run } from './figures.js';

const ROW = 26;
const SIZE = { width: 720, left: 250, right: 70, top: 34, bottom: 34 };
/** The first is what others are compared with; ours stand out. */
const COLOURS = { others: '#8a97a6', ours: '#1f5fbf' };
const NAME = /^guarded GET: (.*)$/;

/** Guarded GETs a second, one bar for each application, as a picture. */
export function pictureOf(run: Run): string {
  const bars = run.sections
    .flatMap(({ figures }) => figures)
    .filter(({ name, value }) => NAME.test(name) && value !== null);
  const { width, left, right, top, bottom } = SIZE;
  const most = Math.max(...bars.map(({ value }) => value ?? 0), 1);
  const scale = (value: number): number => (value / most) * (width - left - right);
  const height = top + bars.length * ROW + bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" font-family="sans-serif" font-size="12" fill="#1b2430" role="img" aria-label="Guarded GETs a second, by application">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${String(left)}" y="20">guarded GETs a second, and the ratio to what each is compared with</text>
${bars.map((bar, place) => barOf(bar, top + place * ROW, scale)).join('\n')}
<line x1="${String(left)}" x2="${String(left)}" y1="${String(top)}" y2="${String(height - bottom)}" stroke="#1b2430"/>
<text x="${String(left)}" y="${String(height - 12)}">the line across is half of all rounds</text>
</svg>
`;
}

function barOf({ name, value, ratio }: Figure, y: number, scale: (value: number) => number): string {
  const label = NAME.exec(name)?.[1] ?? name;
  const rate = value ?? 0;
  const middle = y + ROW / 2;
  const end = SIZE.left + scale(rate);
  const at = (times: number): number => Math.min(SIZE.left + scale(rate * times), SIZE.width - SIZE.right);
  // As far as the ratio went down and up.
  const [low, high] = ratio ? [at(ratio.low / ratio.median), at(ratio.high / ratio.median)] : [end, end];
  const place = (number: number): string => number.toFixed(1);
  const parts = [
    `<text x="${String(SIZE.left - 8)}" y="${String(middle)}" text-anchor="end" dominant-baseline="middle">${label}</text>`,
    `<rect x="${String(SIZE.left)}" y="${String(y + 4)}" width="${place(scale(rate))}" height="${String(ROW - 8)}" fill="${label.startsWith('ours') ? COLOURS.ours : COLOURS.others}"/>`,
    `<line x1="${place(low)}" x2="${place(high)}" y1="${String(middle)}" y2="${String(middle)}" stroke="#b3541e" stroke-width="2"/>`,
  ];
  if (ratio) {
    const x = place(Math.max(end, high) + 8);
    parts.push(
      `<text x="${x}" y="${String(middle)}" dominant-baseline="middle">${ratio.median.toFixed(2)}</text>`,
    );
  }
  return parts.join('\n');
}
