import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('C1: the same code in a second session', () => {
  attack('on %s', (target) => {
    it('is refused within its window, uncharged, in every other jar', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const [owner, reader] = [await pending(target(), 'alice'), await pending(target(), 'alice')];
      const code = phone.nextCode();
      expect((await verify(owner, code)).status).to.equal(200);
      const before = await target().record('alice');
      for (const typed of [code, `${code.slice(0, 3)} ${code.slice(3)}`, `-${code}-`]) {
        expect((await verify(reader, typed)).body.code).to.equal('code-already-used');
      }
      await isOut(reader);
      expect(await target().record('alice'), 'nothing changed').to.equal(before);
      expect(target().told()).to.include('code-refused:code-already-used');
    });
  });
});
