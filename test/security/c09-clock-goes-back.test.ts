import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('C9: a replay after the clock was set back', () => {
  onEachStore((target) => {
    it('is refused, for every code the clock shows a second time', async () => {
      const { phone } = await target().enrolled('alice');
      target().advance(300);
      const codes = [phone.nextCode(), phone.nextCode()];
      for (const code of codes.slice(1)) {
        expect((await verify(await target().pending('alice'), code)).status).to.equal(200);
      }
      target().advance(-60);
      for (const code of [...codes, phone.code()]) {
        const waiting = await target().pending('alice');
        expect((await verify(waiting, code)).body.code).to.be.oneOf(['code-already-used', 'code-invalid']);
        await isOut(waiting);
      }
      target().advance(120);
      expect((await verify(await target().pending('alice'), phone.code())).status).to.equal(200);
    });
  });
});
