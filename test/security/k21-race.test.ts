import { expect } from 'chai';
import { inTwoParts } from '../support/in-two-parts.js';
import { attack } from './support/dijk-panels.js';
import { inMemoryAndOnRedis, startLatePanel } from './support/late-bodies.js';
import { loggedIn } from '../support/people.js';
import { seenBy } from '../support/sessions.js';

attack('K21: enter, leave, sign out and demote at once', (panel) => {
  /** Somebody with rights over others is there under his own name, or with root named before him. */
  async function expectNamed(jars: readonly { who(): Promise<string> }[]): Promise<void> {
    const allowed = ['root', 'root > admin', 'root > admin > alice', 'root > admin > bob', 'root > alice'];
    for (const jar of jars) expect(await jar.who()).to.be.oneOf([...allowed, 'login-required']);
  }

  it('never leaves an admin without his actor', async () => {
    for (let round = 0; round < 2; round++) {
      const jar = await panel().signedIn('root');
      const jars = Array.from({ length: 20 }, () => jar.copy());
      await Promise.all(
        jars.map((each, i) => {
          if (i % 4 === 0) return each.leave();
          if (i % 10 === 7 + round) return each.post('/logout');
          return each.actAs(i % 4 === 1 ? 'alice' : 'bob');
        }),
      );
      await expectNamed([...jars, jar]);
    }
  });

  it('never acts for an actor who was demoted meanwhile', async () => {
    const jar = await panel().root();
    const jars = Array.from({ length: 16 }, () => jar.copy());
    const entering = jars.map((each, i) => each.actAs(i % 2 === 0 ? 'admin' : 'alice'));
    await Promise.race(entering);
    panel().changeUsers("UPDATE users SET level = 'user' WHERE id = 'root'");
    expect((await Promise.all(entering)).some(({ status }) => status === 200)).to.equal(true);
    for (const each of [jar, ...jars]) expect(await each.who()).to.be.oneOf(['root', 'login-required']);
  });

  it('gives of many hops at once no session that does not name its actor, and kills the old cookie', async () => {
    const jar = await panel().root();
    const [old, ...jars] = Array.from({ length: 17 }, () => jar.copy());
    const answers = await Promise.all(jars.map((each) => each.actAs('alice')));
    const entered = answers.filter(({ status }) => status === 200).length;
    expect(entered).to.be.at.least(1);
    const there = await Promise.all(jars.map((each) => each.who()));
    for (const who of there) expect(who).to.be.oneOf(['root > alice', 'login-required']);
    // Session stores delete without telling whether there was something: hops within one round trip all hold.
    expect(await old?.who()).to.equal('login-required');
  });

  it('lets no hop whose body was cut in two outlive a sign-out in between', async () => {
    const jar = await panel().root();
    const other = jar.copy();
    panel().log.length = 0;
    const url = `${panel().url}/two-step/impersonation`;
    const cookie = `panel.sid=${jar.cookies.get('panel.sid') ?? ''}`;
    const status = await inTwoParts(url, cookie, { account: 'alice' }, () => other.post('/logout'));
    expect(status).to.equal(401);
    expect(await jar.who()).to.equal('login-required');
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
        await actor.post('/two-step/impersonation', { account: 'bob' });
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
