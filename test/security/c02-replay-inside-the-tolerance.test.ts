import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('C2: a replay one step later, inside the tolerance', () => {
  attack('on %s', (target) => {
    it('is refused 30 seconds later, and 60, also for a code that was ahead', async () => {
      const { phone } = await enrolled(target(), 'alice');
      for (const ahead of [0, 1]) {
        target().advance(90);
        const code = phone.code(ahead);
        expect((await verify(await pending(target(), 'alice'), code)).status).to.equal(200);
        const reader = await pending(target(), 'alice');
        for (const seconds of [0, 30, 30, 30]) {
          target().advance(seconds);
          const before = await target().record('alice');
          const { body } = await verify(reader, code);
          expect(body.code).to.be.oneOf(['code-already-used', 'code-invalid']);
          // A code that is no longer looked for is a wrong one, and charged.
          if (body.code === 'code-already-used') expect(await target().record('alice')).to.equal(before);
        }
        await isOut(reader);
        target().advance(120);
        await verify(await pending(target(), 'alice'), phone.code());
      }
    });
  });
});
