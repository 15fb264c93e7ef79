import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack('D15: a reset, a deactivation or a new name drops the factor', (panel) => {
  const changes: Record<string, string> = {
    'a new password': "UPDATE users SET stamp = 'new' WHERE id = 'alice'",
    'a new login': "UPDATE users SET login = 'alicia' WHERE id = 'alice'",
    'another level': "UPDATE users SET level = 'admin' WHERE id = 'alice'",
  };
  for (const [what, statement] of Object.entries(changes)) {
    it(`still asks for the code after ${what}`, async () => {
      const { phone } = await panel().enrolled('alice');
      const before = await panel().record('alice');
      panel().changeUsers(statement);
      const jar = new Client(panel());
      const login = what === 'a new login' ? 'alicia' : 'alice';
      expect((await jar.login(login, 'alice-password')).body.code).to.equal('code-required');
      expect((await jar.get('/api/secret')).status).to.equal(401);
      expect(await panel().record('alice')).to.equal(before);
      expect((await jar.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect(await jar.who()).to.equal(login);
    });
  }

  it('still asks for the code after root set the password', async () => {
    await panel().enrolled('alice');
    const root = await panel().root();
    const set = await root.post('/staff/alice/edit', { password: 'a new password' });
    expect(set.status).to.equal(200);
    const jar = new Client(panel());
    expect((await jar.login('alice', 'a new password')).body.code).to.equal('code-required');
  });

  it('still asks for the code when the account was taken away and came back', async () => {
    const { jar, phone } = await panel().enrolled('alice');
    const before = await panel().record('alice');
    panel().changeUsers("DELETE FROM users WHERE id = 'alice'");
    expect(await jar.who()).to.equal('login-required');
    panel().changeUsers(
      "INSERT INTO users SELECT 'alice', 'alice', 'user', password, 'back' FROM users WHERE id = 'bob'",
    );
    const back = new Client(panel());
    expect((await back.login('alice', 'bob-password')).body.code).to.equal('code-required');
    expect(await panel().record('alice')).to.equal(before);
    expect((await back.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });
});
