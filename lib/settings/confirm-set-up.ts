import {
  hasSecret,
  mayAddAuthenticator,
  withAuthenticator,
  withAuthenticatorReplaced,
} from '../account/authenticators.js';
import { decideConfirmation } from '../account/enrollment.js';
import { SETUP_ATTEMPTS } from '../account/limits.js';
import type { AccountRecord, Authenticator } from '../account/record.js';
import { APP_PARAMETERS } from '../account/totp.js';
import { isLeftOut } from '../answer/body-field.js';
import type { ProblemCode } from '../errors.js';
import type { Context } from '../session/context.js';
import { emit, now, updateState } from '../session/context.js';
import { isByKey } from '../session/evaluate-session.js';
import { randomName } from '../session/random.js';
import type { Refused, RouteRefusal } from '../session/refusal.js';
import { refused } from '../session/refusal.js';
import { takesNoCode } from '../session/require-owner.js';
import type { VerifiedState } from '../session/state.js';
import type { Access, Added, Proved } from './add-factor.js';
import { addFirst, addToRecord } from './add-factor.js';
import type { OpenSetup } from './set-up.js';
import { dropSetup, mayEnroll, mustAddKey, openSetup } from './set-up.js';

/**
 * Enables the second factor, or adds or replaces an authenticator, if the code proves that the authenticator has the
 * secret. The session is verified from then on.
 *
 * @param typed the code; may be of any type
 * @param named the set-up that it is for; may be of any type. If another tab has replaced that set-up, it is over.
 *   Absent: the present one
 */
export async function confirmSetup(
  context: Context,
  typed: unknown,
  named?: unknown,
): Promise<Added | RouteRefusal> {
  const { core } = context;
  const access = await mayEnroll(context);
  if (!access.ok) return access;
  const open = openSetup(context, access.state.setup, access.account);
  const isAnother = !isLeftOut(named) && named !== open?.form.id;
  if (!open || isAnother) return refused('setup-expired');
  if (await mustAddKey(context, access)) return refused('security-key-required');

  const at = now(context);
  const confirmation = decideConfirmation(open.secret, typed, at, core.options.limits.window);
  if (!confirmation.ok) return refuseConfirmation(context, access, open, confirmation);

  const authenticator: Authenticator = {
    id: open.form.id,
    name: open.setup.name,
    secret: open.secret,
    parameters: APP_PARAMETERS,
    addedAt: at,
    lastStep: confirmation.step,
    clockOffset: confirmation.clockOffset,
  };
  const { state } = access;
  if (state.state !== 'verified') {
    return addFirst(context, access, { authenticators: [authenticator], keys: [] }, { method: 'otp', at });
  }
  const { adds } = open.setup;
  const event = adds ? 'authenticator-added' : 'authenticator-replaced';
  return addToRecord(
    context,
    access,
    { event, add: (record) => withNew(record, authenticator, adds) },
    provedBy(context, state, at),
  );
}

/** What verifies the session from then on: the new app, or still the key if the policy accepts no codes. */
function provedBy(context: Context, state: VerifiedState, at: number): Proved {
  if (!takesNoCode(context) || !isByKey(state)) return { method: 'otp', at };
  const { method, userVerified, factorAt } = state;
  return { method, userVerified, at: factorAt };
}

function withNew(
  record: AccountRecord,
  authenticator: Authenticator,
  adds: boolean,
): AccountRecord | ProblemCode {
  if (hasSecret(record, authenticator.secret)) return 'setup-expired';
  if (!adds) return withAuthenticatorReplaced(record, authenticator, randomName());
  return mayAddAuthenticator(record) ? withAuthenticator(record, authenticator) : 'authenticator-limit';
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
