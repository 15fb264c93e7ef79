import { expect } from 'chai';
import { inTwoParts } from '../../support/in-two-parts.js';
import { Client } from '../../support/client.js';
import { enable, enrolled, said, signedIn, verify } from '../../support/people.js';
import { attack } from '../../support/attack.js';

const late = { password: 'late-password' };

attack('A malicious admin (on %s)', [], (panel) => {
  it('gets past no second factor by setting the password, and the owner sees that it was set', async () => {
    const alice = await enrolled(panel());
    const admin = await signedIn(panel(), 'admin');
    const record = await panel().record('alice');
    expect((await admin.post('/staff/alice/edit', { password: 'of-the-admin' })).status).to.equal(200);
    const thief = new Client(panel());
    expect(said(await thief.login('alice', 'of-the-admin'))).to.equal('code-required');
    for (const path of ['/two-step/setup', '/two-step/disable', '/two-step/recovery-codes']) {
      expect((await thief.post(path, { code: '000000' })).status, path).to.equal(401);
    }
    expect(await thief.who()).to.equal('code-required');
    expect(await panel().record('alice')).to.equal(record);
    // The owner is out, and their own password fails.
    expect(await alice.client.who()).to.equal('login-required');
    expect(said(await new Client(panel()).login('alice'))).to.equal('invalid-credentials');
    expect(said(await admin.actAs('alice'))).to.equal('impersonation-refused');
  });

  it('is the account of a user without a second factor, also by its password: that is what an admin is', async () => {
    const admin = await signedIn(panel(), 'admin');
    expect((await admin.post('/staff/bob/edit', { password: 'of-the-admin' })).status).to.equal(200);
    const asBob = await signedIn(panel(), 'bob', 'of-the-admin');
    await enable(panel(), asBob);
    // Only an operator with a shell takes that off again.
    expect((await panel().secondFactor.status('bob')).enrolled).to.equal(true);
    await panel().secondFactor.admin.disable('bob', { by: 'operator', reason: 'taken over by an admin' });
    expect(await asBob.who()).to.equal('bob');
    expect((await admin.post('/staff/bob/edit', { password: 'bob-password' })).status).to.equal(200);
    expect(await asBob.who()).to.equal('login-required');
  });

  it('changes no password with a request they began before they were demoted, signed out, deleted or given another password', async () => {
    const ends: Record<string, () => Promise<unknown>> = {
      demoted: async () => panel().database.exec("UPDATE users SET level = 'user' WHERE id = 'admin'"),
      'without the password': async () =>
        panel().database.exec("UPDATE users SET stamp = 'x' WHERE id = 'admin'"),
      'signed out': () => admin.post('/logout'),
      gone: async () => panel().database.exec("DELETE FROM users WHERE id = 'admin'"),
    };
    let admin = await signedIn(panel(), 'admin');
    for (const [what, end] of Object.entries(ends)) {
      if (what !== 'demoted') {
        panel().database.exec("UPDATE users SET level = 'admin' WHERE id = 'admin'");
        admin = await signedIn(panel(), 'admin');
      }
      const status = await inTwoParts(`${panel().url}/staff/alice/edit`, admin.cookie, late, end);
      expect(status, what).to.be.oneOf([401, 403]);
      expect(said(await new Client(panel()).login('alice', 'late-password')), what).to.equal(
        'invalid-credentials',
      );
    }
  });

  it('changes no password as admin after root, who acts as them, has gone back', async () => {
    const root = await signedIn(panel(), 'root');
    expect(await root.who()).to.equal('root > admin');
    const status = await inTwoParts(`${panel().url}/staff/alice/edit`, root.cookie, late, () => root.leave());
    expect(status).to.be.oneOf([401, 403]);
    expect(said(await new Client(panel()).login('alice', 'late-password'))).to.equal('invalid-credentials');
    expect(await root.who()).to.equal('root');
  });

  it('changes no password as admin after root, who acts as them, has signed out', async () => {
    const root = await signedIn(panel(), 'root');
    expect(await root.who()).to.equal('root > admin');
    const status = await inTwoParts(`${panel().url}/staff/alice/edit`, root.cookie, late, () =>
      root.post('/logout'),
    );
    expect(status).to.equal(401);
    expect(said(await new Client(panel()).login('alice', 'late-password'))).to.equal('invalid-credentials');
  });

  it('is not taken for an actor by what they put into the request', async () => {
    const admin = await signedIn(panel(), 'admin');
    const forged = {
      actors: ['root'],
      actorId: 'root',
      by: 'root',
      user: 'root',
      level: 'root',
      stack: [{ account: 'root' }],
    };
    const headers = { 'x-actor': 'root', 'x-forwarded-user': 'root', 'x-http-method-override': 'DELETE' };
    expect(
      (await admin.post('/two-step/impersonation', { account: 'alice', ...forged }, headers)).status,
    ).to.equal(200);
    expect(await admin.who()).to.equal('admin > alice');
    const entered = panel()
      .events()
      .filter(({ name }) => name === 'impersonation-entered');
    expect(entered.map(({ actorId }) => actorId)).to.deep.equal(['admin']);
    await admin.leave();
    expect(said(await admin.actAs('root'))).to.equal('impersonation-refused');
    expect((await admin.post('/staff/root/edit', { password: 'of-the-admin' })).status).to.equal(403);
    expect((await admin.post('/staff/admin/edit', { password: 'of-the-admin' })).status).to.equal(403);
  });

  it('enables nothing for the account they act as, with a set-up they began as themselves', async () => {
    const admin = await signedIn(panel(), 'admin');
    const { body } = await admin.post('/two-step/setup');
    expect(body.key).to.be.a('string');
    await admin.actAs('alice');
    for (const path of ['/two-step/setup', '/two-step/setup/confirm', '/two-step/setup/cancel']) {
      expect(said(await admin.post(path, { code: '000000' })), path).to.equal('impersonation-refused');
    }
    expect((await admin.get('/two-step/setup')).text).not.to.include(String(body.key));
    expect(await panel().record('alice')).to.equal(null);
    await admin.leave();
    // What they had begun is gone as well: it crossed no session.
    expect(said(await admin.get('/two-step/setup'))).to.equal('setup-expired');
  });

  it('learns by acting as a user nothing of the code that user needs, and keeps no way in', async () => {
    const admin = await signedIn(panel(), 'admin');
    await admin.actAs('alice');
    const kept = admin.copy();
    const alice = await enrolled(panel());
    // Acting ends with the request that follows.
    expect(await admin.who()).to.equal('admin');
    expect(await kept.who()).to.equal('login-required');
    expect(said(await admin.actAs('alice'))).to.equal('impersonation-refused');
    expect(said(await verify(admin, alice.phone.nextCode()))).to.equal('sign-in-expired');
    expect(await admin.who()).to.equal('admin');
  });
});
