import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  RECOVERY_CODES,
  RECOVERY_RANDOM_BYTES,
  formatRecoveryCodes,
  normalizeRecoveryCode,
  digestsWithout,
  recoveryDigest,
  confirmRecoverySet,
  recoverySet,
  recoverySetName,
} from '../../lib/account/recovery-codes.js';
import { plainCode } from '../../lib/account/plain-code.js';
import { aRecord } from '../support/records.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE = '7K3M9QWXZ0AB4CDE2FGH6JNP';

describe('lib/account/recovery-codes', () => {
  describe('formatRecoveryCodes', () => {
    it('makes ten codes of six groups of four characters', () => {
      const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
      expect(codes).to.have.length(10);
      expect(RECOVERY_CODES).to.equal(10);
      for (const code of codes) expect(code).to.match(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
    });

    it('takes five bits of every byte, in order: 120 bits a code', () => {
      const bytes = Uint8Array.from({ length: RECOVERY_RANDOM_BYTES }, (_, place) => place);
      const characters = formatRecoveryCodes(bytes).join('').replaceAll('-', '');
      expect(characters).to.equal(Array.from(bytes, (byte) => ALPHABET[byte % 32]).join(''));
    });

    it('uses every character equally at every place: 10 000 codes (E5)', () => {
      const counts = Array.from({ length: 24 }, () => new Map<string, number>());
      const seen = new Set<string>();
      for (let set = 0; set < 1000; set++) {
        for (const code of formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES))) {
          seen.add(code);
          Array.from(code.replaceAll('-', '')).forEach((character, place) => {
            counts[place]?.set(character, (counts[place].get(character) ?? 0) + 1);
          });
        }
      }
      expect(seen.size).to.equal(10_000);
      const expected = 10_000 / 32;
      for (const [place, count] of counts.entries()) {
        expect([...count.keys()].sort().join(''), String(place)).to.equal(ALPHABET);
        const square = [...count.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
        // Chi-squared with 31 degrees of freedom: beyond 110 once in 10^10.
        expect(square, String(place)).to.be.lessThan(110);
      }
    });

    it('refuses another number of random bytes', () => {
      for (const length of [0, 239, 241, 480]) {
        expect(() => formatRecoveryCodes(new Uint8Array(length))).to.throw(RangeError);
      }
    });
  });

  describe('normalizeRecoveryCode', () => {
    it('reads every spelling as one (E9)', () => {
      const groups = CODE.replace(/.{4}(?=.)/g, '$&-');
      const spellings = [CODE, CODE.toLowerCase(), groups, groups.replaceAll('-', ' '), ` ${groups} `];
      spellings.push(groups.replaceAll('-', ' - '), CODE.replace(/./g, '$& '), groups.replace('0', 'O'));
      for (const spelling of spellings) expect(normalizeRecoveryCode(spelling), spelling).to.equal(CODE);
    });

    it('reads look-alikes as what they look like', () => {
      expect(normalizeRecoveryCode('O'.repeat(24))).to.equal('0'.repeat(24));
      expect(normalizeRecoveryCode('o'.repeat(24))).to.equal('0'.repeat(24));
      expect(normalizeRecoveryCode('IiLl'.repeat(6))).to.equal('1'.repeat(24));
    });

    it('keeps every character of the alphabet as it is', () => {
      for (const character of ALPHABET) {
        expect(normalizeRecoveryCode(character.repeat(24))).to.equal(character.repeat(24));
        expect(normalizeRecoveryCode(character.toLowerCase().repeat(24))).to.equal(character.repeat(24));
      }
    });

    it('refuses every other character', () => {
      const alphabet = `${ALPHABET}OIL`;
      for (let unit = 0; unit < 0x10000; unit++) {
        const character = String.fromCharCode(unit);
        if (alphabet.includes(character) || alphabet.toLowerCase().includes(character)) continue;
        // What it looks like is a character of the alphabet, or nothing at all.
        const plain = plainCode(character).toUpperCase();
        if (plain === '' || alphabet.includes(plain)) continue;
        if (normalizeRecoveryCode(character + CODE.slice(1)) !== null)
          expect.fail(`takes U+${unit.toString(16)}`);
        if (normalizeRecoveryCode(CODE + character) !== null) expect.fail(`skips U+${unit.toString(16)}`);
      }
    });

    it('refuses other lengths', () => {
      for (const typed of ['', '-', CODE.slice(1), `${CODE}0`, CODE + CODE]) {
        expect(normalizeRecoveryCode(typed), typed).to.equal(null);
      }
    });
  });

  describe('recoverySet', () => {
    const wholeDigest = (code: string): Buffer =>
      createHmac('sha256', 'recovery:key').update(code.replaceAll('-', '')).digest();

    it('keeps of a code half of its HMAC-SHA-256 under the key of the set, and nothing of the code', () => {
      const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
      const set = recoverySet('key', codes);
      expect(set).to.include({ recoveryKey: 'key', recoveryConfirmed: false });
      expect(set.recoveryDigests).to.deep.equal(
        codes.map((code) => wholeDigest(code).subarray(0, 16).toString('base64url')),
      );
    });

    it('knows the codes of records that hold the whole of it', () => {
      const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
      const recoveryDigests = codes.map((code) => wholeDigest(code).toString('base64url'));
      for (const [place, code] of codes.entries()) {
        const left = digestsWithout({ recoveryKey: 'key', recoveryDigests }, code.replaceAll('-', ''));
        expect(left).to.deep.equal(recoveryDigests.toSpliced(place, 1));
      }
      expect(digestsWithout({ recoveryKey: 'key', recoveryDigests: ['', 'short'] }, CODE)).to.have.length(2);
    });

    it('is another one under another key', () => {
      expect(Buffer.from(recoveryDigest('a', CODE), 'base64url')).to.have.length(16);
      expect(recoveryDigest('a', CODE)).to.equal(recoveryDigest('a', CODE));
      expect(recoveryDigest('a', CODE)).to.not.equal(recoveryDigest('b', CODE));
    });
  });

  describe('confirmRecoverySet', () => {
    const record = (recoveryConfirmed: boolean | null) =>
      aRecord({ recoveryKey: 'key', recoveryDigests: ['a', 'b'], recoveryConfirmed });
    const name = recoverySetName({ recoveryKey: 'key' });

    it('remembers that a set is saved, and changes nothing else', () => {
      const open = record(false);
      const next = { ...open, recoveryConfirmed: true };
      expect(confirmRecoverySet(open, name)).to.deep.equal({
        ...{ outcome: 'confirmed', next },
        activity: 'recovery-codes-confirmed',
      });
    });

    for (const known of [true, null]) {
      it(`writes nothing where that is ${String(known)}`, () => {
        expect(confirmRecoverySet(record(known), name)).to.deep.equal({
          outcome: 'known',
          next: 'unchanged',
        });
      });
    }

    it('takes the name of no other set', () => {
      const others = [
        recoverySetName({ recoveryKey: 'old' }),
        'key',
        '',
        undefined,
        null,
        true,
        [name],
        { name },
      ];
      for (const other of others) {
        expect(confirmRecoverySet(record(false), other)).to.deep.equal({
          outcome: 'outdated',
          next: 'unchanged',
        });
      }
    });

    it('names a set by what says nothing of its key and its codes', () => {
      expect(name).to.match(/^[\w-]{43}$/);
      expect(name).to.not.equal(recoveryDigest('key', ''));
    });
  });
});
