import { expect } from 'chai';
import { Client } from '../support/client.js';
import { asRoot, attack } from '../support/attack.js';
import { enrolled } from '../support/people.js';

attack('D15: a reset, a deactivation or a new name drops the factor (on %s)', (panel) => {
  const changes: Record<string, string> = {
    'a new password': "UPDATE users SET stamp = 'new' WHERE id = 'alice'",
    'a new login': "UPDATE users SET login = 'alicia' WHERE id = 'alice'",
    'another level': "UPDATE users SET level = 'admin' WHERE id = 'alice'",
  };
  for (const [what, statement] of Object.entries(changes)) {
    it(`still asks for the code after ${what}`, async () => {
      const { phone } = await enrolled(panel(), 'alice');
      const before = await panel().record('alice');
      panel().database.exec(statement);
      const client = new Client(panel());
      const login = what === 'a new login' ? 'alicia' : 'alice';
      expect((await client.login(login, 'alice-password')).body.code).to.equal('code-required');
      expect((await client.get('/api/secret')).status).to.equal(401);
      expect(await panel().record('alice')).to.equal(before);
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect(await client.who()).to.equal(login);
    });
  }

  it('still asks for the code after root set the password', async () => {
    await enrolled(panel(), 'alice');
    const root = await asRoot(panel());
    const set = await root.post('/staff/alice/edit', { password: 'a new password' });
    expect(set.status).to.equal(200);
    const client = new Client(panel());
    expect((await client.login('alice', 'a new password')).body.code).to.equal('code-required');
  });

  it('still asks for the code when the account was taken away and came back', async () => {
    const { client, phone } = await enrolled(panel(), 'alice');
    const before = await panel().record('alice');
    panel().database.exec("DELETE FROM users WHERE id = 'alice'");
    expect(await client.who()).to.equal('login-required');
    panel().database.exec(
      "INSERT INTO users SELECT 'alice', 'alice', 'user', password, 'back' FROM users WHERE id = 'bob'",
    );
    const back = new Client(panel());
    expect((await back.login('alice', 'bob-password')).body.code).to.equal('code-required');
    expect(await panel().record('alice')).to.equal(before);
    expect((await back.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });
});
