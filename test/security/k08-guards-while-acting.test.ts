import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

attack('K8: pass a guard on the wrong factor while acting', (panel) => {
  it('opens what needs a factor on that of who signed in, and what needs a fresh code to nobody', async () => {
    const { jar } = await panel().enrolled('root');
    for (const target of ['admin', 'alice']) {
      expect((await jar.actAs(target)).status).to.equal(200);
      expect((await jar.get('/api/secret')).body).to.include({ user: target });
      const danger = await jar.get('/api/danger');
      expect([danger.status, danger.body.code]).to.deep.equal([403, 'impersonation-refused']);
      const { amr, state } = (await jar.get('/two-step/')).body;
      expect([state, amr]).to.deep.equal(['impersonating', []]);
    }
  });

  it('opens neither to an actor without a factor, and asks for none of the target', async () => {
    const jar = await panel().signedIn('root');
    for (const path of ['/api/secret', '/api/danger']) {
      expect((await jar.get(path)).body.code, path).to.equal('impersonation-refused');
    }
    expect(await jar.who()).to.equal('root > admin');
  });

  it('takes no code while acting, of nobody: step-up is refused', async () => {
    const { jar, phone } = await panel().enrolled('root');
    await jar.actAs('alice');
    await jar.open('/api/danger');
    const code = phone.nextCode();
    expect((await jar.post('/two-step/step-up', { code })).body.code).to.equal('impersonation-refused');
    await jar.leave();
    const { status, body } = await jar.post('/two-step/step-up', { code });
    expect(status, 'the code is not spent').to.equal(200);
    expect(body.returnTo, 'nothing of the time of acting').to.equal('/');
  });
});
