import { createHash, createPublicKey, createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Faults, SoftKey } from './soft-key.js';

type Creation = Parameters<SoftKey['create']>[0];

const ECDSA_WITH_SHA256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
/** 2.5.29.31 */
const REVOCATION_LISTS = '551d1f';
/** 1.3.6.1.4.1.11129.2.1.17 */
const KEY_DESCRIPTION = '2b06010401d679020111';

/**
 * A new key of a phone with a statement of what made it: whole, but signed by an authority that somebody made up, and with
 * the address of a list of what that authority has revoked.
 */
export function attestedByAnybody(key: SoftKey, creation: Creation, listAt: string): Faults {
  const plain = key.create(creation);
  const clientData = Buffer.from(String(plain.response.clientDataJSON), 'base64url');
  const hash = createHash('sha256').update(clientData).digest();
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leaf = certificate('key', publicKeyOf(key), authority.privateKey, [
    extension(REVOCATION_LISTS, revocationLists(listAt)),
    extension(KEY_DESCRIPTION, keyDescription(hash)),
  ]);
  const root = certificate('authority', authority.publicKey, authority.privateKey, []);
  const attStmt = new Map<string, unknown>([
    ['alg', -7],
    ['sig', Buffer.alloc(8)],
    ['x5c', [leaf, root]],
  ]);
  return { fmt: 'android-key', attStmt };
}

function publicKeyOf(key: SoftKey): KeyObject {
  const text = (label: number): string => (key.cose().get(label) as Buffer).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: text(-2), y: text(-3) }, format: 'jwk' });
}

function certificate(subject: string, of: KeyObject, by: KeyObject, extensions: readonly Buffer[]): Buffer {
  const signed = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ECDSA_WITH_SHA256,
    name('authority'),
    sequence(der(0x18, Buffer.from('20200101000000Z')), der(0x18, Buffer.from('20990101000000Z'))),
    name(subject),
    of.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = createSign('sha256').update(signed).sign(by);
  return sequence(signed, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(der(0x06, Buffer.from(id, 'hex')), der(0x04, value));
}

function revocationLists(url: string): Buffer {
  return sequence(sequence(der(0xa0, der(0xa0, der(0x86, Buffer.from(url))))));
}

function keyDescription(challenge: Buffer): Buffer {
  const level = der(0x0a, Buffer.from([1]));
  const nothing = [der(0x04), sequence(), sequence()];
  return sequence(integer(3), level, integer(4), level, der(0x04, challenge), ...nothing);
}

/** A common name. */
function name(text: string): Buffer {
  return sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(text)))));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** What has a tag, a length and a content (ITU-T X.690). */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
