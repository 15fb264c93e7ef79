import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('G5: signing out that leaves a waiting sign-in or a step-up behind', () => {
  attack('on %s', (target) => {
    for (const path of ['/logout', '/two-step/cancel']) {
      it(`leaves nothing of a waiting sign-in after ${path}: the back button and the code come too late`, async () => {
        const { phone } = await enrolled(target(), 'alice');
        const waiting = await pending(target(), 'alice');
        const before = waiting.copy();
        await waiting.submit(path);
        const record = await target().record('alice');
        const code = phone.nextCode();
        for (const client of [waiting, before]) {
          expect((await client.open('/two-step/verify')).location).to.equal('/login');
          expect((await verify(client, code)).body.code).to.equal('sign-in-expired');
          await isOut(client);
        }
        expect(await target().record('alice'), 'the code was not spent').to.equal(record);
      });
    }

    it('leaves nothing of a full one: no step-up, no acting, no management', async () => {
      const { client, phone } = await enrolled(target(), 'admin');
      await client.actAs('alice');
      const before = client.copy();
      await client.post('/logout');
      for (const each of [client, before]) {
        const code = phone.nextCode();
        for (const path of ['step-up', 'disable', 'recovery-codes', 'impersonation/leave', 'impersonation']) {
          const { status } = await each.post(`/two-step/${path}`, { code, account: 'alice' });
          expect(status, path).to.be.oneOf([401, 409]);
        }
        await isOut(each);
      }
      const again = await pending(target(), 'admin');
      expect((await verify(again, phone.code())).status, 'the code was not spent').to.equal(200);
      expect((await again.get('/api/me')).body.actors).to.deep.equal([]);
    });
  });
});
