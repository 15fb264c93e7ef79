import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('C3: the code that confirmed the enrollment, as the first sign-in', () => {
  onEachStore((target) => {
    it('is refused with a message that says to wait, and the next one works', async () => {
      const { jar, phone } = await target().enrolled('alice');
      const code = phone.code();
      await jar.post('/logout');
      const waiting = await target().pending('alice');
      const refused = await verify(waiting, code);
      expect([refused.status, refused.body.code]).to.deep.equal([401, 'code-already-used']);
      expect(`${String(refused.body.title)} ${String(refused.body.detail)}`).to.match(/next|wait/i);
      await isOut(waiting);
      expect((await verify(waiting, phone.nextCode())).status).to.equal(200);
    });
  });
});
