import { createHash, createSign, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { encode } from 'cborg';

/** What a security key is asked to make. */
interface Creation {
  readonly challenge: string;
  readonly rp: { readonly id: string };
}

/** What a security key is asked to sign. */
interface Request {
  readonly challenge: string;
  readonly rpId: string;
}

/** What is not as a browser and a key would have it. */
export interface Faults {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: string;
  readonly rpId?: string;
  /** WebAuthn §6.1: 1 user present, 4 user verified, 8 and 16 backup, 64 attested credential data. */
  readonly flags?: number;
  readonly counter?: number;
  readonly alg?: number;
  readonly credentialId?: Buffer;
  /** What stands beside what was signed. */
  readonly id?: string;
  readonly cose?: Map<number, unknown>;
  readonly signature?: Buffer;
  readonly transports?: unknown;
  readonly fmt?: string;
  readonly attStmt?: unknown;
}

const AT = 64;
const UV = 4;
const UP = 1;

/** A security key in software, made of node:crypto and a CBOR library alone, that can do wrong. */
export class SoftKey {
  readonly credentialId = randomBytes(32);
  counter = 0;
  readonly #privateKey: KeyObject;
  readonly #cose: Map<number, unknown>;
  readonly #origin: string;
  readonly alg: number;

  constructor(origin: string, alg: -7 | -8 | -257 = -7) {
    this.#origin = origin;
    this.alg = alg;
    const { publicKey, privateKey } =
      alg === -7
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : alg === -8
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#privateKey = privateKey;
    const jwk = publicKey.export({ format: 'jwk' });
    const bytes = (text = ''): Buffer => Buffer.from(text, 'base64url');
    if (alg === -7)
      this.#cose = new Map<number, unknown>([
        [1, 2],
        [3, alg],
        [-1, 1],
        [-2, bytes(jwk.x)],
        [-3, bytes(jwk.y)],
      ]);
    else if (alg === -8)
      this.#cose = new Map<number, unknown>([
        [1, 1],
        [3, alg],
        [-1, 6],
        [-2, bytes(jwk.x)],
      ]);
    else
      this.#cose = new Map<number, unknown>([
        [1, 3],
        [3, alg],
        [-1, bytes(jwk.n)],
        [-2, bytes(jwk.e)],
      ]);
  }

  get id(): string {
    return this.credentialId.toString('base64url');
  }

  /** The public key as COSE has it; change what is to be wrong. */
  cose(): Map<number, unknown> {
    return new Map(this.#cose);
  }

  /** What a browser sends of a new credential. */
  create(
    { challenge, rp }: Creation,
    faults: Faults = {},
  ): { id: string; response: Record<string, unknown> } {
    const credentialId = faults.credentialId ?? this.credentialId;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(credentialId.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, cbor(faults.cose ?? this.#cose)]);
    const authData = this.#authData(rp.id, (faults.flags ?? UP | UV) | AT, faults, attested);
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', faults.fmt ?? 'none'],
        ['attStmt', faults.attStmt ?? new Map()],
        ['authData', authData],
      ]),
    );
    return {
      id: faults.id ?? credentialId.toString('base64url'),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', challenge, faults).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: faults.transports ?? ['internal'],
      },
    };
  }

  /** What a browser sends of a signature. The counter goes on where the key counts. */
  get({ challenge, rpId }: Request, faults: Faults = {}): { id: string; response: Record<string, unknown> } {
    if (this.counter > 0) this.counter += 1;
    const authData = this.#authData(rpId, faults.flags ?? UP | UV, faults);
    const clientData = this.#clientData('webauthn.get', challenge, faults);
    const signature = faults.signature ?? this.#sign(Buffer.concat([authData, sha256(clientData)]));
    return {
      id: faults.id ?? this.id,
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    };
  }

  #authData(rpId: string, flags: number, faults: Faults, rest = Buffer.alloc(0)): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(faults.counter ?? this.counter);
    return Buffer.concat([sha256(Buffer.from(faults.rpId ?? rpId)), Buffer.from([flags]), counter, rest]);
  }

  #clientData(type: string, challenge: string, faults: Faults): Buffer {
    const { crossOrigin = false, topOrigin } = faults;
    return Buffer.from(
      JSON.stringify({
        type: faults.type ?? type,
        challenge: faults.challenge ?? challenge,
        origin: faults.origin ?? this.#origin,
        crossOrigin,
        ...(topOrigin !== undefined && { topOrigin }),
      }),
    );
  }

  #sign(data: Buffer): Buffer {
    if (this.alg === -8) return sign(null, data, this.#privateKey);
    return createSign('sha256').update(data).sign(this.#privateKey);
  }
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function cbor(value: unknown): Buffer {
  return Buffer.from(encode(value));
}
