import { expect } from 'chai';
import { Client } from '../support/client.js';
import { said, signedIn } from '../support/people.js';
import { attack, enrolledRoot } from '../support/attack.js';

attack('K19: the rights of actor and target together (on %s)', (panel) => {
  it('leaves an actor as alice nothing but what alice may', async () => {
    const { client } = await enrolledRoot(panel());
    await client.actAs('alice');
    for (const path of ['/staff', '/staff/admin/edit', '/staff/bob/edit', '/clients']) {
      expect((await client.get(path)).status, path).to.equal(403);
    }
    for (const login of ['admin', 'bob', 'alice', 'root']) {
      const answer = await client.post(`/staff/${login}/edit`, { password: 'a new password' });
      expect(answer.status, login).to.equal(403);
      expect(said(await new Client(panel()).login(login))).to.equal(
        login === 'root' ? 'code-required' : '200',
      );
    }
    const own = await signedIn(panel(), 'alice');
    const { text } = await client.open('/');
    expect(text).to.contain('alice-ceramics.example').and.not.to.contain('bobs-bikes.example');
    expect((await client.get('/api/me')).body.level).to.equal((await own.get('/api/me')).body.level);
  });

  it('shows neither phones nor browsers nor recovery codes of the actor', async () => {
    const { client } = await enrolledRoot(panel());
    await client.actAs('alice');
    const { body } = await client.get('/two-step/');
    expect(body).to.include({ enrolled: false, recoveryCodesLeft: 0, verifiedAt: null });
    expect(body.authenticators).to.deep.equal([]);
    expect(body.actors).to.deep.equal([{ id: 'root', name: 'root' }]);
  });
});
