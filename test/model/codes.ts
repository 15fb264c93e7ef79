import { HOTP, Secret } from 'otpauth';
import type { Browser, Budget, Factor, Phone } from './world.js';

const STEP = 30_000;
const known = new Map<string, string>();

/** What an authenticator app shows, some time steps from now. */
export function codeOf(key: string, now: number, steps = 0): string {
  const counter = Math.floor(now / STEP) + steps;
  const name = `${key}:${String(counter)}`;
  const code = known.get(name) ?? HOTP.generate({ secret: Secret.fromBase32(key), counter });
  known.set(name, code);
  return code;
}

/** What somebody who types a code is told. */
export type Told =
  | 'otp'
  | 'recovery-code'
  | 'code-invalid'
  | 'wrong-recovery'
  | 'code-already-used'
  | 'locked';

/** Judges a code as section 4 of the design and docs/limits.md say; the factor is then as it is after that. */
export function judgeCode(factor: Factor, typed: string, now: number, browser: Browser | undefined): Told {
  if (typed.length > 6) return recover(factor, typed, now);
  const budget = browser ?? factor;
  if (budget.told >= 100 || now < budget.until) return 'locked';
  const hits = factor.phones.map((phone) => {
    return acceptable(phone).findLast((steps) => codeOf(phone.key, now, steps) === typed);
  });
  const current = Math.floor(now / STEP);
  let told = (hits.some((steps) => steps !== undefined) ? 'code-already-used' : 'code-invalid') as Told;
  factor.phones.forEach((phone, place) => {
    const steps = hits[place];
    if (steps === undefined || current + steps <= phone.last) return;
    phone.last = current + steps;
    phone.offset = Math.max(-10, Math.min(10, phone.offset + Math.sign(steps - phone.offset)));
    told = 'otp';
  });
  if (told === 'otp') clear(budget);
  if (told === 'code-invalid') {
    budget.told += 1;
    if (budget.told >= 5) budget.until = now + Math.min(3600, 30 * 2 ** (budget.told - 5)) * 1000;
  }
  return told;
}

/** An operator's unlock: every wait ends, and that for a time a clock had been set ahead to. */
export function unlock(factor: Factor, now: number): void {
  [factor, ...factor.browsers].forEach(clear);
  for (const phone of factor.phones) phone.last = Math.min(phone.last, newest(phone, now));
}

/** How far off the phone is whose code this is, within an hour; nearest first. */
export function offsetOf(key: string, typed: string, now: number): number | undefined {
  const around = Array.from({ length: 241 }, (_, place) => Math.ceil(place / 2) * (place % 2 ? -1 : 1));
  return around.find((steps) => codeOf(key, now, steps) === typed);
}

function recover(factor: Factor, typed: string, now: number): Told {
  if (!factor.recovery.includes(typed)) return 'wrong-recovery';
  factor.recovery = factor.recovery.filter((code) => code !== typed);
  [factor, ...factor.browsers].forEach(clear);
  // Who needs a recovery code may have lost more than the phone.
  forgetRemembered(factor);
  for (const phone of factor.phones) phone.last = Math.max(phone.last, newest(phone, now));
  return 'recovery-code';
}

/** Every browser is asked for a code again; those that are known stay so. */
export function forgetRemembered(factor: Factor): void {
  factor.browsers = factor.browsers.map((browser) => ({ ...browser, rememberedUntil: 0 }));
}

function clear(budget: Budget): void {
  budget.told = 0;
  budget.until = 0;
}

/** The steps accepted, from now, in rising order. */
function acceptable({ offset }: Phone): number[] {
  return [...new Set([-1, 0, 1, offset - 1, offset, offset + 1])].sort((a, b) => a - b);
}

function newest(phone: Phone, now: number): number {
  return Math.floor(now / STEP) + (acceptable(phone).at(-1) ?? 0);
}
