import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('C6: an older code after a newer one', () => {
  attack('on %s', (target) => {
    it('is refused: T+1, then T, then T+1 again', async () => {
      const { phone } = await enrolled(target(), 'alice');
      target().advance(90);
      const [older, newer] = [phone.code(0), phone.code(1)];
      expect((await verify(await pending(target(), 'alice'), newer)).status).to.equal(200);
      const waiting = await pending(target(), 'alice');
      const before = await target().record('alice');
      for (const code of [older, newer, older, phone.code(-1)]) {
        expect((await verify(waiting, code)).body.code).to.equal('code-already-used');
      }
      expect(await target().record('alice')).to.equal(before);
      await isOut(waiting);
    });
  });
});
