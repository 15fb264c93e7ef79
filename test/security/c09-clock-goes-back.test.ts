import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('C9: a replay after the clock was set back', () => {
  attack('on %s', (target) => {
    it('is refused, for every code the clock shows a second time', async () => {
      const { phone } = await enrolled(target(), 'alice');
      target().advance(300);
      const codes = [phone.nextCode(), phone.nextCode()];
      for (const code of codes.slice(1)) {
        expect((await verify(await pending(target(), 'alice'), code)).status).to.equal(200);
      }
      target().advance(-60);
      for (const code of [...codes, phone.code()]) {
        const waiting = await pending(target(), 'alice');
        expect((await verify(waiting, code)).body.code).to.be.oneOf(['code-already-used', 'code-invalid']);
        await isOut(waiting);
      }
      target().advance(120);
      expect((await verify(await pending(target(), 'alice'), phone.code())).status).to.equal(200);
    });
  });
});
