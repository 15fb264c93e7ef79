import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { isIP } from 'node:net';
import { SecondFactorError } from '../lib/errors.js';
import type * as WebAuthnServer from '@simplewebauthn/server';
import { knownOnly } from '../lib/known-only.js';
import type {
  CredentialDescriptor,
  KeyReference,
  NewKey,
  VerifiedSignature,
  WebAuthn,
} from '../lib/webauthn.js';
import { presentAssertion, presentCreation } from './webauthn-credential.js';
import type { PresentedAssertion, PresentedCreation } from './webauthn-credential.js';

/** ES256, EdDSA (Ed25519) and RS256: what every authenticator in use has one of, and every Node.js verifies. */
const ALGORITHMS = [-7, -8, -257];
const NAME_MAXIMUM_CHARACTERS = 64;
/** Shorter ones are weak (NIST SP 800-57), and longer ones make a signature slow to check. */
const RSA_MINIMUM_BITS = 2048;
const RSA_MAXIMUM_BITS = 4096;

/** The options of {@link webauthn}. */
export interface WebAuthnOptions {
  /**
   * The relying party id: the domain name of the application, or one that it ends in. Keys work on it and below it, and on
   * no other: keys that were made under another one are lost.
   */
  readonly rpId: string;
  /** The name that browsers show beside the keys: 1 to 64 characters. */
  readonly rpName: string;
  /**
   * Where the pages are, each with its port: `https://panel.example`, at `rpId` or below it. Plain http only at
   * `localhost`.
   */
  readonly origins: readonly string[];
}

/**
 * Passkeys and security keys (WebAuthn) as second factors, for the option `webauthn`. Nothing is taken from what a request
 * says of where it came to.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`; the message says what to hand in instead
 * @example
 * import { webauthn } from 'passport-second-factor/webauthn';
 * createSecondFactor({ webauthn: webauthn({ rpId: 'panel.example', rpName: 'Acme Panel', origins: ['https://panel.example'] }), ... });
 */
export function webauthn(options: WebAuthnOptions): WebAuthn {
  const { rpId, rpName, origins } = checked(options);

  async function verifyCreation(
    library: Library,
    presented: PresentedCreation,
    challenge: string,
  ): Promise<NewKey | null> {
    const { verifyRegistrationResponse } = library;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: await withoutCertificates(presented.json),
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      expectedType: 'webauthn.create',
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return null;
    const { credential, userVerified } = registrationInfo;
    // What was signed, and not what stands beside it.
    if (credential.id !== presented.json.id) return null;
    if (!(await isUsable(credential.publicKey))) return null;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: presented.transports,
      rpId,
      userVerified,
    };
  }

  async function verifyAssertion(
    library: Library,
    presented: PresentedAssertion,
    challenge: string,
    publicKey: Uint8Array,
  ): Promise<VerifiedSignature | null> {
    const { verifyAuthenticationResponse } = library;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: presented.json,
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      expectedType: 'webauthn.get',
      requireUserVerification: false,
      // The counter is compared after the signature, in the swap that notes it.
      credential: { id: presented.json.id, publicKey: new Uint8Array(publicKey), counter: 0 },
    });
    return verified
      ? { counter: authenticationInfo.newCounter, userVerified: authenticationInfo.userVerified }
      : null;
  }

  const expected = <Type extends string>(type: Type, challenge: string) => ({ type, challenge, origins });

  return {
    rpId,
    origins: [...origins],

    creationOptions: ({ challenge, userHandle, userName, keys, timeoutMs }) => ({
      rp: { id: rpId, name: rpName },
      user: { id: userHandle, name: userName, displayName: userName },
      challenge,
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: timeoutMs,
      excludeCredentials: keys.map(descriptor),
      authenticatorSelection: {
        residentKey: 'discouraged',
        requireResidentKey: false,
        userVerification: 'preferred',
      },
      attestation: 'none',
    }),

    requestOptions: (challenge, keys, timeoutMs) => ({
      rpId,
      challenge,
      timeout: timeoutMs,
      allowCredentials: keys.map(descriptor),
      userVerification: 'preferred',
    }),

    credentialIdOf: (credential) => presentAssertion(credential, null)?.json.id ?? null,

    newCredentialIdOf: (credential) => presentCreation(credential, null)?.json.id ?? null,

    async verifyCreation(credential, challenge) {
      const presented = presentCreation(credential, expected('webauthn.create', challenge));
      if (!presented) return null;
      const library = await loadLibrary();
      return verifyCreation(library, presented, challenge).catch(() => null);
    },

    async verifyAssertion(credential, challenge, publicKey) {
      const presented = presentAssertion(credential, expected('webauthn.get', challenge));
      if (!presented) return null;
      const key = publicKey === null ? decoy() : Buffer.from(publicKey, 'base64url');
      const library = await loadLibrary();
      const signed = await verifyAssertion(library, presented, challenge, key).catch(() => null);
      return publicKey === null ? null : signed;
    },
  };
}

type Library = typeof WebAuthnServer;

/**
 * The library, when the first key comes: an application without keys loads none of it.
 *
 * @throws {SecondFactorError} `option-invalid` when it is not installed
 */
async function loadLibrary(): Promise<Library> {
  try {
    return await import('@simplewebauthn/server');
  } catch (cause) {
    const fix = 'webauthn() needs the package @simplewebauthn/server: npm install @simplewebauthn/server@14';
    throw new SecondFactorError('option-invalid', fix, { cause });
  }
}

/**
 * A new key without a statement of who made it. Nobody has asked for one, and the library would fetch whatever address the
 * certificates of one name, before it looks who has signed them. What a key says of itself stays, and is checked.
 */
async function withoutCertificates(json: PresentedCreation['json']): Promise<PresentedCreation['json']> {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await import('@simplewebauthn/server/helpers');
  const { attestationObject, clientDataJSON } = json.response;
  const attested = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const fmt = attested.get('fmt');
  if (fmt === 'none' || (fmt === 'packed' && attested.get('attStmt').get('x5c') === undefined)) return json;
  const bare = new Map<string, string | Uint8Array | Map<string, never>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, never>()],
    ['authData', attested.get('authData')],
  ]);
  const left = isoBase64URL.fromBuffer(new Uint8Array(isoCBOR.encode(bare)));
  return { ...json, response: { clientDataJSON, attestationObject: left } };
}

/** A key that nobody has: whether an account knows a credential is not told by the time that an answer takes. */
function decoy(): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const coordinates = [x, y].map((each) => Buffer.from(each, 'base64url'));
  return Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    coordinates[0] ?? Buffer.alloc(0),
    Buffer.from('225820', 'hex'),
    coordinates[1] ?? Buffer.alloc(0),
  ]);
}

function descriptor({ credentialId, transports }: KeyReference): CredentialDescriptor {
  return { type: 'public-key', id: credentialId, transports };
}

/**
 * Whether Node.js can verify with a key, which the library does not try: one that is off its curve, or of another kind than
 * its algorithm, would be enrolled and never let its owner in.
 */
async function isUsable(cose: Uint8Array): Promise<boolean> {
  const { decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers');
  const fields = decodeCredentialPublicKey(new Uint8Array(cose)) as unknown as ReadonlyMap<number, unknown>;
  const jwk = jwkOf(fields);
  if (!jwk) return false;
  const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' });
  const bits = asymmetricKeyDetails?.modulusLength;
  return bits === undefined || (bits >= RSA_MINIMUM_BITS && bits <= RSA_MAXIMUM_BITS);
}

/** The labels of COSE keys (RFC 9053 §7, RFC 8230 §4). */
function jwkOf(fields: ReadonlyMap<number, unknown>): JsonWebKey | null {
  const text = (label: number): string => {
    const bytes = fields.get(label);
    return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64url') : '';
  };
  const kind = [fields.get(1), fields.get(3)].join(' ');
  const curve = fields.get(-1);
  if (kind === '2 -7' && curve === 1) return { kty: 'EC', crv: 'P-256', x: text(-2), y: text(-3) };
  if (kind === '1 -8' && curve === 6) return { kty: 'OKP', crv: 'Ed25519', x: text(-2) };
  return kind === '3 -257' ? { kty: 'RSA', n: text(-1), e: text(-2) } : null;
}

function checked(options: unknown): WebAuthnOptions {
  const given = knownOnly(options, ['rpId', 'rpName', 'origins'], 'webauthn option');
  const { rpId, rpName, origins } = given;
  if (typeof rpId !== 'string' || !isDomain(rpId)) {
    throw invalid(
      `rpId must be a domain name such as panel.example, in lower case and without a port, got ${kindOf(rpId)}`,
    );
  }
  if (
    typeof rpName !== 'string' ||
    rpName === '' ||
    /[\p{Cc}\p{Cs}]/u.test(rpName) ||
    Array.from(rpName).length > NAME_MAXIMUM_CHARACTERS
  ) {
    throw invalid(
      `rpName must be a name of 1 to ${String(NAME_MAXIMUM_CHARACTERS)} characters without control characters and lone ` +
        `surrogates, got ${kindOf(rpName)}`,
    );
  }
  if (!Array.isArray(origins) || origins.length === 0) {
    throw invalid(`origins must be an array such as ['https://${rpId}'], got ${kindOf(origins)}`);
  }
  return { rpId, rpName, origins: origins.map((origin: unknown) => checkedOrigin(origin, rpId)) };
}

/** A name that browsers take: `localhost`, or one with a dot; no address. */
function isDomain(name: string): boolean {
  const labels = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/;
  return labels.test(name) && isIP(name) === 0 && (name === 'localhost' || name.includes('.'));
}

function checkedOrigin(origin: unknown, rpId: string): string {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : null;
  if (typeof origin !== 'string' || url?.origin !== origin) {
    throw invalid(
      `origins must be whole origins such as https://${rpId}, without a path, got ${kindOf(origin)}`,
    );
  }
  const { hostname, protocol } = url;
  if (hostname !== rpId && !hostname.endsWith(`.${rpId}`)) {
    throw invalid(`the origin ${origin} is neither at ${rpId} nor below it: browsers would refuse its keys`);
  }
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) {
    throw invalid(`the origin ${origin} must be https: browsers have keys there alone, and at localhost`);
  }
  return origin;
}

function kindOf(value: unknown): string {
  return value === '' ? 'an empty string' : value === null ? 'null' : typeof value;
}

function invalid(message: string): SecondFactorError {
  return new SecondFactorError('option-invalid', message);
}
