import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('C3: the code that confirmed the enrollment, as the first sign-in', () => {
  attack('on %s', (target) => {
    it('is refused with a message that says to wait, and the next one works', async () => {
      const { client, phone } = await enrolled(target(), 'alice');
      const code = phone.code();
      await client.post('/logout');
      const waiting = await pending(target(), 'alice');
      const refused = await verify(waiting, code);
      expect([refused.status, refused.body.code]).to.deep.equal([401, 'code-already-used']);
      expect(`${String(refused.body.title)} ${String(refused.body.detail)}`).to.match(/next|wait/i);
      await isOut(waiting);
      expect((await verify(waiting, phone.nextCode())).status).to.equal(200);
    });
  });
});
