import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { webauthn } from '../../adapters/webauthn.js';
import { attestedByAnybody } from '../support/android-statement.js';
import { SoftKey } from '../support/soft-key.js';
import type { Faults } from '../support/soft-key.js';

const ORIGIN = 'https://panel.example';
const OPTIONS = { rpId: 'panel.example', rpName: 'Acme Panel', origins: [ORIGIN] };
const port = webauthn(OPTIONS);
const CHALLENGE = randomBytes(32).toString('base64url');
const creation = port.creationOptions({
  challenge: CHALLENGE,
  userHandle: 'aGFuZGxl',
  userName: 'alice',
  keys: [],
  timeoutMs: 60_000,
});
const request = port.requestOptions(CHALLENGE, [], 60_000);

/** What both kinds of answers may have wrong. */
const WRONG: Record<string, Faults> = {
  'another challenge': { challenge: randomBytes(32).toString('base64url') },
  'no challenge': { challenge: '' },
  'another origin': { origin: 'https://panel.example.evil' },
  'an origin below ours that was not named': { origin: 'https://sub.panel.example' },
  'another port': { origin: `${ORIGIN}:8443` },
  'plain http': { origin: 'http://panel.example' },
  'a page within a page of others': { crossOrigin: true },
  'a crossOrigin that is no boolean': { crossOrigin: 'false' },
  'a topOrigin': { crossOrigin: false, topOrigin: ORIGIN },
  'another rpId': { rpId: 'example' },
  'nobody who was there': { flags: 0 },
  'an id that was not signed': { id: randomBytes(32).toString('base64url') },
  'an id of 1 024 bytes': { credentialId: randomBytes(1024) },
  'an id of 20 000 bytes': { credentialId: randomBytes(20_000) },
};

/** The P-256 point with one coordinate changed. */
function offCurve(key: SoftKey): Map<number, unknown> {
  return key.cose().set(-3, randomBytes(32));
}

describe('adapters/webauthn', () => {
  for (const alg of [-7, -8, -257] as const) {
    it(`takes a key and its signatures of algorithm ${alg}, with what was signed`, async () => {
      const key = new SoftKey(ORIGIN, alg);
      key.counter = 7;
      const made = await port.verifyCreation(key.create(creation), CHALLENGE);
      expect(made).to.deep.include({
        credentialId: key.id,
        counter: 7,
        rpId: 'panel.example',
        userVerified: true,
      });
      expect(made?.transports).to.deep.equal(['internal']);
      const signed = key.get(request);
      expect(await port.verifyAssertion(signed, CHALLENGE, made!.publicKey)).to.deep.equal({
        counter: 8,
        userVerified: true,
      });
      expect(await port.verifyAssertion(JSON.stringify(signed), CHALLENGE, made!.publicKey)).to.include({
        counter: 8,
      });
      expect(port.credentialIdOf(signed)).to.equal(key.id);
      const unverified = key.get(request, { flags: 1 });
      expect(await port.verifyAssertion(unverified, CHALLENGE, made!.publicKey)).to.include({
        userVerified: false,
      });
    });
  }

  it('leaves the counter to the record: one that went back is a signature all the same', async () => {
    const key = new SoftKey(ORIGIN);
    key.counter = 9;
    const made = await port.verifyCreation(key.create(creation), CHALLENGE);
    const back = key.get(request, { counter: 3 });
    expect(await port.verifyAssertion(back, CHALLENGE, made!.publicKey)).to.include({ counter: 3 });
  });

  describe('refuses a new key', () => {
    for (const [what, faults] of Object.entries<Faults>({
      ...WRONG,
      'made as a signature': { type: 'webauthn.get' },
      'of an algorithm that was not offered': { cose: new SoftKey(ORIGIN).cose().set(3, -35) },
      'of ML-DSA': {
        cose: new Map<number, unknown>([
          [1, 7],
          [3, -48],
          [-1, randomBytes(1312)],
        ]),
      },
      'whose kind is not that of its algorithm': { cose: new SoftKey(ORIGIN, -8).cose().set(3, -7) },
      'on another curve': { cose: new SoftKey(ORIGIN).cose().set(-1, 2) },
      'off its curve': { cose: offCurve(new SoftKey(ORIGIN)) },
      'without a point': {
        cose: new Map<number, unknown>([
          [1, 2],
          [3, -7],
          [-1, 1],
        ]),
      },
      'of RSA with 512 bits': {
        cose: new Map<number, unknown>([
          [1, 3],
          [3, -257],
          [-1, randomBytes(64)],
          [-2, Buffer.from([1, 0, 1])],
        ]),
      },
      'of RSA with 8 192 bits': {
        cose: new Map<number, unknown>([
          [1, 3],
          [3, -257],
          [-1, randomBytes(1024)],
          [-2, Buffer.from([1, 0, 1])],
        ]),
      },
      'with a statement where none is due': { attStmt: new Map([['x', 1]]) },
      'that signed something else of itself': {
        fmt: 'packed',
        attStmt: new Map<string, unknown>([
          ['alg', -7],
          ['sig', Buffer.alloc(8)],
        ]),
      },
      'with a statement that is none': { fmt: 'packed', attStmt: 'x' },
      'of 50 KB': { attStmt: new Map([['x', randomBytes(50_000)]]) },
    })) {
      it(what, async () => {
        expect(await port.verifyCreation(new SoftKey(ORIGIN).create(creation, faults), CHALLENGE)).to.equal(
          null,
        );
      });
    }

    it('nested as deeply as its length allows', async () => {
      const good = new SoftKey(ORIGIN).create(creation);
      for (const opening of [0x81, 0xa1, 0x9f, 0xd8]) {
        const attestationObject = Buffer.alloc(6000, opening).toString('base64url');
        const deep = { ...good, response: { ...good.response, attestationObject } };
        expect(await port.verifyCreation(deep, CHALLENGE)).to.equal(null);
      }
    });

    it('that has none of the shapes, whatever its type', async () => {
      const good = new SoftKey(ORIGIN).create(creation);
      const { response } = good;
      for (const wrong of [
        ...[undefined, null, 7, '', 'x', '{', '[]', [], {}, { id: good.id }, { response }],
        { ...good, id: 7 },
        { ...good, id: `${good.id}=` },
        { ...good, response: { ...response, clientDataJSON: 'bm90IGpzb24' } },
        { ...good, response: { ...response, clientDataJSON: [response.clientDataJSON] } },
        { ...good, response: { ...response, attestationObject: 'AAAA' } },
        { ...good, response: { ...response, attestationObject: undefined } },
        JSON.stringify({ ...good, more: 'x'.repeat(20_000) }),
      ]) {
        expect(await port.verifyCreation(wrong, CHALLENGE), typeof wrong).to.equal(null);
      }
    });

    it('with none of the transports that a browser makes up, and takes it all the same', async () => {
      for (const [transports, kept] of [
        [
          ['usb', 'nfc', '<b>', 'usb', 'x'.repeat(5000)],
          ['nfc', 'usb'],
        ],
        [undefined, ['internal']],
        ['usb', []],
        [[7, null, {}], []],
      ] as const) {
        const made = await port.verifyCreation(
          new SoftKey(ORIGIN).create(creation, { transports }),
          CHALLENGE,
        );
        expect(made?.transports).to.deep.equal(kept);
      }
    });
  });

  it('takes a key whatever others say of it, and asks nobody whether that is so', async () => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, res) => {
      asked.push(url);
      res.end();
    }).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const { port: number } = server.address() as AddressInfo;
      const key = new SoftKey(ORIGIN);
      const android = attestedByAnybody(key, creation, `http://127.0.0.1:${String(number)}/revoked`);
      for (const faults of [
        android,
        { ...android, fmt: 'packed' },
        { fmt: 'fido-u2f' },
        { fmt: 'unknown' },
      ]) {
        const made = await port.verifyCreation(key.create(creation, faults), CHALLENGE);
        expect(made, faults.fmt).to.include({ credentialId: key.id, userVerified: true });
        const signed = await port.verifyAssertion(key.get(request), CHALLENGE, made!.publicKey);
        expect(signed, faults.fmt).to.include({ userVerified: true });
      }
      expect(asked).to.deep.equal([]);
    } finally {
      server.close();
    }
  });

  describe('refuses a signature', () => {
    let key: SoftKey;
    let publicKey: string;
    beforeEach(async () => {
      key = new SoftKey(ORIGIN);
      publicKey = (await port.verifyCreation(key.create(creation), CHALLENGE))!.publicKey;
    });

    const {
      'an id of 1 024 bytes': _1,
      'an id of 20 000 bytes': _2,
      'an id that was not signed': _3,
      ...wrong
    } = WRONG;
    for (const [what, faults] of Object.entries<Faults>({
      ...wrong,
      'made as a new key': { type: 'webauthn.create' },
      'that is none': { signature: randomBytes(70) },
      'that is empty': { signature: Buffer.alloc(0) },
    })) {
      it(what, async () => {
        expect(await port.verifyAssertion(key.get(request, faults), CHALLENGE, publicKey)).to.equal(null);
      });
    }

    it('whose flags or counter were altered afterwards', async () => {
      const signed = key.get(request);
      const data = Buffer.from(String(signed.response.authenticatorData), 'base64url');
      for (const place of [0, 32, 33, 36]) {
        const altered = Buffer.from(data);
        altered[place]! ^= 4;
        const answer = {
          ...signed,
          response: { ...signed.response, authenticatorData: altered.toString('base64url') },
        };
        expect(await port.verifyAssertion(answer, CHALLENGE, publicKey)).to.equal(null);
      }
    });

    it('of another key, and of one that nobody has', async () => {
      const other = new SoftKey(ORIGIN);
      expect(await port.verifyAssertion(other.get(request), CHALLENGE, publicKey)).to.equal(null);
      expect(await port.verifyAssertion(key.get(request), CHALLENGE, null)).to.equal(null);
      expect(await port.verifyAssertion(key.get(request), CHALLENGE, 'AAAA')).to.equal(null);
    });

    it('of a key that nobody has after a signature was checked all the same: it takes as long', async () => {
      const { subtle } = globalThis.crypto;
      const verify = subtle.verify.bind(subtle);
      let checked = 0;
      subtle.verify = (...given: Parameters<typeof verify>) => {
        checked++;
        return verify(...given);
      };
      try {
        for (const known of [publicKey, null]) await port.verifyAssertion(key.get(request), CHALLENGE, known);
      } finally {
        Reflect.deleteProperty(subtle, 'verify');
      }
      expect(checked).to.equal(2);
    });
  });

  describe('offers', () => {
    it('what a browser makes a key by: no attestation, not discoverable, three algorithms', () => {
      expect(creation).to.deep.equal({
        rp: { id: 'panel.example', name: 'Acme Panel' },
        user: { id: 'aGFuZGxl', name: 'alice', displayName: 'alice' },
        challenge: CHALLENGE,
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
        timeout: 60_000,
        excludeCredentials: [],
        authenticatorSelection: {
          residentKey: 'discouraged',
          requireResidentKey: false,
          userVerification: 'preferred',
        },
        attestation: 'none',
      });
    });

    it('the keys that an account has, with how they are reached', () => {
      const keys = [{ credentialId: 'aWQ', transports: ['usb'] as const }];
      const [known] = port.requestOptions(CHALLENGE, keys, 1).allowCredentials;
      expect(known).to.deep.equal({ type: 'public-key', id: 'aWQ', transports: ['usb'] });
    });
  });

  describe('refuses at construction', () => {
    for (const [what, options, words] of [
      [
        'an address as rpId',
        { rpId: '127.0.0.1', origins: ['http://127.0.0.1:3000'] },
        /rpId must be a domain name/,
      ],
      ['an IPv6 address', { rpId: '[::1]' }, /rpId must be a domain name/],
      ['an rpId with a port', { rpId: 'panel.example:443' }, /rpId must be a domain name/],
      ['an rpId with capitals', { rpId: 'Panel.example' }, /rpId must be a domain name/],
      ['a URL as rpId', { rpId: ORIGIN }, /rpId must be a domain name/],
      ['a top level domain', { rpId: 'example' }, /rpId must be a domain name/],
      ['no name', { rpName: '' }, /rpName must be a name/],
      ['no origins', { origins: [] }, /origins must be an array/],
      ['a text as origins', { origins: ORIGIN }, /origins must be an array/],
      ['an origin with a path', { origins: [`${ORIGIN}/panel`] }, /whole origins/],
      [
        'an origin elsewhere',
        { origins: ['https://other.example'] },
        /neither at panel\.example nor below it/,
      ],
      ['an origin whose name only ends alike', { origins: ['https://evilpanel.example'] }, /neither at/],
      ['plain http', { origins: ['http://panel.example'] }, /must be https/],
      ['an unknown option', { rpID: 'panel.example' }, /rpID/],
    ] as [string, object, RegExp][]) {
      it(what, () => {
        expect(() => webauthn({ ...OPTIONS, ...options })).to.throw(words);
      });
    }

    it('nothing that is right: localhost by http, names below, ports', () => {
      webauthn({
        rpId: 'localhost',
        rpName: 'x',
        origins: ['http://localhost:3000', 'http://panel.localhost'],
      });
      webauthn({ ...OPTIONS, origins: [ORIGIN, 'https://eu.panel.example:8443'] });
    });
  });
});
