import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enable, pending, signedIn, verify } from '../support/people.js';

describe('C12: a code phished earlier, used after the owner recovered', () => {
  attack('on %s', (target) => {
    it('is void with everything that could be read by then', async () => {
      const client = await signedIn(target(), 'alice');
      const { phone } = await enable(target(), client);
      const { body } = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
      target().advance(120);
      const thief = await pending(target(), 'alice');
      const owner = await pending(target(), 'alice');
      expect((await verify(owner, (body.recoveryCodes as string[])[3])).status).to.equal(200);
      for (const step of [-1, 0, 1]) {
        expect((await verify(thief, phone.code(step))).body.code).to.equal('code-already-used');
      }
      await isOut(thief);
      target().advance(60);
      expect((await verify(await pending(target(), 'alice'), phone.code())).status).to.equal(200);
    });
  });
});
