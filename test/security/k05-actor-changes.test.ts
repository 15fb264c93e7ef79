import { expect } from 'chai';
import { Client } from '../support/client.js';
import { pending, signedIn, verify } from '../support/people.js';
import { asRoot, attack, enrolledRoot } from '../support/attack.js';
import type { AttackedPanel } from '../support/attack.js';

type Change = (panel: AttackedPanel) => unknown;
const changed =
  (statement: string): Change =>
  (panel) =>
    panel.database.exec(statement);

const PLAIN: Record<string, [change: Change, ends: string]> = {
  'was demoted': [changed("UPDATE users SET level = 'user' WHERE id = 'root'"), 'root'],
  'has another password': [changed("UPDATE users SET stamp = 'x' WHERE id = 'root'"), 'login-required'],
  'was deleted': [changed("DELETE FROM users WHERE id = 'root'"), 'login-required'],
  'enabled a second factor elsewhere': [(panel) => enrolledRoot(panel), 'login-required'],
};

attack('K5: the actor loses his rights while he acts (on %s)', (panel) => {
  for (const [what, [change, ends]] of Object.entries(PLAIN)) {
    it(`ends with the next request when he ${what}`, async () => {
      const client = await asRoot(panel());
      await client.actAs('alice');
      await change(panel());
      const refused = await client.post('/settings/password', { newPassword: 'x'.repeat(12) });
      expect(refused.status, 'nothing is done in a wrong name').to.be.oneOf([401, 403]);
      expect(await client.who()).to.equal(ends);
      expect((await new Client(panel()).login('alice')).status, 'the password of alice is the same').to.equal(
        200,
      );
    });
  }

  it('ends with the next request when his second factor was taken off or replaced', async () => {
    const { client } = await enrolledRoot(panel());
    await client.actAs('alice');
    await panel().secondFactor.admin.disable('root', { by: 'test' });
    expect(await client.who()).to.equal('login-required');
    const again = await enrolledRoot(panel());
    await again.client.actAs('alice');
    await panel().secondFactor.admin.disable('root', { by: 'test' });
    await enrolledRoot(panel());
    expect(await again.client.who()).to.equal('login-required');
    expect((await again.client.leave()).status).to.be.oneOf([401, 409]);
  });

  it('goes on, and he gets back, when a stranger with his password locks him: that cuts no live session', async () => {
    const { client, phone } = await enrolledRoot(panel());
    await client.actAs('alice');
    const stranger = await pending(panel(), 'root');
    const [last = '', ...wrong] = phone.wrongCodes(6);
    for (const code of wrong) expect((await verify(stranger, code)).body.code).to.equal('code-invalid');
    for (const code of [last, phone.code(1)]) {
      expect((await verify(stranger, code)).body.code).to.equal('locked');
    }
    expect(await client.who()).to.equal('root > alice');
    expect((await client.leave()).status).to.equal(200);
    expect(await client.who()).to.equal('root');
  });

  it('goes past an admin in between who changed, to the first actor', async () => {
    const client = await signedIn(panel(), 'root');
    await client.actAs('alice');
    panel().database.exec("UPDATE users SET stamp = 'x' WHERE id = 'admin'");
    expect((await client.leave()).status).to.equal(200);
    expect(await client.who()).to.equal('root');
  });
});
