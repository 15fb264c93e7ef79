import type { AccountRecord, SecurityKey } from '../account/record.js';
import { STOPPED_COUNTER, keyName, mayAddKey, withKey, withoutKeys } from '../account/security-keys.js';
import { updateRecord } from '../session/account-record.js';
import { openChallenge, sharedChallenge } from '../session/challenge.js';
import type { Context } from '../session/context.js';
import { emit, now, originOf } from '../session/context.js';
import type { Factor } from '../session/core.js';
import { emitEvent, factorOf } from '../session/core.js';
import { randomName } from '../session/random.js';
import type { Refused, RouteRefusal } from '../session/refusal.js';
import { refused } from '../session/refusal.js';
import { requireEnrolledOwner } from '../session/require-owner.js';
import type { CreationOptions, WebAuthn } from '../webauthn.js';
import type { Access, Added } from './add-factor.js';
import { addFirst, addToRecord } from './add-factor.js';
import { removeFactor } from './authenticators.js';
import { mayEnroll } from './set-up.js';

/** What a page needs to add a security key. */
export interface KeyForm {
  readonly access: Access;
  readonly factor: Factor | null;
  /** What a browser needs to make a key. */
  readonly publicKey: CreationOptions;
}

/**
 * What is needed to add a security key. Nothing changes for the account. The session keeps the challenge. The user handle
 * is new each time, so a passkey that is made never takes the place of another one of the account.
 *
 * @param webauthn the option, if it is set
 */
export async function startKey(
  context: Context,
  webauthn: WebAuthn,
): Promise<({ readonly ok: true } & KeyForm) | RouteRefusal> {
  const { core } = context;
  const access = await mayEnroll(context, core.options.freshSeconds);
  if (!access.ok) return access;
  const { account, state } = access;
  const factor = factorAt(context, access);
  const { value } = sharedChallenge(context, state, factor);
  const publicKey = webauthn.creationOptions({
    challenge: value,
    // A device replaces a passkey of the same handle (WebAuthn §6.3.2), accepted here or not.
    userHandle: randomName(),
    userName: account.name,
    keys: factor?.keys ?? [],
    timeoutMs: core.options.pendingSeconds * 1000,
  });
  return { ok: true, access, factor, publicKey };
}

/** The present second factor of the user who is signed in or is signing in. */
function factorAt({ known }: Context, { waiting }: Access): Factor | null {
  return waiting ? waiting.factor : (known?.factor ?? null);
}

/**
 * Adds a passkey or security key that a browser has just made for the challenge of this session. If it is the account's
 * first factor, this enables two-step authentication. The key verifies the session from then on.
 *
 * @param credential may be of any type
 * @param name how its owner calls it; may be of any type
 */
export async function addKey(
  context: Context,
  webauthn: WebAuthn,
  credential: unknown,
  name: unknown,
): Promise<Added | RouteRefusal> {
  const { core } = context;
  const access = await mayEnroll(context, core.options.freshSeconds);
  if (!access.ok) return access;
  if (name !== undefined && name !== null && typeof name !== 'string') {
    return { ok: false, kind: 'field', code: 'body-malformed', field: 'name' };
  }
  const { state } = access;
  const challenge = openChallenge(context, state.challenge);
  const made = challenge && (await webauthn.verifyCreation(credential, challenge.value));
  if (!made || made.counter === STOPPED_COUNTER) {
    // The page of the first answer was reloaded. The key is there, and nobody tried anything.
    const id = webauthn.newCredentialIdOf(credential);
    const isKnown = factorAt(context, access)?.keys.some(({ credentialId }) => credentialId === id);
    return isKnown ? refused('security-key-known') : refuseKey(context, access);
  }

  const { userVerified, ...found } = made;
  const at = now(context);
  const key: SecurityKey = { ...found, name: keyName(name), addedAt: at, lastUsedAt: challenge.issuedAt };
  const proved = { method: 'security-key', userVerified, at } as const;
  if (!factorAt(context, access))
    return addFirst(context, access, { authenticators: [], keys: [key] }, proved);
  return addToRecord(
    context,
    access,
    {
      event: 'security-key-added',
      add(record) {
        if (record.keys.some(({ credentialId }) => credentialId === key.credentialId))
          return 'security-key-known';
        // Another request has just added the key for which a code is enough.
        if (access.waiting && record.keys.some(({ rpId }) => rpId === key.rpId)) return 'already-enrolled';
        return mayAddKey(record.keys, key.rpId) ? withKey(record, key) : 'security-key-limit';
      },
    },
    proved,
  );
}

function refuseKey(context: Context, { account }: Access): Refused {
  emit(context, 'security-key-refused', account.id, { operation: 'setup', reason: 'assertion-invalid' });
  return refused('security-key-invalid');
}

/**
 * Removes a key of the signed-in account. Needs a fresh proof; see {@link removeFactor}.
 *
 * @param credentialId of any type
 */
export function removeKey(context: Context, credentialId: unknown): Promise<{ ok: true } | RouteRefusal> {
  const isMeant = (key: SecurityKey): boolean => key.credentialId === credentialId;
  return removeFactor(context, {
    event: 'security-key-removed',
    isThere: ({ keys }) => keys.some(isMeant),
    without: (record, enrollment) => withoutKeys(record, isMeant, enrollment),
  });
}

/** The record in which the key has the new name, and whether the name has changed. */
interface Renamed {
  readonly record: AccountRecord;
  readonly changed: boolean;
}

/**
 * Gives a key of the signed-in account another name. Needs a fresh proof.
 *
 * @param credentialId of any type
 * @param name may be of any type; an empty one removes the name
 */
export async function renameKey(
  context: Context,
  credentialId: unknown,
  name: unknown,
): Promise<{ ok: true } | RouteRefusal> {
  const { core } = context;
  const owner = requireEnrolledOwner(context, { maxAge: core.options.freshSeconds });
  if (!owner.ok) return owner;
  if (typeof name !== 'string') return { ok: false, kind: 'field', code: 'body-malformed', field: 'name' };
  const { state, known } = owner;
  const outcome = await updateRecord<Renamed | 'not-enrolled' | 'not-found'>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrollment !== state.enrollment) return { outcome: 'not-enrolled', next: 'unchanged' };
      const key = record.keys.find((each) => each.credentialId === credentialId);
      if (!key) return { outcome: 'not-found', next: 'unchanged' };
      const named = { ...key, name: keyName(name) };
      if (named.name === key.name) return { outcome: { record, changed: false }, next: 'unchanged' };
      const next = withKey(record, named);
      return { outcome: { record: next, changed: true }, next, activity: 'security-key-renamed' };
    },
    (renamed, origin) => {
      if (typeof renamed === 'string' || !renamed.changed) return;
      emitEvent(core, 'security-key-renamed', state.account, origin, {});
    },
  );
  if (typeof outcome === 'string') return refused(outcome);
  context.known = { ...known, factor: factorOf(outcome.record) };
  return { ok: true };
}
