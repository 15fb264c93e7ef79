import type { AssertionJson, AttestationJson } from '../lib/api.js';
import type { CreationOptions, CredentialDescriptor, RequestOptions } from '../lib/webauthn.js';
import type { ClientErrorCode } from './second-factor-client-error.js';
import { SecondFactorClientError } from './second-factor-client-error.js';

/** The parts of a `PublicKeyCredential` that are used. Password managers give plain objects. */
interface Credential {
  readonly rawId: ArrayBuffer;
  readonly response: {
    readonly clientDataJSON: ArrayBuffer;
    readonly authenticatorData: ArrayBuffer;
    readonly signature: ArrayBuffer;
    readonly attestationObject: ArrayBuffer;
    readonly getTransports?: () => string[];
  };
}

/** The parts of the browser that are used, so that the types need no DOM library. */
interface Browser {
  readonly PublicKeyCredential?: unknown;
  readonly navigator?: {
    readonly credentials?: Record<'get' | 'create', (options: object) => Promise<Credential | null>>;
  };
}

/** Names of a `DOMException`, as WebAuthn Level 3 (§5.1.3, §5.1.4) gives them. */
const CODES: Readonly<Record<string, ClientErrorCode>> = {
  AbortError: 'aborted',
  NotAllowedError: 'key-cancelled',
  InvalidStateError: 'security-key-known',
  SecurityError: 'key-unsupported',
  NotSupportedError: 'key-unsupported',
};

/**
 * Whether this browser has passkeys and security keys, and this page may use them. They work only over https, or on
 * localhost.
 */
export function supportsKeys(): boolean {
  return credentials() !== undefined;
}

/** Asks a key to sign. */
export async function signWithKey(
  { allowCredentials, challenge, ...options }: RequestOptions,
  signal?: AbortSignal,
): Promise<AssertionJson> {
  const publicKey = () => ({
    ...options,
    challenge: bytes(challenge),
    allowCredentials: known(allowCredentials),
  });
  const { rawId, response } = await ask('get', publicKey, signal);
  return {
    id: text(rawId),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
    },
  };
}

/** Makes a key. */
export async function makeKey(
  { challenge, user, excludeCredentials, ...options }: CreationOptions,
  signal?: AbortSignal,
): Promise<AttestationJson> {
  const publicKey = () => ({
    ...options,
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: known(excludeCredentials),
  });
  const { rawId, response } = await ask('create', publicKey, signal);
  return {
    id: text(rawId),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/**
 * @param publicKey turns what the server sent into what the browser takes; it may fail, too
 */
async function ask(
  how: 'get' | 'create',
  publicKey: () => object,
  signal?: AbortSignal,
): Promise<Credential> {
  const there = credentials();
  if (!there) throw new SecondFactorClientError('key-unsupported');
  let cause: unknown;
  try {
    const credential = await there[how]({ publicKey: publicKey(), ...(signal && { signal }) });
    if (credential) return credential;
  } catch (error) {
    cause = error;
  }
  const { name = '' } = (cause ?? {}) as { name?: string };
  throw new SecondFactorClientError(signal?.aborted ? 'aborted' : (CODES[name] ?? 'key-failed'), { cause });
}

function credentials() {
  const { PublicKeyCredential, navigator } = globalThis as unknown as Browser;
  return PublicKeyCredential === undefined ? undefined : navigator?.credentials;
}

function known(keys: readonly CredentialDescriptor[]): object[] {
  return keys.map((key) => ({ ...key, id: bytes(key.id) }));
}

/** Bytes of base64url (RFC 4648 §5). */
function bytes(base64url: string): Uint8Array {
  const base64 = base64url.replace(/-/g, '+').replace(/_/g, '/');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
