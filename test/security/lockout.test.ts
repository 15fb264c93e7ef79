import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { Client } from '../support/client.js';
import { burst, enrolled, pending, said, signedIn, verify } from '../support/people.js';

const LONGEST_WAIT_SECONDS = 3600;

describe('Locking out, and waiting for the end of a lock', () => {
  attack('on %s', [], (panel) => {
    describe('B7: locking the victim out on purpose', () => {
      it('moves no counter without the password, at whatever operation', async () => {
        const owner = await enrolled(panel());
        const [wrong] = owner.phone.wrongCodes(1);
        const own = await signedIn(panel(), 'bob');
        for (const path of ['verify', 'step-up', 'disable', 'recovery-codes', 'setup/confirm', 'cancel']) {
          for (const client of [new Client(panel()), own]) {
            const body = { code: wrong, user: 'alice', account: 'alice', username: 'alice' };
            await client.post(`/two-step/${path}`, body);
          }
        }
        await burst(20, () => new Client(panel()).login('alice', 'not-the-password'));
        expect(await failuresOf(panel())).to.equal(0);
        expect(said(await verify(await pending(panel()), owner.phone.nextCode()))).to.equal('verified');
      });

      it('lets the owner in by a recovery code, and does not cut the session they have', async () => {
        const owner = await enrolled(panel());
        const stranger = await pending(panel());
        for (const code of owner.phone.wrongCodes(5)) await verify(stranger, code);
        expect(await isIn(owner.client)).to.equal(true);

        const fresh = await pending(panel());
        expect(said(await verify(fresh, owner.phone.code(1)))).to.equal('locked');
        expect(said(await verify(fresh, owner.recoveryCodes[0]))).to.equal('verified');
        expect(await isIn(owner.client)).to.equal(true);
      });

      it('leaves the browser that the owner is known by a budget of its own', async () => {
        const owner = await enrolled(panel());
        const known = await pending(panel());
        await verify(known, owner.phone.nextCode());
        await known.post('/logout');
        const stranger = await pending(panel());
        for (const code of owner.phone.wrongCodes(5)) await verify(stranger, code);
        await known.login('alice');
        expect(said(await verify(known, owner.phone.code(1)))).to.equal('verified');
        expect(said(await verify(stranger, owner.phone.code(1)))).to.equal('locked');
        expect(await failuresOf(panel())).to.equal(5);
      });

      it('cannot lock the operation of recovery codes by wrong ones', async () => {
        const owner = await enrolled(panel());
        for (let round = 0; round < 4; round++) {
          const stranger = await pending(panel());
          const answers = [];
          for (let i = 0; i < 5; i++) answers.push(said(await verify(stranger, 'A'.repeat(23) + String(i))));
          expect(answers.at(-1)).to.equal('sign-in-expired');
        }
        expect(await failuresOf(panel())).to.equal(0);
        expect(said(await verify(await pending(panel()), owner.recoveryCodes[9]))).to.equal('verified');
      });
    });

    describe('B8: wait until the lock is over and count from zero', () => {
      it('refuses every code from the hundredth failure on, however long the guesser waits', async () => {
        const owner = await enrolled(panel());
        let told = 0;
        const stranger = await pending(panel());
        for (const code of owner.phone.wrongCodes(5))
          if (said(await verify(stranger, code)) === 'code-invalid') told++;
        // The same budget at the operation without a password, which costs the test less time (B5).
        for (let i = 0; i < 96; i++) {
          panel().advance(LONGEST_WAIT_SECONDS);
          const guess = await panel().secondFactor.verify('alice', owner.phone.wrongCodes(1)[0]);
          if (!guess.ok && guess.reason === 'code-invalid') told++;
        }
        expect(told).to.equal(100);
        expect(await failuresOf(panel())).to.equal(100);

        panel().advance(365 * 86_400);
        const right = await verify(await pending(panel()), owner.phone.code());
        expect(right.body).to.include({ code: 'locked', until: null });
        expect(right.headers).to.not.have.property('retry-after');
        expect(said(await verify(await pending(panel()), owner.recoveryCodes[0]))).to.equal('verified');
      });

      it('goes on counting after each wait, which doubles', async () => {
        const owner = await enrolled(panel());
        const browser = await pending(panel());
        for (const code of owner.phone.wrongCodes(4)) await verify(browser, code);
        const waits: unknown[] = [];
        for (let i = 0; i < 3; i++) {
          await verify(browser, owner.phone.wrongCodes(1)[0]);
          const locked = await verify(browser, owner.phone.code(1));
          expect(said(locked)).to.equal('locked');
          waits.push(Number(locked.headers['retry-after']));
          panel().advance(waits.at(-1) as number);
        }
        expect(waits).to.deep.equal([30, 60, 120]);
        expect(await failuresOf(panel())).to.equal(7);
      });
    });
  });
});
