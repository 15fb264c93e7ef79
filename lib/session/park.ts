import { redirect } from '../answer/redirect.js';
import { challenge } from '../answer/challenge.js';
import { wantsHtml } from '../answer/negotiate.js';
import { sendProblem } from '../answer/problem.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { LogInOptions } from './app-request.js';
import type { Context } from './context.js';
import { emit, moveTo, nobody, now } from './context.js';
import type { Factor, FoundUser } from './core.js';
import { stampOf } from './core.js';
import type { PendingState } from './state.js';

/** The ways a code form takes; the same for everybody, so that it tells nothing of the account. */
export const METHODS = ['otp', 'recovery-code'] as const;

/** Where the code form is. */
export function verifyPath(basePath: string): string {
  return `${basePath}/verify`;
}

/** Parks a sign-in: a new session that knows the first step was done, and nobody signed in. */
export async function park(
  context: Context,
  { account }: FoundUser,
  factor: Factor,
  serialized: unknown,
  options: LogInOptions,
): Promise<PendingState> {
  const { core } = context;
  const since = now(context);
  const pending: PendingState = {
    state: 'pending',
    account: account.id,
    enrolment: factor.enrolment,
    stamp: stampOf(core, account),
    user: serialized,
    since,
    until: since + core.options.pendingSeconds * 1000,
    returnTo: destination(context, options),
    keepSessionInfo: options.keepSessionInfo === true,
    carried: core.options.carry(context.request),
    recoveryFailures: 0,
  };
  nobody(context);
  await moveTo(context, pending, pending.keepSessionInfo ? 'application' : 'nothing');
  emit(context, 'code-required', account.id, {});
  return pending;
}

/** Answers the request of the first step: to the code form, or JSON that tells where it is. */
export function answerCodeRequired({ core, req, res }: Context, pending: PendingState): void {
  const verify = verifyPath(core.options.basePath);
  if (wantsHtml(req)) redirect(res, verify);
  else {
    const until = new Date(pending.until).toISOString();
    res.setHeader('WWW-Authenticate', challenge('code-required'));
    sendProblem(req, res, 'code-required', { verify, until, methods: METHODS });
  }
}

/**
 * Where a sign-in leads, by Passport's own rules, taken before the session is regenerated. A fixed
 * `successRedirect` wins over what the session remembers, as it does in Passport.
 */
export function destination({ core, req }: Context, options: LogInOptions): string | null {
  const { successReturnToOrRedirect, successRedirect } = options;
  const asked = (req.session as { returnTo?: unknown } | undefined)?.returnTo;
  const fixed = successReturnToOrRedirect === undefined && successRedirect !== undefined;
  for (const candidate of [fixed ? undefined : asked, successReturnToOrRedirect, successRedirect]) {
    const safe = safeReturnTo(candidate, core.options.allowedOrigins);
    if (safe !== null) return safe;
  }
  return null;
}
