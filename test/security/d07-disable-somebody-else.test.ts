import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { enrolled, pending } from '../support/people.js';

attack(
  'D7: disable somebody else’s factor by his id (on %s)',
  (panel) => {
    it('means the account of the session, whatever ids the request names', async () => {
      const { client, phone } = await enrolled(panel(), 'alice');
      await enrolled(panel(), 'bob');
      const before = await panel().record('bob');
      const ids = {
        account: 'bob',
        accountId: 'bob',
        user: 'bob',
        userId: 'bob',
        id: 'bob',
        username: 'bob',
      };

      for (const path of ['disable/bob', 'bob/disable', 'accounts/bob/disable']) {
        expect((await client.post(`/two-step/${path}`, { code: phone.nextCode() })).status).to.equal(404);
      }
      const regenerated = await client.post('/two-step/recovery-codes', { code: phone.nextCode(), ...ids });
      expect(regenerated.status).to.equal(200);
      const disabled = await client.post(
        '/two-step/disable?account=bob&id=bob',
        { code: phone.nextCode(), ...ids },
        { 'x-user': 'bob', 'x-forwarded-user': 'bob' },
      );
      expect(disabled.status).to.equal(200);
      expect(await panel().record('alice')).to.equal(null);
      expect(await panel().record('bob')).to.equal(before);
    });

    it('does not find an authenticator or a browser of somebody else', async () => {
      const { client } = await enrolled(panel(), 'alice');
      const { phone } = await enrolled(panel(), 'bob');
      const bob = await pending(panel(), 'bob');
      await bob.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      const [authenticator] = (await bob.get('/two-step/')).body.authenticators as { id: string }[];
      const [browser] = (await bob.get('/two-step/browsers')).body.browsers as { id: string }[];
      const before = await panel().record('bob');
      for (const [path, found] of [
        ['authenticators/remove', authenticator],
        ['browsers/revoke', browser],
      ] as const) {
        expect(found, path).to.have.property('id').that.is.a('string');
        expect((await client.post(`/two-step/${path}`, { id: found?.id })).body.code, path).to.equal(
          'not-found',
        );
      }
      expect(await panel().record('bob')).to.equal(before);
      expect((await bob.get('/api/secret')).status).to.equal(200);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
