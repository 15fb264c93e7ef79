import { hasSecret } from '../account/authenticators.js';
import type { AccountRecord } from '../account/record.js';
import { enrolledRecord } from '../account/enrollment.js';
import { SecondFactorError } from '../errors.js';
import type { ProblemCode } from '../errors.js';
import type { EventName } from '../events.js';
import { updateRecord } from '../session/account-record.js';
import type { Context } from '../session/context.js';
import { moveTo, originOf } from '../session/context.js';
import { emitEvent, factorOf, findAccount, stampMatches } from '../session/core.js';
import { newRecoveryCodes, randomName } from '../session/random.js';
import type { ShownRecoveryCodes } from '../session/random.js';
import type { RouteRefusal } from '../session/refusal.js';
import { refused } from '../session/refusal.js';
import { flagEnrolled, undo } from '../session/set-enrolled.js';
import type { Written } from '../session/set-enrolled.js';
import type { MarkedProof, VerifiedState } from '../session/state.js';
import { isParked, verifiedFrom } from '../session/state.js';
import { takeStop } from '../session/stop-cookie.js';
import { signIn } from '../sign-in/complete.js';
import { endParked } from '../sign-in/parked-user.js';
import type { SetupAccess } from './set-up.js';

/** The result of adding a factor. */
export interface Added {
  readonly ok: true;
  /** To be shown once; `null`: the account keeps those it has. */
  readonly recoveryCodes: ShownRecoveryCodes | null;
  /** Where the user wanted to go. */
  readonly returnTo: string | null;
}

/** A session in which a factor may be added. */
export type Access = Extract<SetupAccess, { ok: true }>;

/** What the user has just proved, and when (milliseconds since 1970). */
export interface Proved extends MarkedProof {
  readonly at: number;
}

/** Adds the first factor of an account. From now on every other session of the account asks for it. */
export async function addFirst(
  context: Context,
  { state, account, waiting }: Access,
  first: Pick<AccountRecord, 'authenticators' | 'keys'>,
  { at, ...proof }: Proved,
): Promise<Added | RouteRefusal> {
  const { shown: recoveryCodes, kept } = newRecoveryCodes();
  const record = enrolledRecord(randomName(), first, kept, at);
  const { enrollment } = record;
  const { core } = context;
  const created = await updateRecord<'made' | 'made-before' | 'another'>(
    core,
    { accountId: account.id, origin: originOf(context) },
    (present) => {
      if (!present) return { outcome: 'made', next: record, activity: 'enrolled' };
      return { outcome: hasSame(present, first) ? 'made-before' : 'another', next: 'unchanged' };
    },
    async (outcome, origin) => {
      if (outcome !== 'made') return;
      const told = (): void => {
        emitEvent(core, 'enrolled', account.id, origin, {});
      };
      await flagEnrolled(core, account.id, record, told, () => requireSamePassword(context, state));
    },
  );
  if (created !== 'made') {
    // By a second click. It must leave the session to the first one, which shows the recovery codes.
    const ends = created === 'another' && isParked(state);
    return ends ? endParked(context, state, 'account-changed') : refused('already-enrolled');
  }
  if (state.state === 'must-enroll' && waiting) {
    const mark = verifiedFrom(state, enrollment, proof, at);
    const known = { ...waiting.found, factor: factorOf(record) };
    const returnTo = await signIn(context, waiting.user, known, mark, {}, { from: state });
    return { ok: true, recoveryCodes, returnTo };
  }
  const { stamp } = state;
  const passwordAt = state.state === 'signed-in' ? state.passwordAt : null;
  const mark = { stamp, passwordAt, enrollment, factorAt: at, ...proof };
  await moveTo(context, { state: 'verified', account: account.id, ...mark }, 'application-and-user');
  return { ok: true, recoveryCodes, returnTo: takeStop(context) };
}

function hasSame(
  record: AccountRecord,
  { authenticators, keys }: Pick<AccountRecord, 'authenticators' | 'keys'>,
): boolean {
  return (
    authenticators.some(({ secret }) => hasSecret(record, secret)) ||
    keys.some(({ credentialId }) => record.keys.some((key) => key.credentialId === credentialId))
  );
}

/** How an existing record gets a factor. */
interface Addition {
  /** The next record, or why there is none. */
  readonly add: (record: AccountRecord) => AccountRecord | ProblemCode;
  /** The event for it. */
  readonly event: Extract<EventName, 'authenticator-added' | 'authenticator-replaced' | 'security-key-added'>;
}

/** Adds one more factor, or replaces others. The new factor then verifies the session. */
export async function addToRecord(
  context: Context,
  { state, account: { id: account }, waiting }: Access,
  { add, event }: Addition,
  { at, ...proof }: Proved,
): Promise<Added | RouteRefusal> {
  const { core } = context;
  const outcome = await updateRecord<Written | ProblemCode>(
    core,
    { accountId: account, origin: originOf(context) },
    (record) => {
      const expected = 'enrollment' in state ? state.enrollment : undefined;
      if (!record || record.enrollment !== expected) return { outcome: 'not-enrolled', next: 'unchanged' };
      const next = add(record);
      if (typeof next === 'string') return { outcome: next, next: 'unchanged' };
      return { outcome: { made: next, former: record }, next, activity: event };
    },
    async (written, origin) => {
      if (typeof written === 'string') return;
      const told = (): void => {
        emitEvent(core, event, account, origin, {});
      };
      try {
        await requireSamePassword(context, state);
      } catch (error) {
        await undo(core, account, written, told);
        throw error;
      }
      told();
    },
  );
  if (typeof outcome === 'string') return refused(outcome);
  const { enrollment } = outcome.made;
  if (state.state === 'must-enroll' && waiting) {
    const known = { ...waiting.found, factor: factorOf(outcome.made) };
    const mark = verifiedFrom(state, enrollment, proof, at);
    const returnTo = await signIn(context, waiting.user, known, mark, {}, { from: state });
    return { ok: true, recoveryCodes: null, returnTo };
  }
  const { setup: _setup, challenge: _challenge, userVerified: _verified, ...mark } = state as VerifiedState;
  await moveTo(context, { ...mark, enrollment, factorAt: at, ...proof }, 'application-and-user');
  return { ok: true, recoveryCodes: null, returnTo: takeStop(context) };
}

/**
 * Makes sure, after a record was written, that the password is still the one from the start of the set-up. Whoever
 * changed it meanwhile wanted to end what the old one opened.
 *
 * @throws {SecondFactorError} `sign-in-expired`; what `findUser` and `account()` throw
 */
async function requireSamePassword({ core }: Context, { account, stamp }: Access['state']): Promise<void> {
  const found = await findAccount(core, account);
  if (!found || !stampMatches(core, found.account, stamp)) throw new SecondFactorError('sign-in-expired');
}
