import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enable, enrolled, pending, signedIn, verify } from '../support/people.js';

describe('L2: a copied cookie that rises with its owner, or reads the unfinished secret', () => {
  attack('on %s', (target) => {
    it('stays out when its owner gives the code, steps up, and disables', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const owner = await pending(target(), 'alice');
      for (const rise of [
        () => verify(owner, phone.nextCode()),
        () => owner.post('/two-step/step-up', { code: phone.nextCode() }),
        () => owner.post('/two-step/disable', { code: phone.nextCode() }),
      ]) {
        const thief = owner.copy();
        expect((await rise()).status).to.equal(200);
        await isOut(thief);
      }
    });

    it('never sees the secret of a set-up, however often and early it asks', async () => {
      const owner = await signedIn(target(), 'alice');
      const thief = owner.copy();
      const polls = Array.from({ length: 20 }, () => thief.copy().get('/two-step/setup'));
      const [setup, ...seen] = await Promise.all([owner.post('/two-step/setup'), ...polls]);
      seen.push(await thief.get('/two-step/setup'));
      const key = String(setup.body.key);
      expect(key).to.match(/^[A-Z2-7]{32}$/);
      for (const { status, text } of seen) {
        expect(status).to.be.within(400, 499);
        expect(text).not.to.contain(key).and.not.to.contain('otpauth');
      }
      expect((await thief.post('/two-step/setup')).status).to.equal(401);
      await isOut(thief);
    });

    it('cannot confirm, and is asked for the code of the phone once its owner has one', async () => {
      const owner = await signedIn(target(), 'alice');
      const other = await signedIn(target(), 'alice');
      const thief = owner.copy();
      const { phone } = await enable(target(), owner);
      expect((await thief.post('/two-step/setup/confirm', { code: phone.code() })).status).to.equal(401);
      await isOut(thief);
      expect(await other.who(), 'an old full session waits now').to.equal('code-required');
      const copy = other.copy();
      expect((await verify(other, phone.nextCode())).status).to.equal(200);
      await isOut(copy);
    });

    it('enrolls nobody by set-ups begun at once from copies of one cookie, and the cookie itself is dead', async () => {
      const owner = await signedIn(target(), 'alice');
      const starts = [owner.copy(), owner.copy()];
      const answers = await Promise.all(starts.map((client) => client.post('/two-step/setup')));
      expect(answers.map(({ status }) => status)).to.include(200);
      expect(await target().record('alice')).to.equal(null);
      await isOut(owner);
    });
  });
});
