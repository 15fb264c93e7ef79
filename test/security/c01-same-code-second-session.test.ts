import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('C1: the same code in a second session', () => {
  onEachStore((target) => {
    it('is refused within its window, uncharged, in every other jar', async () => {
      const { phone } = await target().enrolled('alice');
      const [owner, reader] = [await target().pending('alice'), await target().pending('alice')];
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
