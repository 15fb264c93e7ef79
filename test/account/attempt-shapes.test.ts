import { expect } from 'chai';
import { presentCode } from '../../lib/account/attempt.js';
import { NOW, STEP, aRecord, anAuthenticator, codeAt } from '../support/records.js';
import { anAccount } from '../support/account-bench.js';

const RECOVERY = '7K3M9QWXZ0AB4CDE2FGH6JNP';
const NBSP = '\u00a0';

/** Spellings of 123456 by what is pasted with it, or typed on another keyboard. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'full-width digits': '１２３４５６',
  'Arabic-Indic digits': '١٢٣٤٥٦',
  'Persian digits': '۱۲۳۴۵۶',
  'digits of several kinds': '12٣۴5６',
  'a no-break space': `123${NBSP}456`,
  'a narrow no-break space': '123\u202f456',
  'a thin space': '123\u2009456',
  'an ideographic space': '123\u3000456',
  'a zero-width space': '123\u200b456',
  'a byte order mark': '\ufeff123456',
  'a right-to-left mark': '\u200f123456',
  'isolates around it': '\u2068123456\u2069',
  'an embedding around it': '\u202b123456\u202c',
  'a soft hyphen': '123\u00ad456',
  'a non-breaking hyphen': '123\u2011456',
  'an en dash': '123\u2013456',
  'an em dash': '123\u2014456',
  'a minus sign': '123\u2212456',
  'a full-width hyphen': '123\uff0d456',
  'a newline at the end': '123456\n',
  'a newline in front': '\n123456',
  'a newline in between': '123\r\n456',
  'a line separator': '123\u2028456',
  'a tab': '123\t456',
};

/** What was typed by the name of its trick. */
const MALFORMED: Readonly<Record<string, unknown>> = {
  'an empty string': '',
  'spaces only': '   ',
  'hyphens only': '------',
  'five digits': '12345',
  'nine digits': '123456789',
  'five digits and a letter': '12345a',
  'nothing at all': undefined,
  null: null,
  false: false,
  true: true,
  zero: 0,
  'a number': 123456,
  'a bigint': 123456n,
  'an empty array': [],
  'an array with a code': ['123456'],
  'two codes in an array': ['123456', '654321'],
  'an object': { code: '123456' },
  'an object that says it is a code': { toString: () => '123456', length: 6 },
  'a String object': Object('123456') as unknown,
  bytes: Buffer.from('123456'),
  'a float': '123456.0',
  'an exponent': '1e3',
  'an exponent of six characters': '1234e5',
  'a sign': '+12345',
  'a sign and six digits': '+123456',
  hexadecimal: '0x4d2f',
  'Devanagari digits': '१२३४५६',
  'mathematical digits': '𝟏𝟐𝟑𝟒𝟓𝟔',
  'superscript digits': '¹²³456',
  'a NUL at the end': '123456\0',
  'a NUL in between': '123\x00456',
  'two codes': '123456 654321',
  'two codes on two lines': '123456\n654321',
  'a full stop': '123.456',
  'a comma': '123,456',
  'an underscore': '123_456',
  'six digits and spaces up to 65 characters': `123456${' '.repeat(59)}`,
  'a megabyte': '1'.repeat(1 << 20),
  'a megabyte of spaces': ' '.repeat(1 << 20),
  'a recovery code one short': RECOVERY.slice(1),
  'a recovery code one long': `${RECOVERY}0`,
  'a recovery code with U': RECOVERY.replace('X', 'U'),
  'a recovery code with a dotless i': RECOVERY.replace('3', 'ı'),
  'a recovery code with a long s': RECOVERY.replace('3', 'ſ'),
  'a recovery code with a sharp s for two letters': RECOVERY.slice(2) + 'ß',
  'a recovery code with a ligature': `${RECOVERY.slice(2)}ﬆ`,
  'a recovery code with a Kelvin sign': RECOVERY.replace('K', '\u212a'),
  'a recovery code and spaces up to 65 characters': RECOVERY.padEnd(65),
};

describe('lib/account/attempt: what was typed', () => {
  for (const [trick, typed] of Object.entries(MALFORMED)) {
    it(`refuses ${trick}, and changes nothing (A7, H1, H2, H3, H6)`, () => {
      expect(presentCode(typed)).to.deep.equal({ kind: 'malformed' });
      const account = anAccount({ failures: 3 });
      const before = account.kept;
      expect(account.enter(typed)).to.deep.equal({ ok: false, reason: 'code-malformed' });
      expect(account.kept).to.equal(before);
    });
  }

  for (const typed of [
    '123456',
    '123 456',
    '123-456',
    ' 123456 ',
    '1 2 3 4 5 6',
    '-1-2-3-4-5-6-',
    '12 - 34 - 56',
  ]) {
    it(`reads ${JSON.stringify(typed)} as six digits`, () => {
      expect(presentCode(typed)).to.deep.equal({ kind: 'otp', code: '123456' });
    });
  }

  for (const [what, typed] of Object.entries(SPELLINGS)) {
    it(`reads ${what} as what it looks like`, () => {
      expect(presentCode(typed)).to.deep.equal({ kind: 'otp', code: '123456' });
    });
  }

  it('reads a recovery code as it looks', () => {
    for (const typed of [
      `${RECOVERY}\n`,
      RECOVERY.replace('Q', `Q${NBSP}`),
      RECOVERY.replace('K', '\uff2b').replace('0', '٠'),
      RECOVERY.replace(/.{4}(?=.)/g, '$&\u2013'),
    ]) {
      expect(presentCode(typed), typed).to.deep.equal({ kind: 'recovery-code', code: RECOVERY });
    }
  });

  it('takes every spelling as one guess, and a code that was used in another spelling as used', () => {
    const app = anAuthenticator();
    const account = anAccount({ authenticators: [app] });
    const code = codeAt(app, STEP);
    const arabic = code.replace(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit)));
    expect(account.enter(code)).to.deep.include({ ok: true });
    expect(account.enter(arabic)).to.deep.equal({ ok: false, reason: 'code-already-used' });
  });

  it('reads up to 64 characters', () => {
    expect(presentCode('123456'.padEnd(64))).to.deep.equal({ kind: 'otp', code: '123456' });
    expect(presentCode(RECOVERY.padStart(64))).to.deep.equal({ kind: 'recovery-code', code: RECOVERY });
  });

  it('keeps leading zeros: 001234 is a code and 1234 is none', () => {
    expect(presentCode('001234')).to.deep.equal({ kind: 'otp', code: '001234' });
    expect(presentCode('000000')).to.deep.equal({ kind: 'otp', code: '000000' });
    const app = anAuthenticator();
    let step = STEP;
    while (!codeAt(app, step).startsWith('00')) step += 1;
    const code = codeAt(app, step);
    const at = NOW + (step - STEP) * 30_000;
    const others = [Number(code), String(Number(code)), `${String(Number(code))}.0`, `+${code.slice(1)}`];
    for (const typed of others) {
      const { outcome } = entered(typed);
      expect(outcome, String(typed)).to.deep.equal({ ok: false, reason: 'code-malformed' });
    }
    expect(entered(code).outcome).to.deep.include({ ok: true, method: 'otp' });

    function entered(typed: unknown): { outcome: object } {
      return { outcome: anAccount({ authenticators: [app] }).enter(typed, at) };
    }
  });

  it('reads 24 characters of the alphabet as a recovery code, digits only included', () => {
    expect(presentCode('0123456789'.repeat(3).slice(0, 24))).to.deep.equal({
      kind: 'recovery-code',
      code: '012345678901234567890123',
    });
  });

  it('refuses what is not a string of an account without recovery codes in the same words', () => {
    const account = anAccount(aRecord({ recoveryDigests: [] }));
    expect(account.enter(['123456'])).to.deep.equal({ ok: false, reason: 'code-malformed' });
  });
});
