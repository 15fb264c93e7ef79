import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { ACTIVITY_NAMES } from '../../lib/activity.js';
import { decodeRecord, encodeRecord } from '../../lib/account/record.js';
import {
  APP_PARAMETERS,
  TOTP_ALGORITHMS,
  TOTP_DIGITS,
  TOTP_PERIODS,
  sameParameters,
} from '../../lib/account/totp.js';
import { TRANSPORTS } from '../../lib/webauthn.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { decodeFormat1 } from './format-1.js';
import { TOKEN_PARAMETERS, aBrowser, aRecord, anAuthenticator } from '../support/records.js';

const whole = fc.maxSafeInteger();
const text = fc.string({ unit: 'binary' });
const base64url = fc
  .uint8Array({ minLength: 1, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const anyParameters = fc.record({
  algorithm: fc.constantFrom(...TOTP_ALGORITHMS),
  digits: fc.constantFrom(...TOTP_DIGITS),
  period: fc.constantFrom(...TOTP_PERIODS),
});
const anyRecord: fc.Arbitrary<AccountRecord> = fc.record({
  enrollment: text,
  enrolledAt: whole,
  authenticators: fc.array(
    fc.record({
      ...{ id: text, name: text, addedAt: whole, lastStep: whole, clockOffset: whole },
      secret: fc.uint8Array({ minLength: 10, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      parameters: fc.oneof(fc.constant(APP_PARAMETERS), anyParameters),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  keys: fc.array(
    fc.record({
      ...{ credentialId: text, publicKey: text, rpId: text, name: text },
      ...{ counter: whole, addedAt: whole, lastUsedAt: whole },
      transports: fc.subarray([...TRANSPORTS]),
    }),
    { maxLength: 5 },
  ),
  failures: whole,
  lockedUntil: whole,
  recoveryKey: text,
  recoveryDigests: fc.array(base64url, { maxLength: 10 }),
  recoveryConfirmed: fc.option(fc.boolean()),
  browsers: fc.array(
    fc.record({
      ...{ id: text, name: text, firstUsedAt: whole, lastUsedAt: whole, rememberedUntil: whole },
      ...{ failures: whole, lockedUntil: whole, formerId: fc.option(text) },
    }),
    { maxLength: 10 },
  ),
  browsersStamp: fc.option(text),
  activity: fc.array(
    fc.record({
      what: fc.constantFrom(...ACTIVITY_NAMES),
      ...{ at: whole, count: whole, ip: text, browser: text, by: text },
    }),
    { maxLength: 20 },
  ),
});

/** Places in the list that a record is written as. */
const AUTHENTICATORS = 5;
const BROWSERS = 9;

/** The record with nothing of what only some have. */
function withoutParts(record: AccountRecord): AccountRecord {
  return {
    ...record,
    ...{ recoveryConfirmed: null, keys: [], activity: [] },
    authenticators: record.authenticators.map((each) => ({ ...each, parameters: APP_PARAMETERS })),
    browsers: record.browsers.map((each) => ({ ...each, formerId: null })),
  };
}

describe('lib/account/record', () => {
  it('gives back every record it wrote', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeRecord(encodeRecord(record))).to.deep.equal(record);
      }),
    );
  });

  it('gives back names that mean something elsewhere, as what they are', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '"', '\\', '\u2028', '\ud800', '😀', '']) {
      const record = aRecord({
        ...{ enrollment: name, recoveryKey: name, browsersStamp: name },
        authenticators: [anAuthenticator({ id: name, name })],
        browsers: [aBrowser({ id: name, name })],
      });
      const read = decodeRecord(encodeRecord(record));
      expect(read).to.deep.equal(record);
      expect(Object.getPrototypeOf(read)).to.equal(Object.prototype);
    }
  });

  it('has what happened lately as the last part, and refuses any other spelling of it', () => {
    const entry: readonly unknown[] = ['signed-in', 1_700_000_000, 1, '203.0.113.7', 'Firefox, Linux', ''];
    const record = aRecord({
      activity: [
        {
          what: 'signed-in',
          at: 1_700_000_000,
          count: 1,
          ip: '203.0.113.7',
          browser: 'Firefox, Linux',
          by: '',
        },
      ],
    });
    const written = encodeRecord(record);
    expect(written.startsWith('[2,')).to.equal(true);
    expect(written.endsWith(`{"activity":${JSON.stringify([entry])}}]`)).to.equal(true);
    for (const other of [
      [['read-my-mail', ...entry.slice(1)]],
      [entry.slice(0, 5)],
      [entry.with(1, '1')],
      [entry.with(3, null)],
      [],
      {},
      null,
    ]) {
      const changed = written.replace(JSON.stringify([entry]), JSON.stringify(other));
      expect(() => decodeRecord(changed), changed).to.throw(TypeError);
    }
    expect(() => decodeFormat1(written)).to.throw(TypeError);
  });

  it('takes secrets of 10 to 64 bytes', () => {
    for (const length of [10, 64]) {
      const record = aRecord({ authenticators: [anAuthenticator({ secret: randomBytes(length) })] });
      expect(decodeRecord(encodeRecord(record))).to.deep.equal(record);
    }
  });

  it('is written without the names of its fields, with its version in front', () => {
    expect(encodeRecord(full())).to.match(/^\[1,"/);
    expect(encodeRecord(full())).to.not.match(/secret|failures|browser/);
  });

  const once = { formerId: 'former' };
  for (const [parts, written] of [
    [{ recoveryConfirmed: true }, '{"recoveryConfirmed":true}]'],
    [{ recoveryConfirmed: false }, '{"recoveryConfirmed":false}]'],
    [{ browsers: [once] }, '{"formerBrowserIds":["former"]}]'],
    [{ browsers: [{}, once, {}] }, '{"formerBrowserIds":[null,"former",null]}]'],
    [
      { recoveryConfirmed: true, browsers: [once] },
      '{"recoveryConfirmed":true,"formerBrowserIds":["former"]}]',
    ],
  ] as const) {
    it(`has parts with names of their own behind the list, in format 2: ${written}`, () => {
      const browsers = ('browsers' in parts ? parts.browsers : []).map(aBrowser);
      const record = { ...full(), ...parts, browsers };
      const plain = {
        ...record,
        recoveryConfirmed: null,
        browsers: browsers.map((each) => ({ ...each, formerId: null })),
      };
      const list = encodeRecord(plain).slice('[1'.length, -']'.length);
      expect(encodeRecord(record)).to.equal(`[2${list},${written}`);
      expect(decodeRecord(encodeRecord(record))).to.deep.equal(record);
    });
  }

  it('names how authenticators make their codes, by place, where one of them is no app', () => {
    const [app, token] = [anAuthenticator(), anAuthenticator({ parameters: TOKEN_PARAMETERS })];
    const record = aRecord({ authenticators: [app, token, app] });
    expect(encodeRecord(record)).to.match(/\{"totpParameters":\[null,\["sha256",8,60\],null\]\}\]$/);
    expect(decodeRecord(encodeRecord(record))).to.deep.equal(record);
    expect(encodeRecord(aRecord({ authenticators: [app, app] }))).to.match(/^\[1,.*\[\]\]$/);
  });

  describe('beside a version that knows format 1 only', () => {
    it('writes what that one reads wherever the record has no named part', () => {
      fc.assert(
        fc.property(fc.oneof(anyRecord, anyRecord.map(withoutParts)), (record) => {
          const { recoveryConfirmed, keys, activity, ...known } = record;
          const browsers = known.browsers.map(({ formerId: _formerId, ...browser }) => browser);
          const authenticators = known.authenticators.map(({ parameters: _parameters, ...app }) => app);
          const hasParts =
            recoveryConfirmed !== null ||
            keys.length > 0 ||
            activity.length > 0 ||
            known.authenticators.some(({ parameters }) => !sameParameters(parameters, APP_PARAMETERS)) ||
            known.browsers.some(({ formerId }) => formerId !== null);
          const read = () => decodeFormat1(encodeRecord(record));
          if (hasParts) expect(read).to.throw(TypeError);
          else expect(read()).to.deep.equal({ ...known, authenticators, browsers });
        }),
      );
    });

    it('goes back to format 1 with the last named part', () => {
      const record = full();
      const named = decodeRecord(encodeRecord({ ...record, recoveryConfirmed: false }));
      expect(encodeRecord({ ...named, recoveryConfirmed: null })).to.equal(encodeRecord(record));
    });
  });

  it('holds a copy of the secret, not a view of the text', () => {
    const record = aRecord();
    const read = decodeRecord(encodeRecord(record));
    record.authenticators[0]!.secret.fill(0);
    expect(read.authenticators[0]!.secret.some((byte) => byte !== 0)).to.equal(true);
  });

  describe('refuses, and never takes for "not enrolled",', () => {
    const refused: Record<string, string> = {
      nothing: '',
      null: 'null',
      'text that is not JSON': 'not a record',
      'half a record': encodeRecord(full()).slice(0, -1),
      'a record and something after it': `${encodeRecord(full())} x`,
      'a record and white space': `${encodeRecord(full())}\n`,
      'an object': JSON.stringify({ ...full() }),
      'an object that looks like a list': JSON.stringify({ 0: 1, length: 10 }),
      'a string': '"1"',
      'a number': '1',
      true: 'true',
      'an empty list': '[]',
      'a list of nothing': JSON.stringify(new Array(10).fill(null)),
      'a prototype': '{"__proto__":[1]}',
      'no version': changed((fields) => fields.shift()),
      'a field too many': changed((fields) => fields.push(0)),
      'a field too few': changed((fields) => fields.pop()),
      'a record without authenticators': changed((fields) => (fields[AUTHENTICATORS] = [])),
      'an authenticator with a field too many': authenticatorWith((fields) => fields.push(0)),
      'an authenticator with a field too few': authenticatorWith((fields) => fields.pop()),
      'an empty secret': authenticatorWith((fields) => (fields[2] = '')),
      'a secret of 72 bits': authenticatorWith(
        (fields) => (fields[2] = randomBytes(9).toString('base64url')),
      ),
      'a secret of 65 bytes': authenticatorWith(
        (fields) => (fields[2] = randomBytes(65).toString('base64url')),
      ),
      'a secret that is not base64url': authenticatorWith((fields) => (fields[2] = `${String(fields[2])}!`)),
      'a secret in base64': authenticatorWith(
        (fields) => (fields[2] = Buffer.alloc(20, 0xff).toString('base64')),
      ),
      'a browser with a field too many': browserWith((fields) => fields.push(0)),
      'a browser with a field too few': browserWith((fields) => fields.pop()),
      'a number written another way': encodeRecord(full()).replace(/^\[1,/, '[1.0,'),
      'named parts in format 1': named('{"recoveryConfirmed":true}', 1),
      'format 2 without parts': encodeRecord(full()).replace(/^\[1,/, '[2,'),
      'format 2 with no part': named('{}'),
      'format 2 with a list of parts': named('[]'),
      'format 2 with parts in a list': named('[["recoveryConfirmed",true]]'),
      'format 2 with null for its parts': named('null'),
      'format 2 with a string for its parts': named('"recoveryConfirmed"'),
      'a part of an unknown name': named('{"keys":[]}'),
      'a part of an unknown name beside a known one': named('{"recoveryConfirmed":true,"keys":[]}'),
      'a part called __proto__': named('{"__proto__":{"recoveryConfirmed":true}}'),
      'a part called __proto__ beside a known one': named('{"recoveryConfirmed":true,"__proto__":null}'),
      'a part called constructor': named('{"constructor":true}'),
      'a part called toString': named('{"toString":true}'),
      'a part called by an escape': named('{"recovery\\u0043onfirmed":true}'),
      'a part twice': named('{"recoveryConfirmed":true,"recoveryConfirmed":true}'),
      'a part twice, differently': named('{"recoveryConfirmed":false,"recoveryConfirmed":true}'),
      'a part that is null': named('{"recoveryConfirmed":null}'),
      'a part that is a number': named('{"recoveryConfirmed":1}'),
      'a part that is a string': named('{"recoveryConfirmed":"true"}'),
      'a part that is a list': named('{"recoveryConfirmed":[true]}'),
      'former ids of no browser': named('{"formerBrowserIds":[null]}'),
      'former ids of fewer browsers': named('{"formerBrowserIds":[]}'),
      'former ids of more browsers': named('{"formerBrowserIds":["a",null]}'),
      'former ids in an object': named('{"formerBrowserIds":{"0":"a"}}'),
      'a former id alone': named('{"formerBrowserIds":"a"}'),
      'a former id that is a number': named('{"formerBrowserIds":[1]}'),
      'a former id that is a list': named('{"formerBrowserIds":[["a"]]}'),
      'no former ids': named('{"formerBrowserIds":null}'),
      'parameters of apps alone': named('{"totpParameters":[null]}'),
      'parameters of apps written out': named('{"totpParameters":[["sha1",6,30]]}'),
      'parameters of no authenticator': named('{"totpParameters":[]}'),
      'parameters of more authenticators': named('{"totpParameters":[["sha256",8,60],null]}'),
      'parameters in an object': named('{"totpParameters":{"0":["sha256",8,60]}}'),
      'parameters that are null': named('{"totpParameters":null}'),
      'parameters without a list': named('{"totpParameters":["sha256"]}'),
      'a hash of another name': named('{"totpParameters":[["md5",6,30]]}'),
      'a hash in another spelling': named('{"totpParameters":[["SHA256",8,60]]}'),
      'five digits': named('{"totpParameters":[["sha1",5,30]]}'),
      'nine digits': named('{"totpParameters":[["sha1",9,30]]}'),
      'digits in a string': named('{"totpParameters":[["sha1","8",30]]}'),
      'a period of 45 seconds': named('{"totpParameters":[["sha1",8,45]]}'),
      'a parameter too few': named('{"totpParameters":[["sha1",8]]}'),
      'a parameter too many': named('{"totpParameters":[["sha1",8,30,0]]}'),
      'parts in another order': named('{"formerBrowserIds":["a"],"recoveryConfirmed":true}'),
      'parts and white space': named('{ "recoveryConfirmed":true}'),
      'something behind the parts': named('{"recoveryConfirmed":true},0'),
    };
    for (const [what, written] of Object.entries(refused)) {
      it(what, () => expect(() => decodeRecord(written)).to.throw(TypeError));
    }

    for (const version of [0, 3, -1, '1', null, true, [1]]) {
      it(`version ${JSON.stringify(version)}`, () => {
        expect(() => decodeRecord(changed((fields) => (fields[0] = version)))).to.throw(TypeError, 'version');
      });
    }

    const values: readonly unknown[] = [null, true, {}, [], '', '1', 'NaN', 0, 1.5, 2 ** 53, -1e300];
    /** The kinds of value in a row of fields: text, whole number, text or nothing, list. */
    const kinds = {
      s: isString,
      n: isWhole,
      o: (value: unknown) => value === null || isString(value),
      l: isList,
    };
    const rows: Record<string, { readonly row: string; readonly set: typeof authenticatorWith }> = {
      'the record': { row: '-snnnlssol', set: changed },
      'an authenticator': { row: 'sssnnn', set: authenticatorWith },
      'a browser': { row: 'ssnnnnn', set: browserWith },
    };
    for (const [what, { row, set }] of Object.entries(rows)) {
      Array.from(row).forEach((kind, place) => {
        const accepts = kinds[kind as keyof typeof kinds] as ((value: unknown) => boolean) | undefined;
        if (!accepts) return;
        it(`field ${place} of ${what} with a value of another type`, () => {
          for (const value of values.filter((other) => !accepts(other))) {
            const written = set((fields) => (fields[place] = value));
            expect(() => decodeRecord(written), JSON.stringify(value)).to.throw(TypeError);
          }
        });
      });
    }

    it('without quoting it', () => {
      for (const written of ['secret', `${encodeRecord(full())}secret`, '["secret"', '["secret"]']) {
        expect(() => decodeRecord(written))
          .to.throw(TypeError)
          .with.property('message')
          .not.match(/secret"/);
      }
    });

    it('every text that is cut short', () => {
      const written = encodeRecord({ ...full(), recoveryConfirmed: true, browsers: [aBrowser(once)] });
      for (let length = 0; length < written.length; length++) {
        expect(() => decodeRecord(written.slice(0, length))).to.throw(TypeError);
      }
    });

    it('anything that is JSON', () => {
      fc.assert(
        fc.property(fc.json(), (json) => {
          expect(() => decodeRecord(json)).to.throw(TypeError);
        }),
      );
    });
  });
});

/** A record with something in every field. */
function full(): AccountRecord {
  return aRecord({
    ...{ failures: 1, lockedUntil: 2, recoveryDigests: ['a', 'b'], browsersStamp: 'stamp' },
    browsers: [aBrowser()],
  });
}

function changed(change: (fields: unknown[]) => unknown): string {
  const fields = JSON.parse(encodeRecord(full())) as unknown[];
  change(fields);
  return JSON.stringify(fields);
}

/** The full record with something behind its list. */
function named(parts: string, format = 2): string {
  return `[${String(format)}${encodeRecord(full()).slice('[1'.length, -']'.length)},${parts}]`;
}

function authenticatorWith(change: (fields: unknown[]) => unknown): string {
  return changed((fields) => change((fields[AUTHENTICATORS] as unknown[][])[0]!));
}

function browserWith(change: (fields: unknown[]) => unknown): string {
  return changed((fields) => change((fields[BROWSERS] as unknown[][])[0]!));
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
