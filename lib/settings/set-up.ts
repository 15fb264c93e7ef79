import { randomBytes } from 'node:crypto';
import type { Account } from '../account/account.js';
import { authenticatorName, freeName, mayAddAuthenticator } from '../account/authenticators.js';
import { SECRET_BYTES, encodeSecret, otpauthUri } from '../account/totp.js';
import { isTicked, isUnticked } from '../answer/body-field.js';
import type { FieldName } from '../api.js';
import type { Context } from '../session/context.js';
import { emit, moveTo, now, originOf, updateState } from '../session/context.js';
import type { Factor } from '../session/core.js';
import { hasOtherFactorOnly } from '../session/core.js';
import { readFactor } from '../session/account-record.js';
import { offeredKeys } from '../session/challenge.js';
import { isInTime } from '../session/evaluate-session.js';
import { isConfirming, nameOf, openSecret } from '../session/own-setup.js';
import type { ParkedUser } from '../sign-in/parked-user.js';
import { endParked, parkedUser } from '../sign-in/parked-user.js';
import type { RouteRefusal } from '../session/refusal.js';
import type { MustEnrollState, SetupState, SignedInState, VerifiedState } from '../session/state.js';
import { refused } from '../session/refusal.js';
import { requireOwner } from '../session/require-owner.js';
import { takesKeysOnly } from '../session/requirement.js';

/** What a set-up form shows. */
export interface SetupForm {
  /** The name that the authenticator shows for the account. An added one has a label of its own. */
  readonly account: string;
  readonly issuer: string;
  /** The secret in base32, as it is typed into an authenticator. */
  readonly key: string;
  /** The `otpauth:` URI that is in the QR code. */
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** What the new authenticator will be. */
  readonly kind: 'first' | 'added' | 'replacing';
  /** Identifies this set-up. One that another tab starts has another id. */
  readonly id: string;
}

/** What a new authenticator is to be. */
interface SetupWish {
  /** Whether the present authenticators stay. May be of any type. Otherwise the new one replaces them. */
  readonly adds: unknown;
  /** How its owner calls it. May be of any type. */
  readonly name: unknown;
}

/** A state in which a set-up may go on. */
type EnrollingState = SignedInState | VerifiedState | MustEnrollState;

/** A session in which a set-up may go on, and whose it is. */
export type SetupAccess =
  | {
      readonly ok: true;
      readonly state: EnrollingState;
      readonly account: Account;
      /** With `must-enroll`: who will be signed in, and for which enrollment they have given a code. */
      readonly waiting: (ParkedUser & { readonly factor: Factor | null }) | null;
    }
  | RouteRefusal;

/** An unfinished set-up, opened. */
export interface OpenSetup {
  readonly setup: SetupState;
  readonly secret: Uint8Array;
  readonly form: SetupForm;
}

/**
 * Starts a set-up, or shows the unfinished one, under the newest name. Nothing changes for the account. The secret is
 * kept sealed in a session with a new id, so that nobody with a copy of the old cookie can read it.
 */
export async function startSetup(
  context: Context,
  wish: SetupWish,
): Promise<{ ok: true; form: SetupForm } | RouteRefusal> {
  const { core, known } = context;
  const access = await mayEnroll(context, core.options.freshSeconds);
  if (!access.ok) return access;
  const { state, account } = access;
  if (await mustAddKey(context, access)) return refused('security-key-required');
  const field = unreadable(wish);
  if (field) return { ok: false, kind: 'field', code: 'body-malformed', field };
  // If the account has only keys, a new app replaces nothing.
  const isFirst = known?.factor?.authenticators.length === 0;
  const adds = (isTicked(wish.adds) || isFirst) && state.state === 'verified';
  const unfinished = openSetup(context, state.setup, account);
  if (unfinished?.setup.adds === adds) {
    return { ok: true, form: shownAgain(context, access, unfinished, wish.name) };
  }
  if (adds && known?.factor && !mayAddAuthenticator(known.factor)) {
    return refused('authenticator-limit');
  }
  const secret = randomBytes(SECRET_BYTES);
  const since = now(context);
  const setup: SetupState = {
    sealed: core.sealer.seal('setup', account.id, secret.toString('base64url')),
    since,
    until: since + core.options.pendingSeconds * 1000,
    failures: 0,
    name: nameIn(context, adds, wish.name),
    adds,
  };
  await moveTo(context, { ...state, setup }, 'application-and-user');
  emit(context, 'setup-started', account.id, {});
  return { ok: true, form: formOf(context, account, secret, setup) };
}

/**
 * Whether a user who must enroll needs a security key, as the policy said when the sign-in was parked, or says now.
 * From then on the sign-in leads to the form for a key.
 */
export async function mustAddKey(
  context: Context,
  { state, account, waiting }: Extract<SetupAccess, { ok: true }>,
): Promise<boolean> {
  if (state.state !== 'must-enroll') return false;
  if (state.keysOnly === true) return true;
  if (!(await takesKeysOnly(context.core, account, Boolean(waiting?.factor)))) return false;
  updateState(context, { ...state, setup: undefined, keysOnly: true });
  return true;
}

/** The unfinished set-up once more, with the same key. A name that was typed now takes the place of the former one. */
function shownAgain(
  context: Context,
  { state, account }: Extract<SetupAccess, { ok: true }>,
  { setup, secret, form }: OpenSetup,
  typed: unknown,
): SetupForm {
  if (authenticatorName(typed) === '') return form;
  const renamed = { ...setup, name: nameIn(context, setup.adds, typed) };
  updateState(context, { ...state, setup: renamed });
  return formOf(context, account, secret, renamed);
}

/** The name of a new authenticator. An only one may have no name. */
function nameIn({ known }: Context, adds: boolean, typed: unknown): string {
  const name = authenticatorName(typed);
  const others = adds ? (known?.factor?.authenticators ?? []) : [];
  return others.length === 0 ? name : freeName(others, name);
}

/** The field that cannot be understood. Guessing could replace what was to stay. */
function unreadable({ adds, name }: SetupWish): FieldName | null {
  if (!isTicked(adds) && !isUnticked(adds)) return 'add';
  return name === undefined || name === null || typeof name === 'string' ? null : 'name';
}

/** The unfinished set-up. */
export async function readSetup(context: Context): Promise<{ ok: true; form: SetupForm } | RouteRefusal> {
  const access = await mayEnroll(context);
  if (!access.ok) return access;
  const open = openSetup(context, access.state.setup, access.account);
  return open ? { ok: true, form: open.form } : refused('setup-expired');
}

/**
 * Moves to a new session without the set-up. In the same session a slow request could bring the set-up back, with a key
 * that was already seen.
 */
export function dropSetup(context: Context, state: EnrollingState): Promise<void> {
  return moveTo(context, { ...state, setup: undefined }, 'application-and-user');
}

/** Cancels the unfinished set-up, if there is one. */
export async function cancelSetup(context: Context): Promise<{ ok: true } | RouteRefusal> {
  const access = await mayEnroll(context);
  if (!access.ok) return access;
  const { state, account } = access;
  if (state.setup) {
    await dropSetup(context, state);
    emit(context, 'setup-ended', account.id, { reason: 'cancelled' });
  }
  return { ok: true };
}

/**
 * Whether a set-up may go on in this session: signed in with the password to an account without a second factor, parked
 * until there is one, or verified.
 *
 * @param maxAge how old the proof may be, in seconds; absent: as old as the session
 */
export async function mayEnroll(context: Context, maxAge?: number): Promise<SetupAccess> {
  const { state } = context;
  if (state?.state === 'must-enroll' && isInTime(state.since, state.until, now(context))) {
    return mustEnroll(context, state);
  }
  if (context.expired) return refused('sign-in-expired');
  const owner = requireOwner(context, { maxAge, acceptRememberedBrowser: false });
  if (!owner.ok) return owner;
  const { known, state: mark } = owner;
  if (mark.state !== 'signed-in' && mark.state !== 'verified') return refused('step-up-required');
  if (hasOtherFactorOnly(known)) return refused('other-factor');
  return { ok: true, state: mark, account: known.account, waiting: null };
}

/**
 * Before anybody is signed in, only an account without any second factor may get one, or the account whose code was
 * given.
 */
async function mustEnroll(context: Context, state: MustEnrollState): Promise<SetupAccess> {
  const waiting = await parkedUser(context, state);
  if (!waiting) return endParked(context, state, 'account-changed');
  const { account } = waiting.found;
  const factor = await readFactor(context.core, account, () => originOf(context));
  if (isConfirming(context.core, state, factor)) return refused('setup-expired');
  // A code can only add the first key. A user who has a key signs in with it.
  const isExpected = factor
    ? factor.enrollment === state.enrollment && offeredKeys(context, factor).length === 0
    : state.enrollment === undefined;
  if (!isExpected || hasOtherFactorOnly({ account, factor }))
    return endParked(context, state, 'account-changed');
  return { ok: true, state, account, waiting: { ...waiting, factor } };
}

/** The unfinished set-up in a session; `null`: there is none, or it is too old. */
export function openSetup(
  context: Context,
  setup: SetupState | undefined,
  account: Account,
): OpenSetup | null {
  if (!setup || !isInTime(setup.since, setup.until, now(context))) return null;
  const secret = openSecret(context.core, account.id, setup);
  return secret && { setup, secret, form: formOf(context, account, secret, setup) };
}

function formOf(
  { core, state, known }: Context,
  { id, name }: Account,
  secret: Uint8Array,
  setup: SetupState,
): SetupForm {
  const issuer = core.options.issuer({ id, name });
  const others = setup.adds ? (known?.factor?.authenticators.length ?? 0) : 0;
  // Apps would replace an account that has the same label, or show two that nobody can tell apart.
  const label = others === 0 ? name : `${name} (${setup.name})`;
  const uri = otpauthUri(issuer, label, secret);
  const kind = state?.state !== 'verified' ? 'first' : setup.adds ? 'added' : 'replacing';
  const key = encodeSecret(secret);
  return { account: label, issuer, key, uri, expiresAt: setup.until, kind, id: nameOf(setup) };
}
