import { parseDescribedId } from '../account/account.js';
import { PROBLEMS, SecondFactorError } from '../errors.js';
import type { ProblemCode } from '../errors.js';
import { knownOnly } from '../known-only.js';
import { requestUser } from './app-request.js';
import type { Context } from './context.js';
import { now } from './context.js';
import { hasOtherFactorOnly } from './core.js';
import { keysIn } from './challenge.js';
import { isByKey, isFresh, isPhishingResistant } from './evaluate-session.js';
import type { GuardOptions, GuardDecision, Refusal } from './request-api.js';
import { isParked, provedAt } from './state.js';
import { codeOfParked, wayOn } from './way-on.js';

const OPTIONS = ['unenrolled', 'maxAge', 'acceptRememberedBrowser', 'phishingResistant'];
/** What was checked already: guards pass their options on with every request. */
const CHECKED = new WeakSet<GuardOptions>();

/**
 * Checks the options of a guard, once.
 *
 * @returns a copy, so that later changes of the application's object open no route
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`
 */
export function checkGuardOptions(options: GuardOptions): GuardOptions {
  if (CHECKED.has(options)) return options;
  knownOnly(options, OPTIONS, 'guard option');
  const { unenrolled, maxAge, acceptRememberedBrowser, phishingResistant } = options;
  if (unenrolled !== undefined && !['enroll', 'allow'].includes(unenrolled)) {
    throw new SecondFactorError('option-invalid', "unenrolled must be 'enroll' or 'allow'");
  }
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0)) {
    throw new SecondFactorError(
      'option-invalid',
      `maxAge must be whole seconds from 1, got ${typeof maxAge}`,
    );
  }
  if (acceptRememberedBrowser !== undefined && typeof acceptRememberedBrowser !== 'boolean') {
    throw new SecondFactorError('option-invalid', 'acceptRememberedBrowser must be true or false');
  }
  if (phishingResistant !== undefined && typeof phishingResistant !== 'boolean') {
    throw new SecondFactorError('option-invalid', 'phishingResistant must be true or false');
  }
  const checked = { unenrolled, maxAge, acceptRememberedBrowser, phishingResistant };
  CHECKED.add(checked);
  return checked;
}

/**
 * Whether the account that `req.user` is now may pass. Reads no store.
 *
 * @param counts which proofs count: only ours, for changing a factor and acting as somebody else; or also those given
 *   elsewhere
 * @throws {SecondFactorError} `option-invalid` for `phishingResistant` without the option `webauthn`: nobody could ever
 *   pass
 */
export function evaluate(
  context: Context,
  options: GuardOptions,
  counts: 'ours' | 'any' = 'ours',
): GuardDecision {
  const { core, state } = context;
  const { basePath, loginPath, webauthn } = core.options;
  if (options.phishingResistant === true && !webauthn) {
    throw new SecondFactorError(
      'option-invalid',
      'a guard with phishingResistant asks for security keys, which need the option webauthn',
    );
  }
  const user = requestUser(context.req);

  if (!user) {
    if (isParked(state)) return refusal(codeOfParked(state), wayOn(basePath, state));
    return refusal('login-required', loginPath);
  }
  if (!state || isParked(state) || !isEvaluatedAccount(context, user)) {
    return refusal('session-required', loginPath);
  }
  const { maxAge } = options;
  if (state.state === 'impersonating') {
    const { mark } = state.actors[0];
    const proved = options.unenrolled === 'allow' || mark.state === 'verified';
    if (options.phishingResistant === true && !isByKey(mark))
      return refusal('security-key-required', basePath);
    return proved && maxAge === undefined ? { ok: true } : refusal('impersonation-refused', basePath);
  }
  const since = counts === 'any' || state.state === 'verified' ? provedAt(state) : null;
  const isProved = since !== null && (maxAge === undefined || isFresh(since, now(context), maxAge));
  if (options.phishingResistant === true && !(isProved && isPhishingResistant(state))) {
    const hasKey = keysIn(context, context.known?.factor) > 0;
    return refusal('security-key-required', hasKey ? `${basePath}/step-up` : basePath, maxAge);
  }
  if (isProved) return { ok: true };
  if (state.state !== 'signed-in') {
    return maxAge === undefined && options.acceptRememberedBrowser !== false
      ? { ok: true }
      : refusal('step-up-required', `${basePath}/step-up`, maxAge);
  }
  // Only a new sign-in can prove it again.
  if (since !== null) return refusal('step-up-required', loginPath, maxAge);
  if (options.unenrolled !== 'allow') {
    const moves = context.known !== undefined && hasOtherFactorOnly(context.known);
    return refusal(moves ? 'other-factor' : 'enrollment-required', basePath);
  }
  return maxAge === undefined || isFresh(state.passwordAt, now(context), maxAge)
    ? { ok: true }
    : refusal('step-up-required', loginPath, maxAge);
}

/** Whether a user is the account that the session was checked for, and was not set by other credentials. */
function isEvaluatedAccount({ core, known, evaluatedUser }: Context, user: unknown): boolean {
  if (!known) return false;
  if (user === evaluatedUser) return true;
  try {
    const description: unknown = core.options.account(user);
    // A guard cannot wait. If account() is asynchronous, only the checked object itself is known.
    Promise.resolve(description).catch(() => undefined);
    return parseDescribedId(description) === known.account.id;
  } catch {
    // Other credentials may bring users of another kind.
    return false;
  }
}

function refusal(code: ProblemCode, location: string, maxAge?: number): Refusal {
  return {
    ok: false,
    kind: 'guard',
    code,
    status: PROBLEMS[code].status,
    location,
    ...(maxAge && { maxAge }),
  };
}
