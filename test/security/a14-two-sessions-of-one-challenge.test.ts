import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enable, enrolled, pending, signedIn, verify } from '../support/people.js';

describe('A14: two sessions of one waiting sign-in', () => {
  attack('on %s', (target) => {
    it('makes exactly one of ten right codes at once', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      const code = phone.nextCode();
      const clients = Array.from({ length: 10 }, () => waiting.copy());
      const answers = await Promise.all(clients.map((client) => verify(client, code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      const inside = await Promise.all(
        clients.map(async (client) => (await client.get('/api/secret')).status === 200),
      );
      expect(inside.filter(Boolean)).to.have.length(1);
      expect(
        new Set(clients.map((client) => client.cookies.get('panel.sid'))).size,
        'two ids: before and after',
      ).to.be.within(2, 11);
      await isOut(waiting);
    });

    it('makes no session that was not paid for with a code of its own, of several right codes at once', async () => {
      const client = await signedIn(target(), 'alice');
      const { phone } = await enable(target(), client);
      const { body } = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
      const [recovery] = body.recoveryCodes as string[];
      const left = (await target().secondFactor.status('alice')).recoveryCodesLeft;
      const waiting = await pending(target(), 'alice');
      const next = phone.nextCode();
      const clients = [next, next, recovery, recovery].map((code) => ({ code, client: waiting.copy() }));
      const answers = await Promise.all(clients.map(({ client: each, code }) => verify(each, code)));
      for (const pair of [answers.slice(0, 2), answers.slice(2)]) {
        expect(pair.filter(({ status }) => status === 200).length).to.be.at.most(1);
      }
      const inside = await Promise.all(
        clients.map(async ({ client: each }) => (await each.get('/api/secret')).status === 200),
      );
      expect(inside.filter(Boolean).length).to.be.within(1, 2);
      await isOut(waiting);
      expect((await verify(waiting, phone.nextCode())).status, 'and it is over').to.equal(401);
      expect((await target().secondFactor.status('alice')).recoveryCodesLeft).to.be.within(left - 1, left);
    });
  });
});
