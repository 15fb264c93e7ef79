import { randomBytes } from 'node:crypto';
import type { Account } from '../account/account.js';
import type { AccountRecord } from '../account/record.js';
import { enrolledRecord, judgeConfirmation } from '../account/enrolment.js';
import { SETUP_ATTEMPTS } from '../account/limits.js';
import { SECRET_BYTES, encodeSecret, otpauthUri } from '../account/totp.js';
import { SecondFactorError } from '../errors.js';
import { check } from './check.js';
import type { Context } from './context.js';
import { emit, moveTo, now, reported, updateState } from './context.js';
import { newRecoveryCodes, randomName } from './random.js';
import type { Refused, RouteRefusal } from './refusal.js';
import type { SetupState, SignedInState } from './state.js';

/** What a set-up form shows. */
export interface SetupForm {
  readonly account: string;
  readonly issuer: string;
  /** The secret in base32, as it is typed into an authenticator. */
  readonly key: string;
  /** The `otpauth:` URI, as it is read from the QR code. */
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Why no set-up can be begun or confirmed, or the state that it is about. */
type SetupAccess =
  { readonly ok: true; readonly state: SignedInState; readonly account: Account } | RouteRefusal;

/**
 * Begins a set-up, or shows the one that is unfinished. Nothing changes for the account. The secret lies
 * sealed in a session with a new id, so that nobody with a copy of the old cookie can read it.
 */
export async function startSetup(context: Context): Promise<{ ok: true; form: SetupForm } | RouteRefusal> {
  const { core } = context;
  const access = mayEnrol(context, core.options.freshSeconds);
  if (!access.ok) return access;
  const unfinished = openSetup(context, access.state, access.account);
  if (unfinished) return { ok: true, form: unfinished.form };

  const secret = randomBytes(SECRET_BYTES);
  const setup: SetupState = {
    sealed: core.sealer.seal('setup', access.account.id, secret.toString('base64url')),
    until: now(context) + core.options.pendingSeconds * 1000,
    failures: 0,
  };
  await moveTo(context, { ...access.state, setup }, 'application-and-user');
  emit(context, 'setup-started', access.account.id, {});
  return { ok: true, form: formOf(context, access.account, secret, setup) };
}

/** The unfinished set-up. */
export function readSetup(context: Context): { ok: true; form: SetupForm } | RouteRefusal {
  const access = mayEnrol(context);
  if (!access.ok) return access;
  const open = openSetup(context, access.state, access.account);
  return open ? { ok: true, form: open.form } : { ok: false, code: 'setup-expired' };
}

/**
 * Enables the second factor when the code proves that the authenticator holds the secret. The session is
 * verified from then on, every other session of the account asks for a code.
 */
export async function confirmSetup(
  context: Context,
  typed: unknown,
): Promise<{ ok: true; recoveryCodes: string[] } | RouteRefusal> {
  const { core } = context;
  const access = mayEnrol(context);
  if (!access.ok) return access;
  const { state, account } = access;
  const open = openSetup(context, state, account);
  if (!open) return { ok: false, code: 'setup-expired' };

  const at = now(context);
  const confirmation = judgeConfirmation(open.secret, typed, at, core.options.limits.window);
  if (!confirmation.ok) return refuseConfirmation(context, state, open.setup, confirmation);

  const { codes: recoveryCodes, set } = newRecoveryCodes();
  const enrolment = randomName();
  const authenticator = {
    id: randomName(),
    name: '',
    secret: open.secret,
    addedAt: at,
    lastStep: confirmation.step,
    clockOffset: confirmation.clockOffset,
  };
  const record = enrolledRecord(enrolment, authenticator, set, at);
  const created = await create(context, account.id, record);
  if (!created) return { ok: false, code: 'already-enrolled' };
  await flagEnrolled(context, account.id, enrolment);

  const { stamp, passwordAt } = state;
  await moveTo(
    context,
    { state: 'verified', account: account.id, stamp, passwordAt, enrolment, factorAt: at, method: 'otp' },
    'application-and-user',
  );
  emit(context, 'enrolled', account.id, {});
  return { ok: true, recoveryCodes };
}

/** Drops the unfinished set-up, if there is one. */
export function cancelSetup(context: Context): { ok: true } | RouteRefusal {
  const access = mayEnrol(context);
  if (!access.ok) return access;
  if (access.state.setup) {
    updateState(context, { ...access.state, setup: undefined });
    emit(context, 'setup-ended', access.account.id, { reason: 'cancelled' });
  }
  return { ok: true };
}

function mayEnrol(context: Context, maxAge?: number): SetupAccess {
  const { state, known } = context;
  const verdict = check(context, {
    unenrolled: 'allow',
    maxAge: state?.state === 'verified' ? undefined : maxAge,
  });
  if (!verdict.ok) return verdict;
  if (state?.state === 'impersonating') return { ok: false, code: 'impersonation-refused' };
  if (state?.state !== 'signed-in' || !known) return { ok: false, code: 'already-enrolled' };
  return { ok: true, state, account: known.account };
}

function openSetup(
  context: Context,
  { setup }: SignedInState,
  account: Account,
): { setup: SetupState; secret: Buffer; form: SetupForm } | null {
  if (!setup || now(context) >= setup.until) return null;
  let secret: Buffer;
  try {
    secret = Buffer.from(context.core.sealer.open('setup', account.id, setup.sealed).text, 'base64url');
  } catch {
    // Sealed with a key that was taken out of the ring, or for another account: begin again.
    return null;
  }
  return { setup, secret, form: formOf(context, account, secret, setup) };
}

function formOf({ core }: Context, { id, name }: Account, secret: Uint8Array, setup: SetupState): SetupForm {
  const issuer = core.options.issuer({ id, name });
  const uri = otpauthUri(issuer, name, secret);
  return { account: name, issuer, key: encodeSecret(secret), uri, expiresAt: setup.until };
}

function refuseConfirmation(
  context: Context,
  state: SignedInState,
  setup: SetupState,
  { reason, ...rest }: { reason: 'code-malformed' | 'code-invalid' | 'clock-skew'; minutes?: number },
): Refused {
  emit(context, 'code-refused', state.account, { door: 'setup', reason });
  if (reason === 'code-invalid') {
    const failures = setup.failures + 1;
    const dropped = failures >= SETUP_ATTEMPTS;
    updateState(context, { ...state, setup: dropped ? undefined : { ...setup, failures } });
    if (dropped) emit(context, 'setup-ended', state.account, { reason: 'attempts' });
  }
  return rest.minutes === undefined
    ? { ok: false, code: reason }
    : { ok: false, code: reason, minutes: rest.minutes };
}

/** Writes the record of a new enrolment; `false` when the account is enrolled already. */
async function create(context: Context, accountId: string, record: AccountRecord): Promise<boolean> {
  try {
    return await context.core.vault.update<boolean>(accountId, (present) =>
      present ? { outcome: false, next: 'unchanged' } : { outcome: true, next: record },
    );
  } catch (error) {
    throw reported(context, accountId, error);
  }
}

/** Tells the panel's own table; when that fails the enrolment is undone. */
async function flagEnrolled({ core }: Context, accountId: string, enrolment: string): Promise<void> {
  try {
    await core.options.setEnrolled(accountId, true);
  } catch (cause) {
    await core.vault.update(accountId, (record) => ({
      outcome: undefined,
      next: record?.enrolment === enrolment ? null : 'unchanged',
    }));
    throw new SecondFactorError('store-unavailable', 'setEnrolled failed; nothing was enabled', { cause });
  }
}
