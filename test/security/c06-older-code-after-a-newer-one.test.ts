import { expect } from 'chai';
import { codeAt, isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('C6: an older code after a newer one', () => {
  onEachStore((target) => {
    it('is refused: T+1, then T, then T+1 again', async () => {
      const { phone } = await target().enrolled('alice');
      target().advance(90);
      const [older, newer] = [codeAt(target(), phone, 0), codeAt(target(), phone, 1)];
      expect((await verify(await target().pending('alice'), newer)).status).to.equal(200);
      const waiting = await target().pending('alice');
      const before = await target().record('alice');
      for (const code of [older, newer, older, codeAt(target(), phone, -1)]) {
        expect((await verify(waiting, code)).body.code).to.equal('code-already-used');
      }
      expect(await target().record('alice')).to.equal(before);
      await isOut(waiting);
    });
  });
});
