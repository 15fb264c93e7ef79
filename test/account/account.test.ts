import { expect } from 'chai';
import {
  parseAccount,
  parseAccountId,
  parseDescribedId,
  parseGivenStamp,
} from '../../lib/account/account.js';
import { SecondFactorError } from '../../lib/errors.js';

const NAMED = { id: 'a', name: 'alice' };

describe('lib/account/account', () => {
  describe('parseAccountId', () => {
    const ids: readonly (readonly [unknown, string])[] = [
      ...[
        ['alice', 'alice'],
        [7, '7'],
        [0, '0'],
        [-0, '0'],
        [-7, '-7'],
        [7n, '7'],
        [2n ** 64n, '18446744073709551616'],
      ],
      ...[
        [2 ** 53 - 1, '9007199254740991'],
        [' ', ' '],
        ['Bob ', 'Bob '],
        ['__proto__', '__proto__'],
        ['a:b', 'a:b'],
      ],
      ...[
        ['x'.repeat(255), 'x'.repeat(255)],
        ['é'.repeat(127), 'é'.repeat(127)],
        ['😀', '😀'],
        ['\u0001', '\u0001'],
      ],
    ] as [unknown, string][];
    for (const [id, text] of ids) {
      it(`takes ${String(id).slice(0, 30)} (${typeof id})`, () => expect(parseAccountId(id)).to.equal(text));
    }

    const refused: readonly (readonly [string, unknown, string])[] = [
      ['an empty string', '', 'has 0'],
      ['256 bytes', 'x'.repeat(256), 'has 256'],
      ['128 characters of two bytes', 'é'.repeat(128), 'has 256'],
      ['a NUL', 'a\0b', 'NUL'],
      ['half a character', 'a\ud83d', 'UTF-8'],
      ['half a character, the other one', '\ude00a', 'UTF-8'],
      ['a fraction', 1.5, 'safe whole number'],
      ['a number that was rounded', 2 ** 53, 'use a string or bigint'],
      ['NaN', NaN, 'safe whole number'],
      ['Infinity', Infinity, 'safe whole number'],
      ['nothing', undefined, 'got undefined'],
      ['null', null, 'got null'],
      ['true', true, 'got boolean'],
      ['a symbol', Symbol('a'), 'got symbol'],
      ['a list', ['a'], 'got object'],
      ['an ObjectId', { toHexString: () => 'a' }, '.toHexString()'],
      ['a String object', Object('a'), 'got object'],
    ];
    for (const [what, id, words] of refused) {
      it(`refuses ${what}, and says the fix`, () => refuses(() => parseAccountId(id), words));
    }
  });

  describe('parseAccount', () => {
    it('fills in what was not said', () => {
      const filled = {
        ...NAMED,
        level: null,
        stamp: null,
        givesStamp: false,
        enrolled: null,
        otherFactor: false,
      };
      expect(parseAccount(NAMED)).to.deep.equal(filled);
      const nothing = { level: undefined, enrolled: undefined, otherFactor: undefined };
      expect(parseAccount({ ...NAMED, ...nothing })).to.deep.equal(filled);
    });

    it('takes everything there is to say, and nothing else', () => {
      const said = {
        id: 7,
        name: 'alice',
        level: 'admin',
        securityStamp: 'x',
        enrolled: true,
        otherFactor: true,
      };
      expect(parseAccount(said)).to.deep.equal({
        ...{ id: '7', name: 'alice', level: 'admin', enrolled: true, otherFactor: true },
        ...{ stamp: 'x', givesStamp: true },
      });
      for (const [more, fix] of [
        [
          { password: 'y' },
          /unknown property password; known are: id, name, level, securityStamp, enrolled, otherFactor$/,
        ],
        [{ securitystamp: 'y' }, /unknown property securitystamp; did you mean securityStamp\?$/],
      ] as const) {
        expect(() => parseAccount({ ...said, ...more }))
          .to.throw(SecondFactorError, fix)
          .with.property('code', 'account-invalid');
      }
    });

    it('makes names fit to be shown and encoded', () => {
      expect(parseAccount({ id: 'a', name: 'a\ud83d\ud83d\ude00\ude00' }).name).to.equal('a\ufffd😀\ufffd');
    });

    it('reads stamps of every kind, two moments never as one', () => {
      const stampOf = (securityStamp: unknown): string | null =>
        parseAccount({ ...NAMED, securityStamp }).stamp;
      const date = new Date(1_800_000_000_123);
      expect([stampOf('x'), stampOf(0), stampOf(1.5), stampOf(7n)]).to.deep.equal(['x', '0', '1.5', '7']);
      expect(stampOf(date)).to.equal('date 2027-01-15T08:00:00.123Z');
      expect(stampOf(new Date(date.getTime() + 1))).to.not.equal(stampOf(date));
      expect(stampOf(Buffer.from([0, 255])))
        .to.equal('bytes 00ff')
        .and.equal(stampOf(new Uint8Array([0, 255])));
      expect(stampOf(null), 'no password').to.equal(null);
    });

    const stamps: Record<string, unknown> = {
      ...{ 'an empty string': '', undefined, NaN, Infinity, true: true, 'an empty Buffer': Buffer.alloc(0) },
      ...{ 'an object': {}, 'no moment': new Date(NaN), 'a symbol': Symbol('a') },
    };
    for (const [what, stamp] of Object.entries(stamps)) {
      it(`refuses a stamp that is there and ${what}`, () => {
        refuses(
          () => parseAccount({ ...NAMED, securityStamp: stamp }),
          'security stamp',
          'user.hash ?? null',
        );
      });
    }

    const refused: readonly (readonly [string, unknown, string])[] = [
      ['nothing', undefined, 'must return an object, got undefined'],
      ['null', null, 'must return an object, got null'],
      ['a string', 'alice', 'must return an object, got string'],
      ['no id', { name: 'alice' }, 'got undefined'],
      ['no name', { id: 'a' }, 'account().name must be a string that is not empty, got undefined'],
      ['an empty name', { id: 'a', name: '' }, 'got an empty string'],
      ['a name that is a number', { id: 'a', name: 7 }, 'got number'],
      ['a level that is a number', { ...NAMED, level: 7 }, 'account().level must be a string, got number'],
      ['a level that is null', { ...NAMED, level: null }, 'got null'],
      ['enrolled as a number', { ...NAMED, enrolled: 1 }, 'account().enrolled must be a boolean, got number'],
      ['enrolled as null', { ...NAMED, enrolled: null }, 'got null'],
      [
        'otherFactor as a date',
        { ...NAMED, otherFactor: new Date() },
        'account().otherFactor must be a boolean, got object',
      ],
    ];
    for (const [what, description, words] of refused) {
      it(`refuses ${what}`, () => refuses(() => parseAccount(description), words));
    }
  });

  describe('what counts of users that may be partial', () => {
    it('is the id alone', () => {
      expect(parseDescribedId({ id: 7, securityStamp: undefined })).to.equal('7');
      refuses(() => parseDescribedId({ name: 'alice' }), 'got undefined');
      refuses(() => parseDescribedId('alice'), 'must return an object, got string');
    });

    it('and a stamp, where there is one', () => {
      const given = (securityStamp?: unknown): string | null => parseGivenStamp({ securityStamp });
      expect([given(), given(null), given(''), given(Buffer.alloc(0)), parseGivenStamp({})]).to.deep.equal(
        Array(5).fill(null),
      );
      expect([given('x'), given(0), given(Buffer.from('x'))]).to.deep.equal(['x', '0', 'bytes 78']);
      refuses(() => given({}), 'security stamp');
    });
  });
});

function refuses(parse: () => unknown, ...words: string[]): void {
  try {
    parse();
  } catch (error) {
    expect(error).to.be.instanceOf(SecondFactorError).with.property('code', 'account-invalid');
    for (const word of words) expect((error as Error).message).to.include(word);
    return;
  }
  expect.fail('not refused');
}
