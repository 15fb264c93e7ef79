import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('G5: signing out that leaves a waiting sign-in or a step-up behind', () => {
  onEachStore((target) => {
    for (const path of ['/logout', '/two-step/cancel']) {
      it(`leaves nothing of a waiting sign-in after ${path}: the back button and the code come too late`, async () => {
        const { phone } = await target().enrolled('alice');
        const waiting = await target().pending('alice');
        const before = waiting.copy();
        await waiting.submit(path);
        const record = await target().record('alice');
        const code = phone.nextCode();
        for (const jar of [waiting, before]) {
          expect((await jar.open('/two-step/verify')).location).to.equal('/login');
          expect((await verify(jar, code)).body.code).to.equal('sign-in-expired');
          await isOut(jar);
        }
        expect(await target().record('alice'), 'the code was not spent').to.equal(record);
      });
    }

    it('leaves nothing of a full one: no step-up, no acting, no management', async () => {
      const { jar, phone } = await target().enrolled('admin');
      await jar.actAs('alice');
      const before = jar.copy();
      await jar.post('/logout');
      for (const each of [jar, before]) {
        const code = phone.nextCode();
        for (const path of ['step-up', 'disable', 'recovery-codes', 'impersonation/leave', 'impersonation']) {
          const { status } = await each.post(`/two-step/${path}`, { code, account: 'alice' });
          expect(status, path).to.be.oneOf([401, 409]);
        }
        await isOut(each);
      }
      const again = await target().pending('admin');
      expect((await verify(again, phone.code())).status, 'the code was not spent').to.equal(200);
      expect((await again.get('/api/me')).body.actors).to.deep.equal([]);
    });
  });
});
