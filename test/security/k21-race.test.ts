import { expect } from 'chai';
import { inTwoParts } from '../support/in-two-parts.js';
import { inMemoryAndOnRedis, startLatePanel } from './late-bodies.js';
import { loggedIn, signedIn } from '../support/people.js';
import { seenBy } from '../support/sessions.js';
import { asRoot, attack } from '../support/attack.js';

attack('K21: enter, leave, sign out and demote at once (on %s)', (panel) => {
  /** Somebody with rights over others is there under his own name, or with root named before him. */
  async function expectNamed(clients: readonly { who(): Promise<string> }[]): Promise<void> {
    const allowed = ['root', 'root > admin', 'root > admin > alice', 'root > admin > bob', 'root > alice'];
    for (const client of clients) expect(await client.who()).to.be.oneOf([...allowed, 'login-required']);
  }

  it('never leaves an admin without his actor', async () => {
    for (let round = 0; round < 2; round++) {
      const client = await signedIn(panel(), 'root');
      const clients = Array.from({ length: 20 }, () => client.copy());
      await Promise.all(
        clients.map((each, i) => {
          if (i % 4 === 0) return each.leave();
          if (i % 10 === 7 + round) return each.post('/logout');
          return each.actAs(i % 4 === 1 ? 'alice' : 'bob');
        }),
      );
      await expectNamed([...clients, client]);
    }
  });

  it('never acts for an actor who was demoted meanwhile', async () => {
    const client = await asRoot(panel());
    const clients = Array.from({ length: 16 }, () => client.copy());
    const entering = clients.map((each, i) => each.actAs(i % 2 === 0 ? 'admin' : 'alice'));
    await Promise.race(entering);
    panel().database.exec("UPDATE users SET level = 'user' WHERE id = 'root'");
    expect((await Promise.all(entering)).some(({ status }) => status === 200)).to.equal(true);
    for (const each of [client, ...clients]) expect(await each.who()).to.be.oneOf(['root', 'login-required']);
  });

  it('gives of many hops at once no session that does not name its actor, and kills the old cookie', async () => {
    const client = await asRoot(panel());
    const [old, ...clients] = Array.from({ length: 17 }, () => client.copy());
    const answers = await Promise.all(clients.map((each) => each.actAs('alice')));
    const entered = answers.filter(({ status }) => status === 200).length;
    expect(entered).to.be.at.least(1);
    const there = await Promise.all(clients.map((each) => each.who()));
    for (const who of there) expect(who).to.be.oneOf(['root > alice', 'login-required']);
    // Session stores delete without telling whether there was something: hops within one round trip all hold.
    expect(await old?.who()).to.equal('login-required');
  });

  it('lets no hop whose body was cut in two outlive a sign-out in between', async () => {
    const client = await asRoot(panel());
    const other = client.copy();
    panel().log.length = 0;
    const url = `${panel().url}/two-step/impersonation`;
    const cookie = `panel.sid=${client.cookies.get('panel.sid') ?? ''}`;
    const status = await inTwoParts(url, cookie, { account: 'alice' }, () => other.post('/logout'));
    expect(status).to.equal(401);
    expect(await client.who()).to.equal('login-required');
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).not.to.include('impersonation-entered');
  });
});

describe('K21: enter and sign out at once, where the body is read after the session', () => {
  inMemoryAndOnRedis((parts) => {
    for (const [what, path] of Object.entries({
      'signs out': '/logout',
      'goes back': '/two-step/impersonation/leave',
    })) {
      it(`lets no hop whose body was cut in two act for an actor who ${what} in between`, async () => {
        const panel = await startLatePanel(parts());
        const actor = await loggedIn(panel);
        await actor.actAs('bob');
        const { cookie } = actor;
        panel.told();
        const status = await panel.late('/two-step/impersonation', cookie, { account: 'carol' }, () =>
          actor.post(path),
        );
        expect(status).to.equal(401);
        expect(panel.told()).to.not.include('impersonation-entered');
        expect(await panel.stored(cookie)).to.equal(null);
        expect(await seenBy(panel, cookie)).to.equal(null);
        expect(await actor.me()).to.equal(what === 'goes back' ? 'alice' : null);
      });
    }
  });
});
