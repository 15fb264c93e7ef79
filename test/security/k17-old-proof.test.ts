import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

attack(
  'K17: enter with an old session or from a remembered browser',
  (panel) => {
    it('asks for a fresh code first, and enters with it', async () => {
      const { jar, phone } = await panel().enrolled('root');
      panel().advance(901);
      const refused = await jar.actAs('admin');
      expect([refused.status, refused.body.code]).to.deep.equal([401, 'step-up-required']);
      expect(await jar.who()).to.equal('root');
      await jar.post('/two-step/step-up', { code: phone.nextCode() });
      expect((await jar.actAs('admin')).status).to.equal(200);
    });

    it('asks a remembered browser for a code, however fresh the password is', async () => {
      const { phone } = await panel().enrolled('root');
      const jar = await panel().pending('root');
      await jar.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      jar.cookies.delete('panel.sid');
      expect((await jar.login('root')).status).to.equal(200);
      expect((await jar.get('/two-step/')).body.state).to.equal('remembered');
      for (const target of ['admin', 'alice']) {
        expect((await jar.actAs(target)).body.code).to.equal('step-up-required');
      }
      expect(await jar.who()).to.equal('root');
    });

    it('sends an actor without a factor to sign in again', async () => {
      const jar = await panel().signedIn('admin');
      panel().advance(901);
      expect((await jar.actAs('alice')).body.code).to.equal('step-up-required');
      const page = await jar.submit('/two-step/impersonation', { account: 'alice' });
      expect([page.status, page.location]).to.deep.equal([303, '/login']);
      expect(await jar.who()).to.equal('admin');
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
