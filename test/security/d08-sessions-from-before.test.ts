import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

attack('D8: sessions from before enabling stay valid', (panel) => {
  it('asks all other sessions for the code at once', async () => {
    const others = [await panel().signedIn('alice'), await panel().signedIn('alice')];
    await panel().enrolled('alice');
    for (const jar of others) {
      expect(await jar.who()).to.equal('code-required');
      expect((await jar.get('/api/secret')).status).to.equal(401);
      expect((await jar.post('/settings/password', { newPassword: 'x'.repeat(10) })).status).to.equal(401);
    }
  });

  it('leaves no copy of the cookie that enabled it, and none of the setting-up', async () => {
    const jar = await panel().signedIn('alice');
    const before = jar.copy();
    await jar.post('/two-step/setup');
    const during = jar.copy();
    await panel().enroll(jar);
    expect(await jar.who()).to.equal('alice');
    for (const copy of [before, during]) {
      expect(await copy.who()).to.equal('login-required');
      expect((await copy.get('/two-step/setup')).status).to.equal(401);
    }
  });

  it('lets requests that race the enabling end in no session without the code', async () => {
    const jar = await panel().signedIn('alice');
    const others = await Promise.all(Array.from({ length: 6 }, () => panel().signedIn('alice')));
    const racing = others.map(async (other) => {
      for (let i = 0; i < 5; i++) await other.get('/');
    });
    await Promise.all([panel().enroll(jar), ...racing]);
    for (const other of others) expect(await other.who()).to.equal('code-required');
  });
});
