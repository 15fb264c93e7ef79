import { expect } from 'chai';
import { said } from './support/befh-people.js';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack('K19: the rights of actor and target together', (panel) => {
  it('leaves an actor as alice nothing but what alice may', async () => {
    const { jar } = await panel().enrolled('root');
    await jar.actAs('alice');
    for (const path of ['/staff', '/staff/admin/edit', '/staff/bob/edit', '/clients']) {
      expect((await jar.get(path)).status, path).to.equal(403);
    }
    for (const login of ['admin', 'bob', 'alice', 'root']) {
      const answer = await jar.post(`/staff/${login}/edit`, { password: 'a new password' });
      expect(answer.status, login).to.equal(403);
      expect(said(await new Client(panel()).login(login))).to.equal(
        login === 'root' ? 'code-required' : '200',
      );
    }
    const own = await panel().signedIn('alice');
    const { text } = await jar.open('/');
    expect(text).to.contain('alice-ceramics.example').and.not.to.contain('bobs-bikes.example');
    expect((await jar.get('/api/me')).body.level).to.equal((await own.get('/api/me')).body.level);
  });

  it('shows neither phones nor browsers nor recovery codes of the actor', async () => {
    const { jar } = await panel().enrolled('root');
    await jar.actAs('alice');
    const { body } = await jar.get('/two-step/');
    expect(body).to.include({ enrolled: false, recoveryCodesLeft: 0, verifiedAt: null });
    expect(body.authenticators).to.deep.equal([]);
    expect(body.actors).to.deep.equal([{ id: 'root', name: 'root' }]);
  });
});
