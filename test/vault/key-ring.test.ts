import { hkdfSync, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { SecondFactorError } from '../../lib/errors.js';
import { parseKeyRing } from '../../lib/vault/key-ring.js';

const HINT = 'Make a key with: openssl rand -base64 32';

describe('lib/vault/key-ring', () => {
  it('takes 32 bytes in base64 and base64url, with and without padding', () => {
    const bytes = Buffer.from(`fbff${'fb7e'.repeat(3)}${randomBytes(24).toString('hex')}`, 'hex');
    const padded = bytes.toString('base64');
    const spellings = [
      padded,
      padded.replace('=', ''),
      bytes.toString('base64url'),
      `${bytes.toString('base64url')}=`,
    ];
    const ids = spellings.map((key) => parseKeyRing([key])[0].id);
    expect(new Set(ids).size).to.equal(1);
    expect(padded).to.match(/[+/]/);
  });

  it('keeps the order: the first key seals', () => {
    const keys = [aKey(), aKey(), aKey()];
    const ring = parseKeyRing(keys);
    expect(ring.map(({ id }) => id)).to.deep.equal(keys.map((key) => parseKeyRing([key])[0].id));
    expect(new Set(ring.map(({ id }) => id)).size).to.equal(3);
  });

  it('derives by HKDF-SHA-256 a key for each purpose, and an id that is none of them', () => {
    const bytes = randomBytes(32);
    const [key] = parseKeyRing([bytes.toString('base64')]);
    const expanded = (info: string, length: number): Buffer =>
      Buffer.from(hkdfSync('sha256', bytes, '', `passport-second-factor ${info}`, length));
    const purposes = ['record', 'setup', 'stamp', 'cookie-name', 'browser-token'] as const;
    for (const purpose of purposes) {
      expect(key.derive(purpose)).to.deep.equal(expanded(purpose, 32));
      expect(key.derive(purpose).toString('base64url')).to.not.include(key.id);
    }
    expect(key.id).to.equal(expanded('key id', 6).toString('base64url'));
    const all = purposes.map((purpose) => key.derive(purpose).toString('hex'));
    expect(new Set([...all, bytes.toString('hex')]).size).to.equal(purposes.length + 1);
  });

  it('does not show the key when it is logged', () => {
    const key = aKey();
    const ring = parseKeyRing([key]);
    expect(JSON.stringify(ring)).to.not.include(key.slice(0, 20));
    expect(Object.keys(ring[0])).to.deep.equal(['id', 'derive']);
  });

  it('says of white space around a right key how to take it off, and asks for no new key', () => {
    for (const spelling of [` ${aKey()}`, `${aKey()}\n`]) {
      expect(() => parseKeyRing([aKey(), spelling]))
        .to.throw(SecondFactorError, /^keys\[1\] begins or ends with white space.*use \.trim\(\)$/)
        .with.property('code', 'key-invalid');
    }
  });

  const one = aKey();
  const other = aKey();
  const refused: readonly (readonly [string, unknown, string])[] = [
    ['no list', one, 'keys must be an array of base64 strings of 32 bytes each, got string'],
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got object'],
    ['an object', { 0: one, length: 1 }, 'got object'],
    ['an empty list', [], 'keys is empty'],
    [
      'a variable that is not set',
      [undefined],
      'keys[0] must be a base64 string of 32 bytes, got undefined, as from an environment variable that is not set',
    ],
    ['a second variable that is not set', [one, undefined], 'keys[1] must be a base64 string'],
    ['an empty string', [''], 'keys[0] must be a base64 string of 32 bytes, got an empty string'],
    ['null as a key', [one, null], 'keys[1] must be a base64 string of 32 bytes, got null'],
    ['bytes', [randomBytes(32)], 'got object'],
    ['a number', [12345678901234567890n], 'got bigint'],
    [
      'a gap',
      Array.from({ length: 3 }, () => one)
        .filter((_, i) => i === 0)
        .concat(new Array<string>(1)),
      'keys[1]',
    ],
    ['hexadecimal', [randomBytes(32).toString('hex')], 'keys[0] must have 32 bytes, has 48'],
    ['31 bytes', [randomBytes(31).toString('base64')], 'keys[0] must have 32 bytes, has 31'],
    ['33 bytes', [one, randomBytes(33).toString('base64')], 'keys[1] must have 32 bytes, has 33'],
    ['16 bytes', [randomBytes(16).toString('base64')], 'has 16'],
    ['a pass phrase', ['correct horse battery staple, for ever'], 'keys[0] is not base64'],
    ['two keys in one string', [`${one},${other}`], 'keys[0] is not base64'],
    ['padding only', ['=='], 'keys[0] is not base64'],
    ['three signs of padding', [`${one}==`], 'keys[0] is not base64'],
    ['padding in between', [`${one.slice(0, 20)}=${one.slice(20)}`], 'keys[0] is not base64'],
    ['zeros', [Buffer.alloc(32).toString('base64')], 'keys[0] is not random'],
    ['a letter repeated', ['A'.repeat(43)], 'keys[0] is not random'],
    ['seven different bytes', [patterned(7)], 'keys[0] is not random'],
    ['a key twice', [one, other, one], 'keys[2] repeats keys[0]'],
    [
      'a key twice in two spellings',
      [one, Buffer.from(one, 'base64').toString('base64url')],
      'keys[1] repeats keys[0]',
    ],
  ];
  for (const [what, keys, words] of refused) {
    it(`refuses ${what}, names the place and the fix, and never the key`, () => {
      const error = refusal(keys);
      expect(error.code).to.equal('key-invalid');
      expect(error.message).to.include(words).and.include(HINT);
      const given: unknown[] = Array.isArray(keys) ? keys : [keys];
      for (const key of given) {
        if (typeof key === 'string' && key.length > 2) expect(error.message).to.not.include(key.slice(0, 8));
      }
    });
  }

  it('takes eight different bytes', () => {
    expect(parseKeyRing([patterned(8)])).to.have.length(1);
  });
});

function aKey(): string {
  return randomBytes(32).toString('base64');
}

/** A key of so many different bytes. */
function patterned(different: number): string {
  return Buffer.from(Array.from({ length: 32 }, (_, place) => place % different)).toString('base64');
}

function refusal(keys: unknown): SecondFactorError {
  try {
    parseKeyRing(keys);
  } catch (error) {
    if (error instanceof SecondFactorError) return error;
    throw error;
  }
  return expect.fail('not refused');
}
