import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes, recoverySet } from '../../lib/account/recovery-codes.js';
import { TAKE_CODES, attack, everythingStored, failuresOf, isIn } from '../support/attack.js';
import { callsOf } from '../support/calls-of.js';
import { burst, enrolled, give, pending, said, signedIn, tally, verify } from '../support/people.js';
import { NOW, aRecord } from '../support/records.js';

const guess = (place: number): string =>
  `GUES-${'S'.repeat(16)}${String(place).padStart(4, '0')}`.replace('U', 'V');

const GUESSES = 500;

/** What takes long on purpose. */
const SLOW = ['scrypt', 'scryptSync', 'pbkdf2', 'pbkdf2Sync'] as const;

const PAGES = [
  ...['', '/verify', '/setup', '/setup/confirm', '/recovery-codes', '/step-up', '/browsers', '/disable'].map(
    (path) => `/two-step${path}`,
  ),
  ...['/', '/settings', '/api/me', '/api/secret'],
];

/** What the store decides, or the store of the sessions. */
const ON_REDIS = [
  'opens one session where',
  'consumes both',
  'consumes each of ten',
  'does not open an operation with a code while',
  'leaves exactly one set',
];

describe('Recovery codes', () => {
  attack('on %s', ON_REDIS, (panel) => {
    it('E1: takes a recovery code once, whichever operation it came through', async () => {
      const owner = await enrolled(panel());
      const codes = [...owner.recoveryCodes];
      const left = async (): Promise<number> =>
        (await panel().secondFactor.status('alice')).recoveryCodesLeft;
      const again = async (code: string): Promise<void> => {
        for (const operation of TAKE_CODES) {
          expect(said(await give(owner.client, operation, code)), operation).to.equal('code-invalid');
        }
        expect(await panel().secondFactor.verify('alice', code)).to.include({ reason: 'code-invalid' });
        const stranger = await pending(panel());
        expect(said(await verify(stranger, code))).to.equal('code-invalid');
        expect(said(await verify(stranger, code.toLowerCase().replaceAll('-', '')))).to.equal('code-invalid');
        expect(await isIn(stranger)).to.equal(false);
      };

      expect(said(await verify(await pending(panel()), codes[0]))).to.equal('verified');
      await again(codes[0]!);
      expect(said(await give(owner.client, 'step-up', codes[1]))).to.equal('verified');
      await again(codes[1]!);
      expect(await panel().secondFactor.verify('alice', codes[2])).to.include({ ok: true });
      await again(codes[2]!);
      expect(await left()).to.equal(7);

      const renewed = await give(owner.client, 'recovery-codes', codes[3]);
      expect(renewed.body.recoveryCodes).to.have.length(10);
      await again(codes[3]!);
      const [fresh] = renewed.body.recoveryCodes as string[];
      expect(said(await give(owner.client, 'disable', fresh))).to.equal('signed-in');
      expect(await panel().secondFactor.status('alice')).to.include({ enrolled: false });
      expect(said(await give(owner.client, 'disable', fresh))).to.equal('not-enrolled');
    });

    describe('E2: one recovery code, two sessions by racing', () => {
      const left = async (): Promise<number> =>
        (await panel().secondFactor.status('alice')).recoveryCodesLeft;

      for (const from of ['20 browsers', 'one browser'] as const) {
        it(`opens one session where ${from} sent the same code 20 times at once`, async () => {
          const owner = await enrolled(panel());
          const one = await pending(panel());
          const browsers = await burst(20, async () =>
            from === 'one browser' ? one.copy() : pending(panel()),
          );
          const answers = await burst(20, (i) => verify(browsers[i]!, owner.recoveryCodes[0]));
          expect(tally(answers).verified).to.equal(1);
          const inside = await Promise.all(browsers.map(isIn));
          expect(inside.filter(Boolean)).to.have.length(1);
          expect(await left()).to.equal(9);
        });
      }

      it('consumes both of two different codes that come at once', async () => {
        const owner = await enrolled(panel());
        const browsers = await burst(2, () => pending(panel()));
        const answers = await burst(2, (i) => verify(browsers[i]!, owner.recoveryCodes[i]));
        expect(tally(answers)).to.deep.equal({ verified: 2 });
        expect(await Promise.all(browsers.map(isIn))).to.deep.equal([true, true]);
        expect(await left()).to.equal(8);
        for (const code of owner.recoveryCodes.slice(0, 2)) {
          expect(said(await verify(await pending(panel()), code))).to.equal('code-invalid');
        }
      });

      it('consumes each of ten different codes that come at once: no lost update', async () => {
        const owner = await enrolled(panel());
        const browsers = await burst(10, () => pending(panel()));
        const answers = await burst(10, (i) => verify(browsers[i]!, owner.recoveryCodes[i]));
        const opened = tally(answers).verified ?? 0;
        expect(opened).to.be.at.least(1);
        // Who lost too many rounds got 503, and their code is either there or spent: never given twice.
        expect(await left()).to.be.at.most(10 - opened);
        const later = await burst(10, async (i) => verify(await pending(panel()), owner.recoveryCodes[i]));
        later.forEach((answer, i) => {
          if (said(answers[i]!) === 'verified') expect(said(answer)).to.equal('code-invalid');
        });
        expect(opened + (tally(later).verified ?? 0)).to.be.at.most(10);
      });

      it('does not open an operation with a code while it is used at another', async () => {
        const owner = await enrolled(panel());
        const browser = await pending(panel());
        const [code] = owner.recoveryCodes;
        const answers = await Promise.all([
          verify(browser, code),
          give(owner.client.copy(), 'step-up', code),
          give(owner.client.copy(), 'recovery-codes', code),
        ]);
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      });
    });

    describe('E4: the old recovery codes after new ones were made', () => {
      it('refuses every old code in a sign-in that was pending meanwhile', async () => {
        const owner = await enrolled(panel());
        const waiting = await pending(panel());
        const renewed = await give(owner.client, 'recovery-codes', owner.phone.nextCode());
        for (const code of owner.recoveryCodes.slice(0, 4)) {
          expect(said(await verify(waiting, code))).to.equal('code-invalid');
        }
        expect(await isIn(waiting)).to.equal(false);
        expect(said(await verify(waiting, (renewed.body.recoveryCodes as string[])[0]))).to.equal('verified');
      });

      it('leaves exactly one set, whole, when old codes are used while new ones are made', async () => {
        const owner = await enrolled(panel());
        const browsers = [await pending(panel()), await pending(panel())];
        const code = owner.phone.nextCode();
        const [renewed] = await Promise.all([
          give(owner.client, 'recovery-codes', code),
          verify(browsers[0]!, owner.recoveryCodes[0]),
          verify(browsers[1]!, owner.recoveryCodes[1]),
        ]);
        // A recovery code used first makes the code void with which new ones were asked for.
        const now =
          renewed.status === 200 ? (renewed.body.recoveryCodes as string[]) : owner.recoveryCodes.slice(2);
        const old =
          renewed.status === 200 ? owner.recoveryCodes.slice(2, 4) : owner.recoveryCodes.slice(0, 2);
        for (const each of old)
          expect(await panel().secondFactor.verify('alice', each)).to.include({ ok: false });
        for (const each of now)
          expect(await panel().secondFactor.verify('alice', each)).to.include({ ok: true });
      });

      it('refuses the old codes after an operator made new ones', async () => {
        const owner = await enrolled(panel());
        const [fresh] = (await panel().secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
        expect(said(await verify(await pending(panel()), owner.recoveryCodes[0]))).to.equal('code-invalid');
        expect(said(await verify(await pending(panel()), fresh))).to.equal('verified');
      });
    });

    describe('guessing recovery codes (E5)', () => {
      it('drops a pending sign-in after five wrong ones, and charges the account nothing', async () => {
        const owner = await enrolled(panel());
        const browser = await pending(panel());
        const answers: string[] = [];
        for (let i = 0; i < 6; i++) answers.push(said(await verify(browser, guess(i))));
        expect(answers.slice(0, 4)).to.deep.equal(Array<string>(4).fill('code-invalid'));
        expect(answers.slice(4)).to.not.include('code-invalid');
        // Neither the right recovery code nor the right code brings that sign-in back.
        for (const right of [owner.recoveryCodes[0], owner.phone.code(1)]) {
          expect(said(await verify(browser, right))).to.be.oneOf(['login-required', 'sign-in-expired']);
        }
        expect(await failuresOf(panel())).to.equal(0);
        expect(await panel().secondFactor.status('alice')).to.include({
          recoveryCodesLeft: 10,
          locked: false,
        });
      });

      it('opens for the owner while a stranger floods that operation', async () => {
        const owner = await enrolled(panel());
        const strangers = await burst(10, () => pending(panel()));
        const mine = await pending(panel());
        const [answer, told] = await Promise.all([
          verify(mine, owner.recoveryCodes[0]),
          burst(200, (i) => verify(strangers[i % 10]!, guess(i))),
        ]);
        expect(said(answer)).to.equal('verified');
        expect(Object.keys(tally(told))).to.not.include('verified');
        expect(await panel().secondFactor.status('alice')).to.include({ recoveryCodesLeft: 9, failures: 0 });
      });
    });

    it('E6: begins nothing slow in a flood of recovery codes, and answers others meanwhile', async () => {
      const owner = await enrolled(panel());
      const other = await signedIn(panel(), 'bob');
      const slow = await callsOf(SLOW, async () => {
        // Of somebody who is signed in: there no number of wrong recovery codes ends anything.
        const code = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';
        const flood = burst(GUESSES, () => give(owner.client, 'step-up', code));
        expect((await other.get('/api/me')).status).to.equal(200);
        expect(tally(await flood)).to.deep.equal({ 'code-invalid': GUESSES });
      });
      expect(slow).to.deep.equal({ scrypt: 0, scryptSync: 0, pbkdf2: 0, pbkdf2Sync: 0 });
    });

    describe('E7: recovery codes that can be seen again', () => {
      it('shows no code on any page, to programs or people, after the first view', async () => {
        const owner = await enrolled(panel());
        const renewed = await give(owner.client, 'recovery-codes', owner.phone.nextCode());
        const codes = [...owner.recoveryCodes, ...(renewed.body.recoveryCodes as string[])];
        const seen: string[] = [];
        for (const path of PAGES) {
          const program = await owner.client.get(path);
          const person = await owner.client.open(path);
          seen.push(program.text, person.text, JSON.stringify([program.headers, person.headers]));
        }
        seen.push((await give(owner.client, 'setup/confirm', owner.phone.nextCode())).text);
        seen.push((await give(owner.client, 'recovery-codes', owner.phone.wrongCodes(1)[0])).text);
        seen.push(JSON.stringify(await panel().secondFactor.status('alice')), ...panel().log);
        seen.push(await everythingStored(panel()));
        const all = seen.join('\n').toUpperCase();
        for (const code of codes) {
          expect(all).to.not.include(code);
          expect(all).to.not.include(code.replaceAll('-', ''));
          expect(all).to.not.include(Buffer.from(code).toString('base64').toUpperCase());
        }
      });

      it('does not let a browser keep the page with the codes', async () => {
        const owner = await enrolled(panel());
        const renewed = await owner.client.submit('/two-step/recovery-codes', {
          code: owner.phone.nextCode(),
        });
        expect(renewed.status).to.equal(200);
        expect(renewed.headers['cache-control']).to.include('no-store');
        expect(renewed.headers).to.not.have.property('etag');
      });
    });

    it('E8: makes no recovery codes at set-up, and hands none out for a code that is wrong', async () => {
      const other = await enrolled(panel(), 'bob');
      const client = await signedIn(panel());
      const answers = [
        await client.post('/two-step/setup'),
        await client.get('/two-step/setup'),
        await client.open('/two-step/setup'),
        await give(client, 'setup/confirm', other.phone.wrongCodes(1)[0]),
        await give(client, 'setup/confirm', ''),
        await give(client, 'recovery-codes', other.phone.code()),
        await client.get('/two-step'),
      ];
      for (const { text, body } of answers) {
        expect(body).to.not.have.property('recoveryCodes');
        expect(text).to.not.match(/([0-9A-HJKMNP-TV-Z]{4}-){5}/);
      }
      expect(said(answers[5]!)).to.equal('not-enrolled');
      expect(await panel().secondFactor.status('alice')).to.include({
        enrolled: false,
        recoveryCodesLeft: 0,
      });
      expect(await panel().secondFactor.admin.recoveryCodes('alice', { by: 'test' })).to.equal(null);
      expect(await panel().secondFactor.verify('alice', 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF')).to.include({
        ok: false,
      });
    });

    describe('E9: recovery codes as people type them', () => {
      it('takes lower case, no hyphens, spaces, and look-alikes', async () => {
        const owner = await enrolled(panel());
        const spellings: ((code: string) => string)[] = [
          (code) => code.toLowerCase(),
          (code) => code.replaceAll('-', ''),
          (code) => code.replaceAll('-', ' '),
          (code) => ` ${code} `,
          (code) => code.replaceAll('0', 'O').replaceAll('1', 'I'),
          (code) => code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l'),
        ];
        for (const [place, spelling] of spellings.entries()) {
          const typed = spelling(owner.recoveryCodes[place]!);
          expect(said(await verify(await pending(panel()), typed)), typed).to.equal('verified');
        }
        expect(await panel().secondFactor.status('alice')).to.include({ recoveryCodesLeft: 4 });
      });

      it('takes nothing that only looks like one in other alphabets, cut or lengthened', async () => {
        const owner = await enrolled(panel());
        const code = owner.recoveryCodes[0]!;
        const bare = code.replaceAll('-', '');
        const fullWidth = String.fromCharCode(...Array.from(bare, (each) => each.charCodeAt(0) + 0xfee0));
        const refused = [
          bare.slice(1),
          `${bare}0`,
          // Full-width letters are what they look like, and one of them too few is too few.
          fullWidth.slice(1),
          `${code}\u0301`,
          bare.replace(/^./, '\u{1d7ce}'),
          `${code}\0`,
          `${code}${code}`,
        ];
        for (const typed of refused) {
          expect(said(await verify(await pending(panel()), typed)), JSON.stringify(typed)).to.equal(
            'code-malformed',
          );
        }
        expect(await panel().secondFactor.status('alice')).to.include({ recoveryCodesLeft: 10, failures: 0 });
      });
    });

    describe('E10: recovery codes that outlive the factor, and the last of them', () => {
      it('wipes them with the factor: they open nothing in the next one', async () => {
        const owner = await enrolled(panel());
        await give(owner.client, 'disable', owner.phone.nextCode());
        expect(await panel().secondFactor.status('alice')).to.include({
          enrolled: false,
          recoveryCodesLeft: 0,
        });
        const next = await enrolled(panel());
        for (const code of owner.recoveryCodes.slice(0, 4)) {
          expect(said(await verify(await pending(panel()), code))).to.equal('code-invalid');
        }
        expect(said(await verify(await pending(panel()), next.recoveryCodes[0]))).to.equal('verified');
      });

      it('tells how many are left, down to the last, after which the owner makes new ones', async () => {
        const owner = await enrolled(panel());
        const left: unknown[] = [];
        let browser = owner.client;
        for (const code of owner.recoveryCodes) {
          browser = await pending(panel());
          left.push((await verify(browser, code)).body.recoveryCodesLeft);
        }
        expect(left).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        expect(await isIn(browser)).to.equal(true);
        expect((await browser.get('/two-step')).body).to.include({ enrolled: true, recoveryCodesLeft: 0 });
        expect((await browser.open('/two-step')).text).to.match(/recovery codes/i);

        // A code of the authenticator still works, and gives ten new ones.
        panel().advance(60);
        const renewed = await give(browser, 'recovery-codes', owner.phone.nextCode());
        expect(renewed.body.recoveryCodes).to.have.length(10);
        expect((await browser.get('/two-step')).body).to.include({ recoveryCodesLeft: 10 });
      });
    });
  });

  it('E5: makes codes of 120 bits: 24 characters, each of 32 as often as the others', () => {
    const codes = Array.from({ length: 1000 }, () =>
      formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES)),
    ).flat();
    expect(codes).to.have.length(10_000);
    expect(new Set(codes).size).to.equal(10_000);
    const counts = new Map<string, number>();
    for (const code of codes) {
      expect(code).to.match(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
      for (const character of code.replaceAll('-', ''))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).to.equal(32);
    // Chi-squared of 31 degrees of freedom: beyond 120 lies less than one run in 10^11.
    const mean = 240_000 / 32;
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    expect(chi).to.be.below(120);
    // Each place by itself too: beyond 150 lies less than one run in 10^15.
    for (let place = 0; place < 29; place++) {
      if (place % 5 === 4) continue;
      const there = new Map<string, number>();
      for (const code of codes) there.set(code[place]!, (there.get(code[place]!) ?? 0) + 1);
      const chiThere = [...there.values()].reduce((sum, count) => sum + (count - 312.5) ** 2 / 312.5, 0);
      expect(chiThere, `place ${place}`).to.be.below(150);
    }
  });

  it('is one quick hash, however many codes there are (E6)', async () => {
    const codes = Array.from({ length: 10 }, (_, i) => String(i).repeat(24));
    const record = aRecord(recoverySet('a key', codes));
    const { createHmac, ...slow } = await callsOf(['createHmac', ...SLOW], () =>
      decideAttempt(record, 'A'.repeat(24), NOW, DEFAULT_LIMITS),
    );
    expect(createHmac).to.equal(1);
    expect(slow).to.deep.equal({ scrypt: 0, scryptSync: 0, pbkdf2: 0, pbkdf2Sync: 0 });
  });
});
