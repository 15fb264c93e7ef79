import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, enrolledRoot } from '../support/attack.js';
import { signedIn, pending } from '../support/people.js';

attack('K2: enter without permission, or by a link (on %s)', (panel) => {
  const targets = ['root', 'admin', 'alice', 'bob'];

  it('refuses users, and who is pending or not there', async () => {
    const alice = await signedIn(panel(), 'alice');
    for (const target of targets) {
      expect((await alice.actAs(target)).status, target).to.equal(403);
      expect(await alice.who()).to.equal('alice');
    }
    await enrolledRoot(panel());
    for (const client of [await pending(panel(), 'root'), new Client(panel())]) {
      for (const target of targets) expect((await client.actAs(target)).status).to.equal(401);
      expect(await client.who()).to.be.oneOf(['code-required', 'login-required']);
    }
  });

  it('knows no link and no token: nothing but a POST with a body of one’s own session', async () => {
    const client = await signedIn(panel(), 'admin');
    const query = 'account=alice&token=x&_method=POST';
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      await client.peek(method, `/two-step/impersonation?${query}`);
      expect(await client.who(), method).to.equal('admin');
    }
    expect((await client.post(`/two-step/impersonation?${query}`, {})).status).to.equal(403);
    expect((await client.get('/two-step/impersonation/alice')).status).to.equal(404);
    expect(await client.who()).to.equal('admin');
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).not.to.include('impersonation-entered');
  });

  it('takes no list, object or number for an account', async () => {
    const client = await signedIn(panel(), 'admin');
    for (const account of [['alice'], { id: 'alice' }, 0, true, null, 'alice ', 'ALICE', 'alice\u0000', '']) {
      expect((await client.actAs(account)).status).to.equal(403);
      expect(await client.who()).to.equal('admin');
    }
  });
});
