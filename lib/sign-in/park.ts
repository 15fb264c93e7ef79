import type { ProblemMembers, ProofMethod } from '../api.js';
import { redirect } from '../answer/redirect.js';
import { challenge } from '../answer/challenge.js';
import { wantsHtml } from '../answer/negotiate.js';
import { sendProblem } from '../answer/problem.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { LogInOptions } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { emit, endOfActing, moveTo, nobody, now } from '../session/context.js';
import type { Factor, FoundUser } from '../session/core.js';
import { stampOf } from '../session/core.js';
import { newChallenge, offeredKeys } from '../session/challenge.js';
import type { MustEnrollState, ParkedState, PendingState } from '../session/state.js';
import type { RequestOptions } from '../webauthn.js';
import { waitOf } from '../session/wait.js';
import { forgetStop, readStop } from '../session/stop-cookie.js';
import { codeOfParked, wayOn } from '../session/way-on.js';
import { waitingOf } from './still-waits.js';

/** The ways to complete a parked sign-in: those that the account has. */
export function methodsOf({ asks, keysOnly, digits }: PendingState): readonly ProofMethod[] {
  if (keysOnly) return ['security-key'];
  return [
    ...(asks ? (['security-key'] as const) : []),
    ...(digits.length > 0 ? (['otp'] as const) : []),
    'recovery-code',
  ];
}

/** What a browser asks the security keys in a parked sign-in; `undefined`: there are none. */
export function askedOf(
  { core }: Pick<Context, 'core'>,
  { asks, since, until }: PendingState,
): RequestOptions | undefined {
  return asks && core.options.webauthn?.requestOptions(asks.challenge.value, asks.keys, until - since);
}

/** What there may be besides the user. */
interface ParkParts extends Pick<MustEnrollState, 'keysOnly' | 'enrollment'> {
  /**
   * Ends the session that it goes on from, as the last step. If something fails before, that session stays as it is.
   */
  readonly leave?: (() => Promise<void>) | undefined;
}

/**
 * Parks a sign-in: a new session that knows that the first step was done, with nobody signed in.
 *
 * @param factor `null`: parked until one is enabled, or a security key added, because the policy requires it
 */
export async function park(
  context: Context,
  { account }: FoundUser,
  factor: Factor | null,
  serialized: unknown,
  options: LogInOptions,
  { leave = () => Promise.resolve(), ...wanted }: ParkParts = {},
): Promise<ParkedState> {
  const { core } = context;
  const since = now(context);
  // The back button and a double click give the password twice. What the first one kept is not in the session any more.
  const before = waitingOf(context, account);
  const returnTo = destination(context, options, before?.returnTo);
  const parked = {
    account: account.id,
    stamp: stampOf(core, account),
    user: serialized,
    since,
    until: since + core.options.pendingSeconds * 1000,
    returnTo,
    stopped: readStop(context)?.stopped ?? (before?.returnTo === returnTo ? before.stopped : undefined),
    keepSessionInfo: Boolean(options.keepSessionInfo),
    carried: core.options.carry(context.request, before?.carried),
  };
  const state: ParkedState = factor
    ? { state: 'pending', ...parked, ...pendingFor(context, account.id, factor, wanted.keysOnly) }
    : { state: 'must-enroll', ...parked, ...wanted };
  const acting = endOfActing(context, 'new-sign-in');
  await leave();
  nobody(context);
  try {
    await moveTo(context, state, state.keepSessionInfo ? 'application' : 'nothing');
  } catch (error) {
    await acting.tellIfOver();
    throw error;
  }
  acting.tell();
  forgetStop(context);
  emit(context, codeOfParked(state), account.id, {});
  return state;
}

function pendingFor(
  context: Context,
  accountId: string,
  factor: Factor,
  keysOnly = false,
): Pick<PendingState, 'enrollment' | 'recoveryFailures' | 'asks' | 'keysOnly' | 'digits' | 'waits'> {
  const keys = offeredKeys(context, factor).map(({ credentialId, transports }) => ({
    credentialId,
    transports,
  }));
  const challenge = newChallenge(context, factor.keys);
  return {
    enrollment: factor.enrollment,
    recoveryFailures: 0,
    ...(keys.length > 0 && { asks: { challenge, keys, first: factor.usedKeyLast } }),
    ...(keysOnly && keys.length > 0 && { keysOnly }),
    ...(waitOf(context, accountId, factor) && { waits: true }),
    digits: factor.digits,
  };
}

/** Answers the request of the first step: a redirect to the form, or JSON that says where it is. */
export function answerParked(context: Context, parked: ParkedState): void {
  const { core, req, res } = context;
  if (wantsHtml(req)) {
    redirect(req, res, wayOn(core.options.basePath, parked));
    return;
  }
  const code = codeOfParked(parked);
  if (code === 'code-required') res.setHeader('WWW-Authenticate', challenge(code));
  sendProblem(req, res, code, waysFrom(context, parked));
}

/** What a program gets in the answer to the password: where the sign-in goes on, until when, and in which ways. */
export function waysFrom(context: Context, parked: ParkedState): ProblemMembers {
  const location = wayOn(context.core.options.basePath, parked);
  const until = new Date(parked.until).toISOString();
  if (parked.state === 'must-enroll') return { setup: location, until };
  return {
    verify: location,
    until,
    methods: methodsOf(parked),
    digits: parked.digits,
    publicKey: askedOf(context, parked),
  };
}

/**
 * Where a sign-in leads, by Passport's rules, read before the session is regenerated: the page where a guard stopped
 * the browser, otherwise `session.returnTo` from the application. A fixed `successRedirect` wins over both, as in
 * Passport.
 *
 * @param before where a sign-in leads that waits in this session, and begins again
 */
export function destination(context: Context, options: LogInOptions, before?: string | null): string | null {
  const { core, req } = context;
  const { successReturnToOrRedirect, successRedirect } = options;
  const asked = (req.session as { returnTo?: unknown } | undefined)?.returnTo;
  const fixed = successReturnToOrRedirect === undefined && successRedirect !== undefined;
  const remembered = fixed ? [] : [readStop(context)?.returnTo, asked, before];
  for (const candidate of [...remembered, successReturnToOrRedirect, successRedirect]) {
    const safe = safeReturnTo(candidate, core.options.returnToOrigins);
    if (safe !== null) return safe;
  }
  return null;
}
