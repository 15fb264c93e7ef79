import { expect } from 'chai';
import { asRoot, attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  root: ['admin', 'alice', 'bob'],
  admin: ['alice', 'bob'],
  alice: [],
  'root > admin': ['alice', 'bob'],
  'root > alice': [],
  'admin > bob': [],
};
const TARGETS = ['root', 'admin', 'admin2', 'alice', 'bob', 'gone'];

attack('K3: climb to somebody above, an equal or oneself (on %s)', (panel) => {
  for (const [from, allowed] of Object.entries(ALLOWED)) {
    it(`lets ${from} enter ${allowed.join(', ') || 'nobody'} only`, async () => {
      panel().database.exec(
        "INSERT INTO users SELECT 'admin2', 'admin2', 'admin', password, stamp FROM users WHERE id = 'bob'",
      );
      const [first = '', second] = from.split(' > ');
      for (const target of TARGETS) {
        const client = first === 'root' ? await asRoot(panel()) : await signedIn(panel(), first);
        if (second !== undefined) await client.actAs(second);
        const may = allowed.includes(target) || (target === 'admin2' && from === 'root');
        expect((await client.actAs(target)).status, target).to.equal(may ? 200 : 403);
        expect(await client.who()).to.equal(may ? `${from} > ${target}` : from);
      }
    });
  }

  it('lets root not choose an admin above himself when levels changed meanwhile', async () => {
    const client = await asRoot(panel());
    panel().database.exec(
      "UPDATE users SET level = CASE id WHEN 'root' THEN 'admin' WHEN 'admin' THEN 'root' ELSE level END",
    );
    expect((await client.actAs('admin')).status).to.equal(403);
    expect(await client.who()).to.equal('root');
  });
});
