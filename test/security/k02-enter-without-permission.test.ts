import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack('K2: enter without permission, or by a link', (panel) => {
  const targets = ['root', 'admin', 'alice', 'bob'];

  it('refuses users, and who is pending or not there', async () => {
    const alice = await panel().signedIn('alice');
    for (const target of targets) {
      expect((await alice.actAs(target)).status, target).to.equal(403);
      expect(await alice.who()).to.equal('alice');
    }
    await panel().enrolled('root');
    for (const jar of [await panel().pending('root'), new Client(panel())]) {
      for (const target of targets) expect((await jar.actAs(target)).status).to.equal(401);
      expect(await jar.who()).to.be.oneOf(['code-required', 'login-required']);
    }
  });

  it('knows no link and no token: nothing but a POST with a body of one’s own session', async () => {
    const jar = await panel().signedIn('admin');
    const query = 'account=alice&token=x&_method=POST';
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      await jar.peek(method, `/two-step/impersonation?${query}`);
      expect(await jar.who(), method).to.equal('admin');
    }
    expect((await jar.post(`/two-step/impersonation?${query}`, {})).status).to.equal(403);
    expect((await jar.get('/two-step/impersonation/alice')).status).to.equal(404);
    expect(await jar.who()).to.equal('admin');
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).not.to.include('impersonation-entered');
  });

  it('takes no list, object or number for an account', async () => {
    const jar = await panel().signedIn('admin');
    for (const account of [['alice'], { id: 'alice' }, 0, true, null, 'alice ', 'ALICE', 'alice\u0000', '']) {
      expect((await jar.post('/two-step/impersonation', { account })).status).to.equal(403);
      expect(await jar.who()).to.equal('admin');
    }
  });
});
