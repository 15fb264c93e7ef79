import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn } from '../support/befh-browsers.js';
import { burst, enrolled, isIn, pending, said, tally, verify } from '../support/befh-people.js';
import { attack } from '../support/dijk-panels.js';
import { Client } from '../../support/client.js';

attack(
  'Somebody who reads a code over a shoulder',
  (panel) => {
    it('and knows the password: is late when the owner has given it, at every operation and in every step', async () => {
      const alice = await enrolled(panel());
      const thief = await pending(panel());
      const owner = await pending(panel());
      const code = alice.nextCode();
      expect(said(await verify(owner, code))).to.equal('verified');
      expect(said(await verify(thief, code))).to.equal('code-already-used');
      for (const path of ['disable', 'recovery-codes', 'step-up']) {
        expect(said(await owner.copy().post(`/two-step/${path}`, { code })), path).to.equal(
          'code-already-used',
        );
      }
      panel().advance(30);
      expect(said(await verify(thief, code))).to.equal('code-already-used');
      panel().advance(30);
      expect(said(await verify(thief, code))).to.equal('code-invalid');
      expect(await isIn(thief)).to.equal(false);
    });

    it('and knows the password: is in when he is first (not prevented), and the owner is told that it was used', async () => {
      const alice = await enrolled(panel());
      const owner = await pending(panel());
      const code = alice.nextCode();
      expect(said(await verify(await pending(panel()), code))).to.equal('verified');
      expect(said(await verify(owner, code))).to.equal('code-already-used');
    });

    it('and races the owner with it: one of all is in', async () => {
      const alice = await enrolled(panel());
      const jars = await Promise.all(Array.from({ length: 12 }, () => pending(panel())));
      const code = alice.nextCode();
      const answers = await burst(12, (i) => verify(jars[i]!, code));
      expect(tally(answers)).to.deep.equal({ verified: 1, 'code-already-used': 11 });
    });

    it('and knows no password: has no operation to try it at', async () => {
      const alice = await enrolled(panel());
      const code = alice.nextCode();
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

    it('of recovery: has nothing when the owner has made new ones, or has used it himself', async () => {
      const alice = await enrolled(panel());
      const [first, second] = alice.recoveryCodes;
      expect(said(await verify(await pending(panel()), first))).to.equal('verified');
      await alice.jar.post('/two-step/recovery-codes', { code: alice.nextCode() });
      panel().advance(60);
      const made = await alice.jar.post('/two-step/recovery-codes', { code: alice.nextCode() });
      expect(made.body.recoveryCodes).to.have.length(10);
      const thief = await pending(panel());
      for (const code of [first, second]) expect(said(await verify(thief, code))).to.equal('code-invalid');
      expect(await isIn(thief)).to.equal(false);
    });

    it('of the set-up: it proved the phone and opens nothing else', async () => {
      const { key } = await enrolled(panel());
      expect(key).to.be.a('string');
      const bob = await enrolled(panel(), 'bob');
      expect(said(await verify(await pending(panel(), 'bob'), bob.code()))).to.equal('code-already-used');
    });
  },
  REMEMBERS,
);
