import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes } from '../../lib/account/recovery-codes.js';
import { attack, failuresOf } from '../support/attack.js';
import { burst, enrolled, pending, said, tally, verify } from '../support/people.js';

const guess = (place: number): string =>
  `GUES-${'S'.repeat(16)}${String(place).padStart(4, '0')}`.replace('U', 'V');

describe('E5: recovery codes so short that they can be guessed', () => {
  it('makes codes of 120 bits: 24 characters, each of 32 as often as the others', () => {
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
});

attack('E5: guessing recovery codes %s', (attacked) => {
  it('drops a pending sign-in after five wrong ones, and charges the account nothing', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const browser = await pending(panel);
    const answers: string[] = [];
    for (let i = 0; i < 6; i++) answers.push(said(await verify(browser, guess(i))));
    expect(answers.slice(0, 4)).to.deep.equal(Array<string>(4).fill('code-invalid'));
    expect(answers.slice(4)).to.not.include('code-invalid');
    // Neither the right recovery code nor the right code brings that sign-in back.
    expect(said(await verify(browser, owner.recoveryCodes[0]))).to.be.oneOf([
      'login-required',
      'sign-in-expired',
    ]);
    expect(said(await verify(browser, owner.phone.code(1)))).to.be.oneOf([
      'login-required',
      'sign-in-expired',
    ]);
    expect(await failuresOf(panel)).to.equal(0);
    expect(await panel.secondFactor.status('alice')).to.include({ recoveryCodesLeft: 10, locked: false });
  });

  it('opens for the owner while a stranger floods that operation', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const strangers = await burst(10, () => pending(panel));
    const mine = await pending(panel);
    const [answer, told] = await Promise.all([
      verify(mine, owner.recoveryCodes[0]),
      burst(200, (i) => verify(strangers[i % 10]!, guess(i))),
    ]);
    expect(said(answer)).to.equal('verified');
    expect(Object.keys(tally(told))).to.not.include('verified');
    expect(await panel.secondFactor.status('alice')).to.include({ recoveryCodesLeft: 9, failures: 0 });
  });
});
