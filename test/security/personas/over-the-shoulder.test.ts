import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn } from '../remembered-browsers.js';
import { Client } from '../../support/client.js';
import { burst, enrolled, give, pending, said, tally, verify } from '../../support/people.js';
import { attack, isIn } from '../../support/attack.js';

attack(
  'Somebody who reads a code over a shoulder (on %s)',
  [],
  (panel) => {
    it('and knows the password: is late when the owner has given it, at every operation and in every step', async () => {
      const alice = await enrolled(panel());
      const thief = await pending(panel());
      const owner = await pending(panel());
      const code = alice.phone.nextCode();
      expect(said(await verify(owner, code))).to.equal('verified');
      expect(said(await verify(thief, code))).to.equal('code-already-used');
      for (const path of ['disable', 'recovery-codes', 'step-up']) {
        expect(said(await give(owner.copy(), path, code)), path).to.equal('code-already-used');
      }
      panel().advance(30);
      expect(said(await verify(thief, code))).to.equal('code-already-used');
      panel().advance(30);
      expect(said(await verify(thief, code))).to.equal('code-invalid');
      expect(await isIn(thief)).to.equal(false);
    });

    it('and knows the password: is in when they are first (not prevented), and the owner is told that it was used', async () => {
      const alice = await enrolled(panel());
      const owner = await pending(panel());
      const code = alice.phone.nextCode();
      expect(said(await verify(await pending(panel()), code))).to.equal('verified');
      expect(said(await verify(owner, code))).to.equal('code-already-used');
    });

    it('and races the owner with it: one of all is in', async () => {
      const alice = await enrolled(panel());
      const clients = await burst(12, () => pending(panel()));
      const code = alice.phone.nextCode();
      const answers = await burst(12, (i) => verify(clients[i]!, code));
      expect(tally(answers)).to.deep.equal({ verified: 1, 'code-already-used': 11 });
    });

    it('and knows no password: has no operation to try it at', async () => {
      const alice = await enrolled(panel());
      const code = alice.phone.nextCode();
      const stranger = new Client(panel());
      for (const path of ['verify', 'disable', 'recovery-codes', 'step-up', 'setup/confirm', 'setup']) {
        const { status } = await stranger.post(`/two-step/${path}`, { code, account: 'alice' });
        expect(status, path).to.equal(401);
      }
      expect(said(await verify(await pending(panel()), code))).to.equal('verified');
    });

    it('of recovery, and knows the password: is in once (not prevented), which is told, and trust is gone', async () => {
      const alice = await enrolled(panel());
      const owner = await rememberedOn(panel(), alice);
      const thief = await pending(panel());
      const [code] = alice.recoveryCodes;
      expect(said(await verify(thief, code))).to.equal('verified');
      expect(
        panel()
          .events()
          .map(({ name }) => name),
      ).to.include('recovery-code-used');
      expect(said(await verify(await pending(panel()), code))).to.equal('code-invalid');
      expect(await thief.get('/two-step').then(({ body }) => body.recoveryCodesLeft as number)).to.equal(9);
      const back = comesBack(panel(), owner);
      expect(said(await back.login('alice'))).to.equal('code-required');
    });

    it('of recovery: has nothing when the owner has made new ones, or has used it themselves', async () => {
      const alice = await enrolled(panel());
      const [first, second] = alice.recoveryCodes;
      expect(said(await verify(await pending(panel()), first))).to.equal('verified');
      await give(alice.client, 'recovery-codes', alice.phone.nextCode());
      panel().advance(60);
      const made = await give(alice.client, 'recovery-codes', alice.phone.nextCode());
      expect(made.body.recoveryCodes).to.have.length(10);
      const thief = await pending(panel());
      for (const code of [first, second]) expect(said(await verify(thief, code))).to.equal('code-invalid');
      expect(await isIn(thief)).to.equal(false);
    });

    it('of the set-up: it proved the phone and opens nothing else', async () => {
      const { phone } = await enrolled(panel());
      expect(phone.key).to.be.a('string');
      const bob = await enrolled(panel(), 'bob');
      expect(said(await verify(await pending(panel(), 'bob'), bob.phone.code()))).to.equal(
        'code-already-used',
      );
    });
  },
  REMEMBERS,
);
