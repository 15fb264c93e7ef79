import { expect } from 'chai';
import { attack, enrolledRoot } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack('K8: pass a guard on the wrong factor while acting (on %s)', (panel) => {
  it('opens what needs a factor on that of who signed in, and what needs a fresh code to nobody', async () => {
    const { client } = await enrolledRoot(panel());
    for (const target of ['admin', 'alice']) {
      expect((await client.actAs(target)).status).to.equal(200);
      expect((await client.get('/api/secret')).body).to.include({ user: target });
      const danger = await client.get('/api/danger');
      expect([danger.status, danger.body.code]).to.deep.equal([403, 'impersonation-refused']);
      const { amr, state } = (await client.get('/two-step/')).body;
      expect([state, amr]).to.deep.equal(['impersonating', []]);
    }
  });

  it('opens neither to an actor without a factor, and asks for none of the target', async () => {
    const client = await signedIn(panel(), 'root');
    for (const path of ['/api/secret', '/api/danger']) {
      expect((await client.get(path)).body.code, path).to.equal('impersonation-refused');
    }
    expect(await client.who()).to.equal('root > admin');
  });

  it('takes no code while acting, of nobody: step-up is refused', async () => {
    const { client, phone } = await enrolledRoot(panel());
    await client.actAs('alice');
    await client.open('/api/danger');
    const code = phone.nextCode();
    expect((await client.post('/two-step/step-up', { code })).body.code).to.equal('impersonation-refused');
    await client.leave();
    const { status, body } = await client.post('/two-step/step-up', { code });
    expect(status, 'the code is not spent').to.equal(200);
    expect(body.returnTo, 'nothing of the time of acting').to.equal('/');
  });
});
