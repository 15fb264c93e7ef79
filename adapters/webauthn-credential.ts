import { TRANSPORTS } from '../lib/webauthn.js';
import type { Transport } from '../lib/webauthn.js';

/** WebAuthn Level 3 §6.5.1: a credential id has at most 1023 bytes. */
const ID_MAXIMUM_BYTES = 1023;
/** As base64url. Client data are a few hundred bytes; a key of RSA with 4096 bits and the longest id are under 2 KB. */
const CLIENT_DATA_MAXIMUM_CHARACTERS = 4096;
const OBJECT_MAXIMUM_CHARACTERS = 8192;
/** RSA with 8192 bits. */
const SIGNATURE_MAXIMUM_CHARACTERS = 1366;
const JSON_MAXIMUM_CHARACTERS = 16_384;
const BASE64URL = /^[\w-]+$/;

/** What the data that a browser has signed must say. */
interface Expected {
  readonly type: 'webauthn.create' | 'webauthn.get';
  readonly challenge: string;
  readonly origins: readonly string[];
}

/** A credential in the shape of one, without anything that nobody has asked for. */
interface PresentedJson<Response> {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: Response;
  readonly clientExtensionResults: object;
}

/** A new credential. */
export interface PresentedCreation {
  readonly json: PresentedJson<{ readonly clientDataJSON: string; readonly attestationObject: string }>;
  /** Those that have a name; what a browser made up is left out. */
  readonly transports: readonly Transport[];
}

/** A signature. */
export interface PresentedAssertion {
  readonly json: PresentedJson<{
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
  }>;
}

/**
 * A new credential of any type, by its shape and by what its client data say; `null`: it is none that is expected.
 *
 * @param expected `null`: the shape alone
 */
export function presentCreation(given: unknown, expected: Expected | null): PresentedCreation | null {
  const { id, response } = parts(given);
  const clientDataJSON = base64url(response.clientDataJSON, CLIENT_DATA_MAXIMUM_CHARACTERS);
  const attestationObject = base64url(response.attestationObject, OBJECT_MAXIMUM_CHARACTERS);
  if (id === null || clientDataJSON === null || attestationObject === null) return null;
  if (expected && !says(clientDataJSON, expected)) return null;
  const said: readonly unknown[] = Array.isArray(response.transports) ? response.transports : [];
  return {
    json: { ...named(id), response: { clientDataJSON, attestationObject } },
    transports: TRANSPORTS.filter((transport) => said.includes(transport)),
  };
}

/**
 * A signature of any type, by its shape and by what its client data say; `null`: it is none that is expected.
 *
 * @param expected `null`: the shape alone
 */
export function presentAssertion(given: unknown, expected: Expected | null): PresentedAssertion | null {
  const { id, response } = parts(given);
  const clientDataJSON = base64url(response.clientDataJSON, CLIENT_DATA_MAXIMUM_CHARACTERS);
  const authenticatorData = base64url(response.authenticatorData, OBJECT_MAXIMUM_CHARACTERS);
  const signature = base64url(response.signature, SIGNATURE_MAXIMUM_CHARACTERS);
  if (id === null || clientDataJSON === null || authenticatorData === null || signature === null) return null;
  if (expected && !says(clientDataJSON, expected)) return null;
  return { json: { ...named(id), response: { clientDataJSON, authenticatorData, signature } } };
}

/** Whether client data are of this flow, of one of our pages, and of no page within a page of others. */
function says(clientDataJSON: string, { type, challenge, origins }: Expected): boolean {
  const said = object(parsed(Buffer.from(clientDataJSON, 'base64url').toString()));
  return (
    said.type === type &&
    said.challenge === challenge &&
    origins.includes(said.origin as string) &&
    (said.crossOrigin === undefined || said.crossOrigin === false) &&
    said.topOrigin === undefined
  );
}

/** Forms bring a credential as JSON, and JSON brings it as an object. */
function parts(given: unknown): { id: string | null; response: Record<string, unknown> } {
  const whole = typeof given === 'string' && given.length <= JSON_MAXIMUM_CHARACTERS ? parsed(given) : given;
  const { id, response } = object(whole);
  const name = base64url(id, (ID_MAXIMUM_BYTES * 4) / 3);
  const isCanonical = name !== null && Buffer.from(name, 'base64url').toString('base64url') === name;
  return { id: isCanonical ? name : null, response: object(response) };
}

function named(id: string): Omit<PresentedJson<never>, 'response'> {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {} };
}

function base64url(value: unknown, most: number): string | null {
  return typeof value === 'string' && value.length <= most && BASE64URL.test(value) ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
