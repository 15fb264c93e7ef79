import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { parseKeyRing } from '../../lib/vault/key-ring.js';
import type { Purpose } from '../../lib/vault/key-ring.js';
import { createSealer } from '../../lib/vault/seal.js';
import type { Sealer } from '../../lib/vault/seal.js';

const TEXT = 'what is sealed: 日本 😀';
const [old, present, foreign] = [aKey(), aKey(), aKey()];
const sealer = sealerOf(present);

describe('lib/vault/seal', () => {
  it('opens what it sealed, for the same purpose and account', () => {
    for (const text of [TEXT, '', 'x'.repeat(10_000), '\0', '.']) {
      for (const account of ['alice', 'a.b', '__proto__', 'é'.repeat(127)]) {
        const sealed = sealer.seal('record', account, text);
        expect(sealer.open('record', account, sealed)).to.deep.equal({ text, current: true });
      }
    }
  });

  it('shows nothing of what it sealed, and never seals the same twice', () => {
    const sealed = new Set(Array.from({ length: 1000 }, () => sealer.seal('record', 'alice', TEXT)));
    expect(sealed.size).to.equal(1000);
    const nonces = [...sealed].map((value) =>
      Buffer.from(value.split('.')[2]!, 'base64url').toString('hex', 0, 12),
    );
    expect(new Set(nonces).size).to.equal(1000);
    for (const value of sealed) {
      expect(value).to.match(/^1\.[\w-]{8}\.[\w-]+$/);
      expect(Buffer.from(value.split('.')[2]!, 'base64url').toString('latin1')).to.not.include('sealed');
    }
  });

  it('adds to the text a nonce of 12 bytes, a tag of 16, and the name of the key', () => {
    const body = Buffer.from(sealer.seal('record', 'alice', 'abc').split('.')[2]!, 'base64url');
    expect(body).to.have.length(12 + 3 + 16);
  });

  describe('does not open', () => {
    const sealed = sealer.seal('record', 'alice', TEXT);
    const [format, id, body] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    const withBody = (changed: Uint8Array): string => `1.${id}.${Buffer.from(changed).toString('base64url')}`;

    it('what was moved to another account', () => {
      for (const account of ['bob', 'Alice', 'alice ', 'alic', 'alicee', '', 'record', 'ａlice']) {
        refuses(() => sealer.open('record', account, sealed));
      }
    });

    it('what was moved to another purpose', () => {
      const purposes: readonly Purpose[] = ['record', 'setup', 'stamp'];
      for (const from of purposes) {
        const value = sealer.seal(from, 'alice', TEXT);
        for (const to of purposes) {
          if (from === to) expect(sealer.open(to, 'alice', value).text).to.equal(TEXT);
          else refuses(() => sealer.open(to, 'alice', value));
        }
      }
    });

    it('what another key sealed', () => {
      refuses(() => sealerOf(foreign).open('record', 'alice', sealed), 'a key that is not in keys');
      refuses(() => sealer.open('record', 'alice', sealed.replace(id, parseKeyRing([foreign])[0].id)));
    });

    it('what names another key of the ring than the one that sealed it', () => {
      const both = sealerOf(present, old);
      refuses(() => both.open('record', 'alice', sealed.replace(id, parseKeyRing([old])[0].id)));
    });

    it('what has any bit altered', () => {
      for (let place = 0; place < bytes.length; place++) {
        for (let bit = 0; bit < 8; bit++) {
          const altered = Buffer.from(bytes);
          altered[place] = altered[place]! ^ (1 << bit);
          refuses(() => sealer.open('record', 'alice', withBody(altered)));
        }
      }
    });

    it('what has any character altered, left out or added', () => {
      for (let place = 0; place < sealed.length; place++) {
        const [before, after] = [sealed.slice(0, place), sealed.slice(place + 1)];
        for (const character of ['', 'A', 'B', '_', '-', '+', '/', '=', '.', ' ', '\n', '!', '\0', 'é']) {
          const altered = before + character + after;
          if (altered !== sealed) refuses(() => sealer.open('record', 'alice', altered));
          if (character !== '')
            refuses(() => sealer.open('record', 'alice', before + character + sealed.slice(place)));
        }
      }
    });

    it('what was cut short or lengthened', () => {
      for (let length = 0; length < bytes.length; length++) {
        refuses(() => sealer.open('record', 'alice', withBody(bytes.subarray(0, length))));
        refuses(() => sealer.open('record', 'alice', withBody(bytes.subarray(bytes.length - length))));
      }
      refuses(() => sealer.open('record', 'alice', withBody(Buffer.concat([bytes, Buffer.alloc(1)]))));
    });

    it('the same bytes in another spelling of base64', () => {
      const last = body.at(-1)!;
      const spellings = [
        `${body}=`,
        `${body}==`,
        bytes.toString('base64'),
        bytes.toString('hex'),
        `${body} `,
        `\n${body}`,
      ];
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      for (const character of alphabet) if (character !== last) spellings.push(body.slice(0, -1) + character);
      for (const spelling of spellings.filter((text) => text !== body)) {
        refuses(() => sealer.open('record', 'alice', `${format}.${id}.${spelling}`));
      }
    });

    it('what was never sealed', () => {
      const values = [
        '',
        '.',
        '..',
        '...',
        '1',
        '1.',
        `1.${id}`,
        `1.${id}.`,
        `2.${id}.${body}`,
        `.${id}.${body}`,
      ];
      values.push(
        `${sealed}.`,
        `${sealed}.x`,
        `1..${body}`,
        ` ${sealed}`,
        '{}',
        'null',
        `1.__proto__.${body}`,
      );
      for (const value of values) refuses(() => sealer.open('record', 'alice', value));
      refuses(() => sealer.open('record', 'alice', `2.${id}.${body}`), 'not a sealed value');
      refuses(() => sealer.open('record', 'alice', `1.${id}.${'A'.repeat(36)}`), 'too short');
    });
  });

  it('opens what an old key of the ring sealed, and says that it is old', () => {
    const rotated = sealerOf(present, old);
    const sealed = sealerOf(old).seal('record', 'alice', TEXT);
    expect(rotated.open('record', 'alice', sealed)).to.deep.equal({ text: TEXT, current: false });
    const anew = rotated.seal('record', 'alice', TEXT);
    expect(rotated.open('record', 'alice', anew).current).to.equal(true);
    expect(sealer.open('record', 'alice', anew)).to.deep.equal({ text: TEXT, current: true });
    refuses(() => sealerOf(old).open('record', 'alice', anew));
  });

  describe('digests', () => {
    it('are made with every key of the ring, in its order', () => {
      const [first, second, ...others] = sealerOf(present, old).digests('cookie-name', 'a', 'b');
      expect(first).to.deep.equal(sealer.digests('cookie-name', 'a', 'b')[0]);
      expect(second).to.deep.equal(sealerOf(old).digests('cookie-name', 'a', 'b')[0]);
      expect(others).to.deep.equal([]);
    });

    it('are others for another purpose, another key and another place of the parts', () => {
      const hex = [
        sealer.digests('cookie-name', 'a', 'b'),
        sealer.digests('stamp', 'a', 'b'),
        sealer.digests('cookie-name', 'ab', ''),
        sealer.digests('cookie-name', 'b', 'a'),
        sealer.digests('cookie-name', 'a'),
        sealerOf(foreign).digests('cookie-name', 'a', 'b'),
      ].map(([digest]) => digest.toString('hex'));
      expect(new Set(hex).size).to.equal(6);
      for (const digest of hex) expect(digest).to.have.length(64);
    });
  });

  describe('stamps', () => {
    it('match the stamp and account they were made from, and no other', () => {
      const digest = sealer.stamp('alice', '2026-01-01');
      expect(sealer.stampMatches('alice', '2026-01-01', digest)).to.equal(true);
      for (const [account, stamp] of [
        ['alice', '2026-01-02'],
        ['bob', '2026-01-01'],
        ['alice2', '026-01-01'],
        ['alice2026-01-01', ''],
        ['', 'alice2026-01-01'],
        ['2026-01-01', 'alice'],
      ] as const) {
        expect(sealer.stampMatches(account, stamp, digest), `${account} ${stamp}`).to.equal(false);
      }
    });

    it('are keyed: nobody without the key can tell the stamp from the digest', () => {
      const digest = sealer.stamp('alice', 'stamp');
      expect(Buffer.from(digest, 'base64url')).to.have.length(32);
      expect(digest).to.equal(sealer.stamp('alice', 'stamp'));
      expect(digest).to.not.equal(sealerOf(foreign).stamp('alice', 'stamp'));
      const length = (text: string): Buffer => Buffer.from([0, 0, 0, text.length]);
      const framed = Buffer.concat([
        length('alice'),
        Buffer.from('alice'),
        length('stamp'),
        Buffer.from('stamp'),
      ]);
      const expected = createHmac('sha256', parseKeyRing([present])[0].derive('stamp')).update(framed);
      expect(digest).to.equal(expected.digest('base64url'));
    });

    it('are made with the first key and match with every key of the ring', () => {
      const before = sealerOf(old).stamp('alice', 'stamp');
      expect(sealerOf(present, old).stampMatches('alice', 'stamp', before)).to.equal(true);
      expect(sealerOf(present, old).stamp('alice', 'stamp')).to.equal(sealer.stamp('alice', 'stamp'));
      expect(sealer.stampMatches('alice', 'stamp', before)).to.equal(false);
    });

    it('match nothing that is not a digest', () => {
      const digest = sealer.stamp('alice', 'stamp');
      for (const other of ['', 'x', digest.slice(1), `${digest}AAAA`, digest.toUpperCase(), 'A'.repeat(43)]) {
        expect(sealer.stampMatches('alice', 'stamp', other), other).to.equal(false);
      }
    });
  });
});

function aKey(): string {
  return randomBytes(32).toString('base64');
}

function sealerOf(...keys: string[]): Sealer {
  return createSealer(parseKeyRing(keys));
}

function refuses(open: () => unknown, words = ''): void {
  expect(open).to.throw(Error, words);
}
