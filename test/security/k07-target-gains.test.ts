import { expect } from 'chai';
import { attack, dumpRedis } from './support/dijk-panels.js';

attack('K7: the target gains from being acted as', (panel) => {
  it('gives no session id of the actor to the target, and no cookie that outlives the hop', async () => {
    const jar = await panel().root();
    const actor = jar.copy();
    await jar.actAs('alice');
    const acting = jar.copy();
    const alice = await panel().signedIn('alice');
    const ids = [actor, acting].map(({ cookies }) => decodeURIComponent(cookies.get('panel.sid') ?? ''));
    for (const path of ['/', '/settings', '/api/me', '/two-step/', '/two-step/browsers']) {
      const { text, headers } = await alice.get(path);
      for (const id of ids) expect(text + JSON.stringify(headers)).not.to.contain(id.slice(2, 20));
    }
    await jar.leave();
    for (const copy of [actor, acting]) expect(await copy.who()).to.equal('login-required');
  });

  it('carries nothing that was left in the session of the target back to the actor', async () => {
    const jar = await panel().signedIn('root');
    const edited = await jar.submit('/staff/alice/edit', { password: 'a new password' });
    expect(edited.location).to.equal('/staff');
    await jar.leave();
    expect((await jar.open('/')).text).not.to.contain('The password of alice is changed');
    const server = panel().redisServer;
    if (server) expect(await dumpRedis(server.url)).not.to.contain('The password of alice is changed');
  });

  it('leaves the target’s own session alone when the actor signs out', async () => {
    const alice = await panel().signedIn('alice');
    const jar = await panel().signedIn('admin');
    await jar.actAs('alice');
    await jar.post('/logout');
    expect(await alice.who()).to.equal('alice');
    expect(await jar.who()).to.equal('login-required');
  });
});
