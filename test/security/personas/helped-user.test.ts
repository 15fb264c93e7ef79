import { expect } from 'chai';
import { Client } from '../../support/client.js';
import { enable, enrolled, give, said, signedIn } from '../../support/people.js';
import { asRoot, attack, enrolledRoot, failuresOf, isIn } from '../../support/attack.js';

attack('A user whom an operator helps, by acting as them (on %s)', [], (panel) => {
  it('sees nothing of the operator, and has no more than before', async () => {
    const alice = await signedIn(panel(), 'alice');
    const before = await alice.peek('GET', '/two-step');
    const admin = await signedIn(panel(), 'admin');
    await admin.actAs('alice');
    const after = await alice.peek('GET', '/two-step');
    const { serverTime: _then, ...was } = JSON.parse(before.text) as Record<string, unknown>;
    const { serverTime: _now, ...is } = JSON.parse(after.text) as Record<string, unknown>;
    expect(is).to.deep.equal(was);
    expect(await alice.who()).to.equal('alice');
    expect((await alice.get('/staff')).status).to.equal(403);
    expect(said(await alice.leave())).to.equal('not-impersonating');
    expect(admin.cookies.get('panel.sid')).not.to.equal(alice.cookies.get('panel.sid'));
  });

  it('enables the second factor meanwhile: what the operator sends next is done by nobody', async () => {
    const root = await asRoot(panel());
    await root.actAs('admin');
    const admin = await signedIn(panel(), 'admin');
    await enable(panel(), admin);
    const sent = await root.post('/staff/bob/edit', { password: 'of-the-operator' });
    expect(said(sent)).to.equal('impersonation-refused');
    expect((await new Client(panel()).login('bob', 'of-the-operator')).status).to.equal(401);
    expect(await root.who()).to.equal('root');
    expect(await isIn(admin)).to.equal(true);
  });

  it('rises, or changes their password meanwhile: the operator is who they were again, and sends nothing as root by mistake', async () => {
    for (const change of [
      "UPDATE users SET level = 'root' WHERE id = 'admin'",
      "UPDATE users SET stamp = 'other' WHERE id = 'admin'",
    ]) {
      const root = await asRoot(panel());
      await root.actAs('admin');
      panel().database.exec(change);
      expect(said(await root.actAs('alice'))).to.equal('impersonation-refused');
      expect(await root.who()).to.equal('root');
      panel().database.exec("UPDATE users SET level = 'admin' WHERE id = 'admin'");
    }
  });

  it('disappears meanwhile: the operator is nobody, and has to sign in again', async () => {
    const admin = await signedIn(panel(), 'admin');
    await admin.actAs('alice');
    panel().database.exec("DELETE FROM users WHERE id = 'alice'");
    expect(await admin.who()).to.equal('login-required');
    expect(said(await admin.leave())).to.equal('not-impersonating');
  });

  it('plants nothing that crosses over: where to go on, notices and set-ups stay in their own session', async () => {
    const alice = await signedIn(panel(), 'alice');
    const { body } = await alice.post('/two-step/setup');
    await alice.open('/staff?planted=1');
    const admin = await signedIn(panel(), 'admin');
    await admin.actAs('alice');
    expect((await admin.get('/two-step/setup')).text).not.to.include(String(body.key));
    await admin.open('/staff?planted-by-acting=1');
    const left = await admin.submit('/two-step/impersonation/leave');
    expect(left.location).to.equal('/');
    expect((await admin.open('/')).text).not.to.include('planted');
  });

  it('guesses with codes while they are helped: the counts are their own, and the operator is not locked', async () => {
    const { client: root, phone } = await enrolledRoot(panel());
    const alice = await enrolled(panel());
    for (const code of alice.phone.wrongCodes(5)) await give(alice.client, 'step-up', code);
    expect(await failuresOf(panel())).to.equal(5);
    expect(await failuresOf(panel(), 'root')).to.equal(0);
    expect(said(await give(root, 'step-up', phone.nextCode()))).to.equal('verified');
  });

  it('signs in as the operator in the operator’s browser, if they know how: that is another sign-in, with its code', async () => {
    const { client: root } = await enrolledRoot(panel());
    await root.actAs('alice');
    const browser = root.copy();
    expect(said(await browser.login('root'))).to.equal('code-required');
    expect(await isIn(browser)).to.equal(false);
    expect(said(await browser.leave())).to.equal('not-impersonating');
  });
});
