import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

attack('K4: hop in a circle until a clean-looking account remains', (panel) => {
  it('enters nobody of the stack again, and unwinds exactly as it was wound', async () => {
    const jar = await panel().signedIn('root');
    await jar.actAs('alice');
    for (const target of ['root', 'admin', 'alice', 'bob']) {
      expect((await jar.actAs(target)).status, target).to.equal(403);
      expect(await jar.who()).to.equal('root > admin > alice');
    }
    await jar.leave();
    expect(await jar.who()).to.equal('root > admin');
    for (const target of ['root', 'admin']) expect((await jar.actAs(target)).status).to.equal(403);
    await jar.actAs('bob');
    expect(await jar.who()).to.equal('root > admin > bob');
    await jar.leave();
    await jar.leave();
    expect(await jar.who()).to.equal('root');
    expect((await jar.leave()).status).to.equal(409);
  });

  it('kills the cookie of every stage: none is there to go back to', async () => {
    const jar = await panel().signedIn('root');
    const stages = [jar.copy()];
    await jar.actAs('alice');
    stages.push(jar.copy());
    await jar.leave();
    stages.push(jar.copy());
    await jar.leave();
    for (const stage of stages) expect(await stage.who()).to.equal('login-required');
    expect(await jar.who()).to.equal('root');
  });

  it('refuses to sign in as the target while acting as him, which would drop the actors', async () => {
    const jar = await panel().signedIn('root');
    expect((await jar.login('admin')).status).to.equal(403);
    expect(await jar.who()).to.be.oneOf(['root > admin', 'login-required']);
  });
});
