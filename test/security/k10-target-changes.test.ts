import { expect } from 'chai';
import { Client } from '../support/client.js';
import { asRoot, attack, enrolledRoot } from '../support/attack.js';
import { enrolled, signedIn, enable } from '../support/people.js';

attack('K10: the target enables a factor, is promoted or goes meanwhile (on %s)', (panel) => {
  const changes: Record<string, [change: () => unknown, ends: string]> = {
    'enables a second factor': [() => enrolled(panel(), 'alice'), 'root'],
    'is promoted to the actor’s level': [
      () => panel().database.exec("UPDATE users SET level = 'root' WHERE id = 'alice'"),
      'root',
    ],
    'changes the password': [
      () => panel().database.exec("UPDATE users SET stamp = 'x' WHERE id = 'alice'"),
      'root',
    ],
    'is deleted': [() => panel().database.exec("DELETE FROM users WHERE id = 'alice'"), 'login-required'],
  };
  for (const [what, [change, ends]] of Object.entries(changes)) {
    it(`ends with the next request when the target ${what}`, async () => {
      const { client } = await enrolledRoot(panel());
      await client.actAs('alice');
      await change();
      expect((await client.get('/api/secret')).body.user ?? null).not.to.equal('alice');
      expect(await client.who()).to.equal(ends);
      expect((await client.actAs('alice')).status).to.be.oneOf([
        401,
        ...(what.startsWith('changes') ? [200] : [403]),
      ]);
    });
  }

  it('falls back by one level when the lowest was promoted to that of the one in between', async () => {
    const client = await signedIn(panel(), 'root');
    await client.actAs('alice');
    panel().database.exec("UPDATE users SET level = 'admin' WHERE id = 'alice'");
    expect(await client.who()).to.equal('root > admin');
  });

  it('ends at the next request after the target has enabled one, in a race with requests', async () => {
    const client = await asRoot(panel());
    await client.actAs('alice');
    const alice = await signedIn(panel(), 'alice');
    const race = { over: false, asked: 0 };
    const enabling = enable(panel(), alice).finally(() => (race.over = true));
    while (!race.over) {
      expect(await client.who()).to.be.oneOf(['root > alice', 'root', 'login-required']);
      race.asked++;
    }
    await enabling;
    expect(race.asked).to.be.at.least(1);
    expect(await client.who()).to.be.oneOf(['root', 'login-required']);
    expect(await alice.who()).to.equal('alice');
  });

  it('refuses what is sent first after the target enabled one, and does nothing of it', async () => {
    panel().database.exec("UPDATE users SET level = 'admin' WHERE id = 'bob'");
    const client = await asRoot(panel());
    await client.actAs('bob');
    expect((await client.post('/staff/alice/edit', { password: 'set before it' })).status).to.equal(200);
    await enrolled(panel(), 'bob');
    const copies = Array.from({ length: 8 }, () => client.copy());
    const answers = await Promise.all(
      copies.map((copy) => copy.post('/staff/alice/edit', { password: 'set after it' })),
    );
    for (const { status } of answers) expect(status).to.be.oneOf([401, 403]);
    for (const copy of [...copies, client]) expect(await copy.who()).to.be.oneOf(['root', 'login-required']);
    expect((await new Client(panel()).login('alice', 'set after it')).status).to.equal(401);
    expect((await new Client(panel()).login('alice', 'set before it')).status).to.equal(200);
  });
});
