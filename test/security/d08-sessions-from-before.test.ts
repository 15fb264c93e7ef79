import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { burst, enable, enrolled, signedIn } from '../support/people.js';

attack('D8: sessions from before enabling stay valid (on %s)', (panel) => {
  it('asks all other sessions for the code at once', async () => {
    const others = [await signedIn(panel(), 'alice'), await signedIn(panel(), 'alice')];
    await enrolled(panel(), 'alice');
    for (const client of others) {
      expect(await client.who()).to.equal('code-required');
      expect((await client.get('/api/secret')).status).to.equal(401);
      expect((await client.post('/settings/password', { newPassword: 'x'.repeat(10) })).status).to.equal(401);
    }
  });

  it('leaves no copy of the cookie that enabled it, and none of the setting-up', async () => {
    const client = await signedIn(panel(), 'alice');
    const before = client.copy();
    await client.post('/two-step/setup');
    const during = client.copy();
    await enable(panel(), client);
    expect(await client.who()).to.equal('alice');
    for (const copy of [before, during]) {
      expect(await copy.who()).to.equal('login-required');
      expect((await copy.get('/two-step/setup')).status).to.equal(401);
    }
  });

  it('lets requests that race the enabling end in no session without the code', async () => {
    const client = await signedIn(panel(), 'alice');
    const others = await burst(6, () => signedIn(panel(), 'alice'));
    const racing = others.map(async (other) => {
      for (let i = 0; i < 5; i++) await other.get('/');
    });
    await Promise.all([enable(panel(), client), ...racing]);
    for (const other of others) expect(await other.who()).to.equal('code-required');
  });
});
