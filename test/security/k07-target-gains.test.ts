import { expect } from 'chai';
import { asRoot, attack } from '../support/attack.js';
import { dumpRedis } from '../support/redis-server.js';
import { signedIn } from '../support/people.js';

attack('K7: the target gains from being acted as (on %s)', (panel) => {
  it('gives no session id of the actor to the target, and no cookie that outlives the hop', async () => {
    const client = await asRoot(panel());
    const actor = client.copy();
    await client.actAs('alice');
    const acting = client.copy();
    const alice = await signedIn(panel(), 'alice');
    const ids = [actor, acting].map(({ cookies }) => decodeURIComponent(cookies.get('panel.sid') ?? ''));
    for (const path of ['/', '/settings', '/api/me', '/two-step/', '/two-step/browsers']) {
      const { text, headers } = await alice.get(path);
      for (const id of ids) expect(text + JSON.stringify(headers)).not.to.contain(id.slice(2, 20));
    }
    await client.leave();
    for (const copy of [actor, acting]) expect(await copy.who()).to.equal('login-required');
  });

  it('carries nothing that was left in the session of the target back to the actor', async () => {
    const client = await signedIn(panel(), 'root');
    const edited = await client.submit('/staff/alice/edit', { password: 'a new password' });
    expect(edited.location).to.equal('/staff');
    await client.leave();
    expect((await client.open('/')).text).not.to.contain('The password of alice is changed');
    const server = panel().redisServer;
    if (server) expect(await dumpRedis(server.url)).not.to.contain('The password of alice is changed');
  });

  it('leaves the target’s own session alone when the actor signs out', async () => {
    const alice = await signedIn(panel(), 'alice');
    const client = await signedIn(panel(), 'admin');
    await client.actAs('alice');
    await client.post('/logout');
    expect(await alice.who()).to.equal('alice');
    expect(await client.who()).to.equal('login-required');
  });
});
