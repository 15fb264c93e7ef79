import { expect } from 'chai';
import { attack, enrolledRoot } from '../support/attack.js';
import { pending, signedIn } from '../support/people.js';

attack(
  'K17: enter with an old session or from a remembered browser (on %s)',
  (panel) => {
    it('asks for a fresh code first, and enters with it', async () => {
      const { client, phone } = await enrolledRoot(panel());
      panel().advance(901);
      const refused = await client.actAs('admin');
      expect([refused.status, refused.body.code]).to.deep.equal([401, 'step-up-required']);
      expect(await client.who()).to.equal('root');
      await client.post('/two-step/step-up', { code: phone.nextCode() });
      expect((await client.actAs('admin')).status).to.equal(200);
    });

    it('asks a remembered browser for a code, however fresh the password is', async () => {
      const { phone } = await enrolledRoot(panel());
      const client = await pending(panel(), 'root');
      await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      client.cookies.delete('panel.sid');
      expect((await client.login('root')).status).to.equal(200);
      expect((await client.get('/two-step/')).body.state).to.equal('remembered');
      for (const target of ['admin', 'alice']) {
        expect((await client.actAs(target)).body.code).to.equal('step-up-required');
      }
      expect(await client.who()).to.equal('root');
    });

    it('sends an actor without a factor to sign in again', async () => {
      const client = await signedIn(panel(), 'admin');
      panel().advance(901);
      expect((await client.actAs('alice')).body.code).to.equal('step-up-required');
      const page = await client.submit('/two-step/impersonation', { account: 'alice' });
      expect([page.status, page.location]).to.deep.equal([303, '/login']);
      expect(await client.who()).to.equal('admin');
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
