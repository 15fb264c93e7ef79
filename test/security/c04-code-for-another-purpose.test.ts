import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

const OPERATIONS = ['/two-step/step-up', '/two-step/disable', '/two-step/recovery-codes'];

describe('C4: a code used again for another purpose', () => {
  attack('on %s', (target) => {
    it('is refused at every other operation, and by the headless one', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const client = await pending(target(), 'alice');
      const code = phone.nextCode();
      await verify(client, code);
      const before = await target().record('alice');
      for (const operation of OPERATIONS) {
        const { status, body } = await client.post(operation, { code });
        expect([status, body.code], operation).to.deep.equal([401, 'code-already-used']);
      }
      const headless = await target().secondFactor.verify('alice', code);
      expect(headless).to.include({ ok: false, reason: 'code-already-used' });
      expect(await target().record('alice'), 'nothing changed').to.equal(before);
    });

    it('opens one of all operations when it is pushed through all at once', async () => {
      const { client, phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      const code = phone.nextCode();
      const answers = await Promise.all([
        ...OPERATIONS.map((operation) => client.copy().post(operation, { code })),
        verify(waiting, code),
      ]);
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      expect(
        target()
          .told()
          .filter((name) => name === 'code-accepted').length,
      ).to.be.at.most(2);
    });
  });
});
