import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack('K4: hop in a circle until a clean-looking account remains (on %s)', (panel) => {
  it('enters nobody of the stack again, and unwinds exactly as it was wound', async () => {
    const client = await signedIn(panel(), 'root');
    await client.actAs('alice');
    for (const target of ['root', 'admin', 'alice', 'bob']) {
      expect((await client.actAs(target)).status, target).to.equal(403);
      expect(await client.who()).to.equal('root > admin > alice');
    }
    await client.leave();
    expect(await client.who()).to.equal('root > admin');
    for (const target of ['root', 'admin']) expect((await client.actAs(target)).status).to.equal(403);
    await client.actAs('bob');
    expect(await client.who()).to.equal('root > admin > bob');
    await client.leave();
    await client.leave();
    expect(await client.who()).to.equal('root');
    expect((await client.leave()).status).to.equal(409);
  });

  it('kills the cookie of every stage: none is there to go back to', async () => {
    const client = await signedIn(panel(), 'root');
    const stages = [client.copy()];
    await client.actAs('alice');
    stages.push(client.copy());
    await client.leave();
    stages.push(client.copy());
    await client.leave();
    for (const stage of stages) expect(await stage.who()).to.equal('login-required');
    expect(await client.who()).to.equal('root');
  });

  it('refuses to sign in as the target while acting as him, which would drop the actors', async () => {
    const client = await signedIn(panel(), 'root');
    expect((await client.login('admin')).status).to.equal(403);
    expect(await client.who()).to.be.oneOf(['root > admin', 'login-required']);
  });
});
