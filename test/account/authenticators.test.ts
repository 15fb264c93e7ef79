import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  authenticatorName,
  freeName,
  hasSecret,
  mayAddAuthenticator,
  withAuthenticator,
  withAuthenticatorReplaced,
  withoutAuthenticator,
} from '../../lib/account/authenticators.js';
import { aBrowser, aRecord, anAuthenticator } from '../support/records.js';

const REMEMBERED = { rememberedUntil: 9, failures: 3, lockedUntil: 4 };
const used = (): ReturnType<typeof aRecord> =>
  aRecord({
    ...{ failures: 7, lockedUntil: 9, recoveryDigests: ['a', 'b'], browsersStamp: 'stamp' },
    authenticators: [anAuthenticator({ lastStep: 5 }), anAuthenticator(), anAuthenticator()],
    browsers: [aBrowser(REMEMBERED), aBrowser({ formerId: 'former' })],
  });

describe('lib/account/authenticators', () => {
  it('lets an account have five', () => {
    const five = [1, 2, 3, 4, 5].map(() => anAuthenticator());
    expect(mayAddAuthenticator({ authenticators: five.slice(0, 1) })).to.equal(true);
    expect(mayAddAuthenticator({ authenticators: five.slice(0, 4) })).to.equal(true);
    expect(mayAddAuthenticator({ authenticators: five })).to.equal(false);
    expect(mayAddAuthenticator({ authenticators: [...five, anAuthenticator()] })).to.equal(false);
  });

  it('calls each one otherwise than those that are there, also after some went', () => {
    const called = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));
    expect(freeName(called(''), '')).to.equal('2');
    expect(freeName(called('', '2'), '')).to.equal('3');
    expect(freeName(called('2'), ''), 'the first one went').to.equal('3');
    expect(freeName(called('', '3'), ''), 'one in between went').to.equal('4');
    expect(freeName(called('', 'Tablet'), 'Tablet')).to.equal('Tablet 3');
    expect(freeName(called('', 'Tablet'), 'Phone')).to.equal('Phone');
    const long = '😀'.repeat(40);
    expect(freeName(called(long), long)).to.equal(`${'😀'.repeat(37)} 2`);
  });

  it('knows the secrets an account has already, byte for byte', () => {
    const record = used();
    const { secret } = record.authenticators[1]!;
    expect(hasSecret(record, secret)).to.equal(true);
    expect(hasSecret(record, new Uint8Array(secret))).to.equal(true);
    expect(hasSecret(record, secret.subarray(1))).to.equal(false);
    expect(hasSecret(record, anAuthenticator().secret)).to.equal(false);
  });

  it('adds one, and everything that was proved before stays', () => {
    const record = used();
    const added = anAuthenticator();
    expect(withAuthenticator(record, added)).to.deep.equal({
      ...record,
      authenticators: [...record.authenticators, added],
    });
  });

  it('replaces all: what the old ones let in is void, every lock ends, recovery codes and known browsers stay (D9)', () => {
    const record = used();
    const added = anAuthenticator();
    const browsers = record.browsers.map((each) => ({
      ...each,
      rememberedUntil: 0,
      failures: 0,
      lockedUntil: 0,
    }));
    expect(withAuthenticatorReplaced(record, added, 'another')).to.deep.equal({
      ...record,
      ...{ enrollment: 'another', authenticators: [added], browsers, failures: 0, lockedUntil: 0 },
    });
  });

  it('removes one: what it let in is void, the locks, the recovery codes and known browsers stay (D9)', () => {
    const record = used();
    const [first, second, third] = record.authenticators;
    expect(withoutAuthenticator(record, second!.id, 'another')).to.deep.equal({
      ...record,
      ...{ enrollment: 'another', authenticators: [first, third] },
      browsers: record.browsers.map((each) => ({ ...each, rememberedUntil: 0 })),
    });
  });

  it('does not remove the last one, nor one that is not there', () => {
    const record = aRecord();
    expect(withoutAuthenticator(record, record.authenticators[0]!.id, 'another')).to.equal(null);
    for (const id of ['', 'nobody', '__proto__']) {
      expect(withoutAuthenticator(record, id, 'another')).to.equal(null);
      expect(withoutAuthenticator(used(), id, 'another')).to.equal(null);
    }
  });

  describe('authenticatorName', () => {
    const names: readonly (readonly [unknown, string])[] = [
      ['My phone', 'My phone'],
      ['  My   phone  ', 'My phone'],
      ['My\u00a0phone\n', 'My phone'],
      ['a\0b\tc\u2028d', 'a b c d'],
      ['\u202eenohp\u202c', 'enohp'],
      ['\u200b', ''],
      ['', ''],
      ['   ', ''],
      ['<b>"phone"</b>', '<b>"phone"</b>'],
      ['Телефон 日本 😀', 'Телефон 日本 😀'],
      ['a\ud83d', 'a'],
      ['x'.repeat(41), 'x'.repeat(40)],
      ['😀'.repeat(41), '😀'.repeat(40)],
      [` ${'x'.repeat(40)}`, 'x'.repeat(40)],
      [`${'x'.repeat(39)} y`, 'x'.repeat(39)],
      ...[undefined, null, 7, ['phone'], { name: 'phone' }].map((typed) => [typed, ''] as const),
    ];
    for (const [typed, name] of names) {
      it(`makes ${JSON.stringify(name).slice(0, 30)} of ${inspect(typed).slice(0, 30)}`, () => {
        expect(authenticatorName(typed)).to.equal(name);
      });
    }
  });
});
