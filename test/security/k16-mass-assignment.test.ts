import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

const FORGED = {
  impersonatedBy: 'root',
  actor: 'root',
  actorId: 'root',
  actors: [{ account: 'root', user: 'root', stamp: null, mark: { state: 'verified', account: 'root' } }],
  state: 'verified',
  secondFactor: { state: 'verified', account: 'root' },
  session: { secondFactor: { state: 'impersonating' } },
  passport: { user: 'root' },
  level: 'root',
  enrolled: false,
  ['__proto__x']: {},
};

attack('K16: fields of the body become state (on %s)', (panel) => {
  it('knows none of them, on every route', async () => {
    const client = new Client(panel());
    const forged = (fields: object): string =>
      JSON.stringify({ ...FORGED, ...fields }).replace('__proto__x', '__proto__');
    const post = async (path: string, fields: object): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      await client.peek('POST', path, headers, forged(fields));
    };
    await client.post('/login', { ...FORGED, username: 'alice', password: 'alice-password' });
    expect((await client.get('/api/me')).body).to.deep.equal({ user: 'alice', level: 'user', actors: [] });
    for (const path of ['setup/confirm', 'setup/cancel', 'step-up', 'cancel', 'verify', 'disable']) {
      await post(`/two-step/${path}`, { code: '000000' });
      expect((await client.get('/api/me')).body).to.deep.equal({ user: 'alice', level: 'user', actors: [] });
    }
    await post('/two-step/impersonation', { account: 'bob' });
    await post('/two-step/impersonation/leave', {});
    expect((await client.get('/api/me')).body).to.deep.equal({ user: 'alice', level: 'user', actors: [] });
    const status = (await client.get('/two-step/')).body;
    expect(status).to.include({ state: 'signed-in', enrolled: false });
    expect(status.actors).to.deep.equal([]);
    expect((await client.get('/api/secret')).status).to.equal(403);
  });

  it('lets no actor choose his stack: entering keeps who really signed in', async () => {
    const client = await signedIn(panel(), 'admin');
    await client.post('/two-step/impersonation', { ...FORGED, account: 'alice' });
    expect(await client.who()).to.equal('admin > alice');
    await client.post('/two-step/impersonation/leave', FORGED);
    expect(await client.who()).to.equal('admin');
  });
});
