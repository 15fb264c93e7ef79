import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

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

  it('refuses the request during which the target enables one, in a race', async () => {
    const jar = await panel().root();
    await jar.actAs('alice');
    const alice = await panel().signedIn('alice');
    const copies = Array.from({ length: 8 }, () => jar.copy());
    await Promise.all([panel().enrol(alice), ...copies.map((copy) => copy.get('/settings'))]);
    for (const copy of [jar, ...copies]) expect(await copy.who()).to.be.oneOf(['root', 'login-required']);
    expect(await alice.who()).to.equal('alice');
  });
});
