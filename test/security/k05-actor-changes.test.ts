import { expect } from 'chai';
import { codeAt, verify, wrongCodes } from './support/acgl-panel.js';
import { attack } from './support/dijk-panels.js';
import type { AttackedPanel } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

type Change = (panel: AttackedPanel) => unknown;
const changed =
  (statement: string): Change =>
  (panel) =>
    panel.changeUsers(statement);

const PLAIN: Record<string, [change: Change, ends: string]> = {
  'was demoted': [changed("UPDATE users SET level = 'user' WHERE id = 'root'"), 'root'],
  'has another password': [changed("UPDATE users SET stamp = 'x' WHERE id = 'root'"), 'login-required'],
  'was deleted': [changed("DELETE FROM users WHERE id = 'root'"), 'login-required'],
  'enabled a second factor elsewhere': [(panel) => panel.enrolled('root'), 'login-required'],
};

attack('K5: the actor loses his rights while he acts', (panel) => {
  for (const [what, [change, ends]] of Object.entries(PLAIN)) {
    it(`ends with the next request when he ${what}`, async () => {
      const jar = await panel().root();
      await jar.actAs('alice');
      await change(panel());
      const refused = await jar.post('/settings/password', { newPassword: 'x'.repeat(12) });
      expect(refused.status, 'nothing is done in a wrong name').to.be.oneOf([401, 403]);
      expect(await jar.who()).to.equal(ends);
      expect((await new Client(panel()).login('alice')).status, 'the password of alice is the same').to.equal(
        200,
      );
    });
  }

  it('ends with the next request when his second factor was taken off or replaced', async () => {
    const { jar } = await panel().enrolled('root');
    await jar.actAs('alice');
    await panel().secondFactor.admin.disable('root', { by: 'test' });
    expect(await jar.who()).to.equal('login-required');
    const again = await panel().enrolled('root');
    await again.jar.actAs('alice');
    await panel().secondFactor.admin.disable('root', { by: 'test' });
    await panel().enrolled('root');
    expect(await again.jar.who()).to.equal('login-required');
    expect((await again.jar.leave()).status).to.be.oneOf([401, 409]);
  });

  it('goes on, and he gets back, when a stranger with his password locks him: that cuts no live session', async () => {
    const { jar, phone } = await panel().enrolled('root');
    await jar.actAs('alice');
    const stranger = await panel().pending('root');
    const [last = '', ...wrong] = wrongCodes(panel(), phone, 6);
    for (const code of wrong) expect((await verify(stranger, code)).body.code).to.equal('code-invalid');
    for (const code of [last, codeAt(panel(), phone, 1)]) {
      expect((await verify(stranger, code)).body.code).to.equal('locked');
    }
    expect(await jar.who()).to.equal('root > alice');
    expect((await jar.leave()).status).to.equal(200);
    expect(await jar.who()).to.equal('root');
  });

  it('goes past an admin in between who changed, to the first actor', async () => {
    const jar = await panel().signedIn('root');
    await jar.actAs('alice');
    panel().changeUsers("UPDATE users SET stamp = 'x' WHERE id = 'admin'");
    expect((await jar.leave()).status).to.equal(200);
    expect(await jar.who()).to.equal('root');
  });
});
