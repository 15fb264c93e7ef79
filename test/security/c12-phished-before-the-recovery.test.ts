import { expect } from 'chai';
import { codeAt, isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('C12: a code phished earlier, used after the owner recovered', () => {
  onEachStore((target) => {
    it('is void with everything that could be read by then', async () => {
      const jar = await target().signedIn('alice');
      const phone = await target().enroll(jar);
      const { body } = await jar.post('/two-step/recovery-codes', { code: phone.nextCode() });
      target().advance(120);
      const thief = await target().pending('alice');
      const owner = await target().pending('alice');
      expect((await verify(owner, (body.recoveryCodes as string[])[3])).status).to.equal(200);
      for (const step of [-1, 0, 1]) {
        expect((await verify(thief, codeAt(target(), phone, step))).body.code).to.equal('code-already-used');
      }
      await isOut(thief);
      target().advance(60);
      expect((await verify(await target().pending('alice'), phone.code())).status).to.equal(200);
    });
  });
});
