import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack('K10: the target enables a factor, is promoted or goes meanwhile', (panel) => {
  const changes: Record<string, [change: () => unknown, ends: string]> = {
    'enables a second factor': [() => panel().enrolled('alice'), 'root'],
    'is promoted to the actor’s level': [
      () => panel().changeUsers("UPDATE users SET level = 'root' WHERE id = 'alice'"),
      'root',
    ],
    'changes the password': [
      () => panel().changeUsers("UPDATE users SET stamp = 'x' WHERE id = 'alice'"),
      'root',
    ],
    'is deleted': [() => panel().changeUsers("DELETE FROM users WHERE id = 'alice'"), 'login-required'],
  };
  for (const [what, [change, ends]] of Object.entries(changes)) {
    it(`ends with the next request when the target ${what}`, async () => {
      const { jar } = await panel().enrolled('root');
      await jar.actAs('alice');
      await change();
      expect((await jar.get('/api/secret')).body.user ?? null).not.to.equal('alice');
      expect(await jar.who()).to.equal(ends);
      expect((await jar.actAs('alice')).status).to.be.oneOf([
        401,
        ...(what.startsWith('changes') ? [200] : [403]),
      ]);
    });
  }

  it('falls back by one level when the lowest was promoted to that of the one in between', async () => {
    const jar = await panel().signedIn('root');
    await jar.actAs('alice');
    panel().changeUsers("UPDATE users SET level = 'admin' WHERE id = 'alice'");
    expect(await jar.who()).to.equal('root > admin');
  });

  it('ends at the next request after the target has enabled one, in a race with requests', async () => {
    const jar = await panel().root();
    await jar.actAs('alice');
    const alice = await panel().signedIn('alice');
    const race = { over: false, asked: 0 };
    const enabling = panel()
      .enroll(alice)
      .finally(() => (race.over = true));
    while (!race.over) {
      expect(await jar.who()).to.be.oneOf(['root > alice', 'root', 'login-required']);
      race.asked++;
    }
    await enabling;
    expect(race.asked).to.be.at.least(1);
    expect(await jar.who()).to.be.oneOf(['root', 'login-required']);
    expect(await alice.who()).to.equal('alice');
  });

  it('refuses what is sent first after the target enabled one, and does nothing of it', async () => {
    panel().changeUsers("UPDATE users SET level = 'admin' WHERE id = 'bob'");
    const jar = await panel().root();
    await jar.actAs('bob');
    expect((await jar.post('/staff/alice/edit', { password: 'set before it' })).status).to.equal(200);
    await panel().enrolled('bob');
    const copies = Array.from({ length: 8 }, () => jar.copy());
    const answers = await Promise.all(
      copies.map((copy) => copy.post('/staff/alice/edit', { password: 'set after it' })),
    );
    for (const { status } of answers) expect(status).to.be.oneOf([401, 403]);
    for (const copy of [...copies, jar]) expect(await copy.who()).to.be.oneOf(['root', 'login-required']);
    expect((await new Client(panel()).login('alice', 'set after it')).status).to.equal(401);
    expect((await new Client(panel()).login('alice', 'set before it')).status).to.equal(200);
  });
});
