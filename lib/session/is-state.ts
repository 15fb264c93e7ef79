import { TOTP_DIGITS } from '../account/totp.js';

/** The values of a session by key. */
export type SessionValues = Record<string, unknown>;

/** Whether a value in a session has the shape of a state. Anything else counts as no state. */
export function isState(value: unknown): value is SessionValues {
  if (!isObject(value) || !isString(value.account) || !isDigest(value.stamp)) return false;
  switch (value.state) {
    case 'pending':
      return (
        isParked(value) &&
        isString(value.enrollment) &&
        isNumber(value.recoveryFailures) &&
        areDigits(value.digits) &&
        asksKeys(value.asks)
      );
    case 'must-enroll':
      return (
        isParked(value) &&
        isSetup(value.setup) &&
        isChallenge(value.challenge) &&
        isOptionalString(value.enrollment)
      );
    case 'signed-in':
      return isMark(value) && (value.elsewhere === undefined || isElsewhere(value.elsewhere));
    case 'proven-elsewhere':
      return isMark(value) && isString(value.enrollment) && isElsewhere(value.elsewhere);
    case 'remembered':
      return isMark(value) && isString(value.enrollment) && isString(value.browser);
    case 'verified':
      return (
        isMark(value) &&
        isString(value.enrollment) &&
        isNumber(value.factorAt) &&
        METHODS.includes(value.method)
      );
    case 'impersonating':
      return isNumber(value.until) && Array.isArray(value.actors) && areActors(value.actors);
    default:
      return false;
  }
}

/** The end of the year 9999, the last that RFC 3339 can write. */
const LATEST_MILLISECONDS = 253_402_300_799_999;
const METHODS: readonly unknown[] = ['otp', 'recovery-code', 'security-key'];
const MARKS: readonly unknown[] = ['signed-in', 'remembered', 'proven-elsewhere', 'verified'];

function areActors(actors: readonly unknown[]): boolean {
  return (
    actors.length > 0 &&
    actors.every((actor, place) => {
      if (!isObject(actor) || !isString(actor.account) || !isDigest(actor.stamp)) return false;
      if (!isOptionalString(actor.cameFrom)) return false;
      if (place > 0) return true;
      const { mark } = actor;
      return isObject(mark) && MARKS.includes(mark.state) && mark.account === actor.account && isState(mark);
    })
  );
}

function isParked({ since, until, returnTo }: SessionValues): boolean {
  return isNumber(since) && isNumber(until) && (returnTo === null || isString(returnTo));
}

function isMark({ passwordAt, setup, challenge, said }: SessionValues): boolean {
  const isTimed = passwordAt === null || isNumber(passwordAt);
  return isTimed && isSetup(setup) && isChallenge(challenge) && isOptionalString(said);
}

function isElsewhere(value: unknown): boolean {
  return isObject(value) && isNumber(value.at) && typeof value.phishingResistant === 'boolean';
}

function areDigits(value: unknown): boolean {
  const known: readonly unknown[] = TOTP_DIGITS;
  return Array.isArray(value) && value.every((each) => known.includes(each));
}

function asksKeys(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value) || value.challenge === undefined || !Array.isArray(value.keys)) return false;
  return isChallenge(value.challenge) && value.keys.every(isOfferedKey);
}

function isOfferedKey(value: unknown): boolean {
  return isObject(value) && isString(value.credentialId) && Array.isArray(value.transports);
}

function isChallenge(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value) || !isString(value.value) || !isOptionalString(value.answeredBy)) return false;
  return isNumber(value.issuedAt) && isNumber(value.since);
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || isString(value);
}

function isSetup(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value) || typeof value.adds !== 'boolean') return false;
  const numbers = isNumber(value.since) && isNumber(value.until) && isNumber(value.failures);
  return isString(value.sealed) && isString(value.name) && numbers;
}

function isDigest(value: unknown): boolean {
  return value === null || isString(value);
}

function isObject(value: unknown): value is SessionValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** Whether a time can be written as a date. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value) && Math.abs(value as number) <= LATEST_MILLISECONDS;
}
