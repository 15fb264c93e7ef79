import {
  hasSecret,
  mayAddAuthenticator,
  withAuthenticator,
  withAuthenticatorReplaced,
} from '../account/authenticators.js';
import { enrolledRecord, decideConfirmation } from '../account/enrollment.js';
import { SETUP_ATTEMPTS } from '../account/limits.js';
import type { Authenticator } from '../account/record.js';
import { isLeftOut } from '../answer/body-field.js';
import { SecondFactorError } from '../errors.js';
import type { Context } from '../session/context.js';
import { emit, moveTo, now, originOf, updateState } from '../session/context.js';
import { emitEvent, factorOf, findAccount, stampMatches } from '../session/core.js';
import { endParked } from '../sign-in/parked-user.js';
import { newRecoveryCodes, randomName } from '../session/random.js';
import type { ShownRecoveryCodes } from '../session/random.js';
import type { Refused, RouteRefusal } from '../session/refusal.js';
import { flagEnrolled, undo } from '../session/set-enrolled.js';
import type { Written } from '../session/set-enrolled.js';
import type { OpenSetup, SetupAccess } from './set-up.js';
import { dropSetup, mayEnroll, openSetup } from './set-up.js';
import { signIn } from '../sign-in/complete.js';
import type { VerifiedState } from '../session/state.js';
import { isParked, verifiedFrom } from '../session/state.js';
import { takeStop } from '../session/stop-cookie.js';
import { updateRecord } from '../session/account-record.js';
import { refused } from '../session/refusal.js';

/** What a confirmed set-up brought. */
interface Confirmed {
  readonly ok: true;
  /** To be shown once; `null` where those the account has go on. */
  readonly recoveryCodes: ShownRecoveryCodes | null;
  /** Where the user wanted to go before. */
  readonly returnTo: string | null;
}

type Access = Extract<SetupAccess, { ok: true }>;
type Refusal = 'not-enrolled' | 'setup-expired' | 'authenticator-limit';

/**
 * Enables the second factor, or adds or replaces an authenticator, when the code proves that the
 * authenticator holds the secret. The session is verified from then on.
 *
 * @param typed the code, of any type
 * @param named which set-up it is for, of any type; one that another tab has put another in the place of is over. Left out:
 *   whichever is there
 */
export async function confirmSetup(
  context: Context,
  typed: unknown,
  named?: unknown,
): Promise<Confirmed | RouteRefusal> {
  const { core } = context;
  const access = await mayEnroll(context);
  if (!access.ok) return access;
  const open = openSetup(context, access.state.setup, access.account);
  const isAnother = !isLeftOut(named) && named !== open?.form.id;
  if (!open || isAnother) return refused('setup-expired');

  const at = now(context);
  const confirmation = decideConfirmation(open.secret, typed, at, core.options.limits.window);
  if (!confirmation.ok) return refuseConfirmation(context, access, open, confirmation);

  const authenticator: Authenticator = {
    id: randomName(),
    name: open.setup.name,
    secret: open.secret,
    addedAt: at,
    lastStep: confirmation.step,
    clockOffset: confirmation.clockOffset,
  };
  return access.state.state === 'verified'
    ? change(context, access.state, authenticator, open.setup.adds)
    : enroll(context, access, authenticator);
}

/** The first authenticator of an account: every other session of it asks for a code from now on. */
async function enroll(
  context: Context,
  { state, account, waiting }: Access,
  authenticator: Authenticator,
): Promise<Confirmed | RouteRefusal> {
  const at = authenticator.addedAt;
  const { shown: recoveryCodes, kept } = newRecoveryCodes();
  const record = enrolledRecord(randomName(), authenticator, kept, at);
  const { enrollment } = record;
  const { core } = context;
  const created = await updateRecord<'made' | 'made-before' | 'another'>(
    core,
    { accountId: account.id, origin: originOf(context) },
    (present) => {
      if (!present) return { outcome: 'made', next: record };
      const isSame = hasSecret(present, authenticator.secret);
      return { outcome: isSame ? 'made-before' : 'another', next: 'unchanged' };
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
    // By a second click, which must leave the first one its session: that has the recovery codes.
    const ends = created === 'another' && isParked(state);
    return ends ? endParked(context, state, 'account-changed') : refused('already-enrolled');
  }
  if (state.state === 'must-enroll' && waiting) {
    const mark = verifiedFrom(state, enrollment, 'otp', at);
    const known = { ...waiting.found, factor: factorOf(record) };
    const returnTo = await signIn(context, waiting.user, known, mark, {}, { from: state });
    return { ok: true, recoveryCodes, returnTo };
  }
  const { stamp } = state;
  const passwordAt = state.state === 'signed-in' ? state.passwordAt : null;
  const mark = { stamp, passwordAt, enrollment, factorAt: at, method: 'otp' } as const;
  await moveTo(context, { state: 'verified', account: account.id, ...mark }, 'application-and-user');
  return { ok: true, recoveryCodes, returnTo: takeStop(context) };
}

/** One more authenticator, or one in the place of all others. */
async function change(
  context: Context,
  state: VerifiedState,
  authenticator: Authenticator,
  adds: boolean,
): Promise<Confirmed | RouteRefusal> {
  const { account } = state;
  const enrollment = adds ? state.enrollment : randomName();
  const { core } = context;
  const outcome = await updateRecord<Written | Refusal>(
    core,
    { accountId: account, origin: originOf(context) },
    (record) => {
      if (record?.enrollment !== state.enrollment) return { outcome: 'not-enrolled', next: 'unchanged' };
      if (hasSecret(record, authenticator.secret)) return { outcome: 'setup-expired', next: 'unchanged' };
      if (adds && !mayAddAuthenticator(record)) return { outcome: 'authenticator-limit', next: 'unchanged' };
      const next = adds
        ? withAuthenticator(record, authenticator)
        : withAuthenticatorReplaced(record, authenticator, enrollment);
      return { outcome: { made: next, former: record }, next };
    },
    async (written, origin) => {
      if (typeof written === 'string') return;
      const told = (): void => {
        emitEvent(core, adds ? 'authenticator-added' : 'authenticator-replaced', account, origin, {});
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
  const { setup: _setup, ...mark } = state;
  const verified = { ...mark, enrollment, factorAt: authenticator.addedAt, method: 'otp' } as const;
  await moveTo(context, verified, 'application-and-user');
  return { ok: true, recoveryCodes: null, returnTo: takeStop(context) };
}

/**
 * Makes sure, once a record is written, that the password is still the one under which the set-up was begun: who changed it
 * meanwhile meant to end what the old one opened.
 *
 * @throws {SecondFactorError} `sign-in-expired`; what `findUser` and `account()` throw
 */
async function requireSamePassword({ core }: Context, { account, stamp }: Access['state']): Promise<void> {
  const found = await findAccount(core, account);
  if (!found || !stampMatches(core, found.account, stamp)) throw new SecondFactorError('sign-in-expired');
}

async function refuseConfirmation(
  context: Context,
  { state }: Access,
  { setup }: OpenSetup,
  outcome: Exclude<ReturnType<typeof decideConfirmation>, { ok: true }>,
): Promise<Refused> {
  const { reason } = outcome;
  emit(context, 'code-refused', state.account, { operation: 'setup', reason });
  if (reason === 'code-invalid') {
    const failures = setup.failures + 1;
    if (failures < SETUP_ATTEMPTS) updateState(context, { ...state, setup: { ...setup, failures } });
    else {
      await dropSetup(context, state);
      emit(context, 'setup-ended', state.account, { reason: 'attempts' });
    }
  }
  if (reason === 'clock-skew')
    return { ok: false, kind: 'clock-skew', code: reason, minutes: outcome.minutes };
  return reason === 'code-malformed'
    ? { ok: false, kind: 'field', code: reason, field: 'code' }
    : refused(reason);
}
