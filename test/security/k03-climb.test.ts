import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  root: ['admin', 'alice', 'bob'],
  admin: ['alice', 'bob'],
  alice: [],
  'root > admin': ['alice', 'bob'],
  'root > alice': [],
  'admin > bob': [],
};
const TARGETS = ['root', 'admin', 'admin2', 'alice', 'bob', 'gone'];

attack('K3: climb to somebody above, an equal or oneself', (panel) => {
  for (const [from, allowed] of Object.entries(ALLOWED)) {
    it(`lets ${from} enter ${allowed.join(', ') || 'nobody'} only`, async () => {
      panel().changeUsers(
        "INSERT INTO users SELECT 'admin2', 'admin2', 'admin', password, stamp FROM users WHERE id = 'bob'",
      );
      const [first = '', second] = from.split(' > ');
      for (const target of TARGETS) {
        const jar = first === 'root' ? await panel().root() : await panel().signedIn(first);
        if (second !== undefined) await jar.actAs(second);
        const may = allowed.includes(target) || (target === 'admin2' && from === 'root');
        expect((await jar.actAs(target)).status, target).to.equal(may ? 200 : 403);
        expect(await jar.who()).to.equal(may ? `${from} > ${target}` : from);
      }
    });
  }

  it('lets root not choose an admin above himself when levels changed meanwhile', async () => {
    const jar = await panel().root();
    panel().changeUsers(
      "UPDATE users SET level = CASE id WHEN 'root' THEN 'admin' WHEN 'admin' THEN 'root' ELSE level END",
    );
    expect((await jar.actAs('admin')).status).to.equal(403);
    expect(await jar.who()).to.equal('root');
  });
});
