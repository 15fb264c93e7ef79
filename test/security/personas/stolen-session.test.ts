import { expect } from 'chai';
import { Client } from '../../support/client.js';
import { enable, enrolled, give, pending, phoneWith, said, signedIn, verify } from '../../support/people.js';
import { attack, enrolledRoot, isIn } from '../../support/attack.js';

const FRESH_SECONDS = 15 * 60;

attack('Somebody with a stolen session cookie (on %s)', [], (panel) => {
  it('of an account without a second factor: enables their own within 15 minutes of the password (not prevented), not later', async () => {
    const owner = await signedIn(panel(), 'bob');
    const change = { currentPassword: 'wrong', newPassword: 'of-the-thief' };
    expect(said(await owner.copy().post('/settings/password', change))).to.equal('invalid-credentials');
    panel().advance(FRESH_SECONDS + 1);
    const late = owner.copy();
    expect(said(await late.post('/two-step/setup'))).to.equal('step-up-required');
    expect(await panel().record('bob')).to.equal(null);

    const fresh = await signedIn(panel(), 'bob');
    await enable(panel(), fresh.copy());
    expect(await owner.who()).to.equal('code-required');
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).to.include('enrolled');
  });

  it('that is verified: puts their phone in the place of the owner’s within 15 minutes of the code (not prevented), not later', async () => {
    const alice = await enrolled(panel());
    const thief = alice.client.copy();
    const record = await panel().record('alice');
    panel().advance(FRESH_SECONDS + 1);
    for (const body of [{}, { add: true }]) {
      expect(said(await thief.post('/two-step/setup', body))).to.equal('step-up-required');
    }
    expect(said(await give(thief, 'disable', '000000'))).to.equal('code-invalid');
    expect((await thief.get('/api/danger')).status).to.equal(401);
    expect(await panel().record('alice')).not.to.equal(record); // one wrong code was charged

    const again = await pending(panel());
    await verify(again, alice.phone.nextCode());
    await enable(panel(), again.copy());
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).to.include('authenticator-replaced');
    // The recovery codes stay the owner's, and are their way back.
    const back = await pending(panel());
    expect(said(await verify(back, alice.recoveryCodes[0]))).to.equal('verified');
    await enable(panel(), back);
    expect(await isIn(again)).to.equal(false);
  });

  it('of an operator: sets no password of others after 15 minutes, with a second factor or without', async () => {
    const { client: root } = await enrolledRoot(panel());
    const admin = await signedIn(panel(), 'admin');
    panel().advance(8 * 3600);
    for (const client of [root, admin]) {
      const answer = await client.copy().post('/staff/alice/edit', { password: 'of-the-thief' });
      expect(said(answer)).to.equal('step-up-required');
    }
    expect((await new Client(panel()).login('alice')).status).to.equal(200);
  });

  it('that waits for the code: is nobody’s once the owner has given it, and gives no code of its own', async () => {
    const alice = await enrolled(panel());
    const owner = await pending(panel());
    const thief = owner.copy();
    expect((await thief.get('/two-step')).body).to.have.all.keys(
      'state',
      'until',
      'methods',
      'digits',
      'serverTime',
    );
    const code = alice.phone.nextCode();
    expect(said(await verify(owner, code))).to.equal('verified');
    for (const each of [code, alice.phone.nextCode()]) {
      expect(said(await verify(thief, each))).to.equal('sign-in-expired');
    }
    expect(await isIn(thief)).to.equal(false);
  });

  it('that waits for the code: ends the owner’s sign-in (not prevented), and chooses no page that it leads to', async () => {
    const alice = await enrolled(panel());
    const owner = await pending(panel());
    const thief = owner.copy();
    await thief.open('/clients?planted=1');
    const { body } = await verify(owner, alice.phone.nextCode());
    expect(body.returnTo).to.equal('/');
    const second = await pending(panel());
    await second.copy().post('/two-step/cancel');
    expect(said(await verify(second, alice.phone.nextCode()))).to.equal('sign-in-expired');
  });

  it('that was copied before a set-up began: reads no key; copied while it is unfinished, it does (not prevented)', async () => {
    const owner = await signedIn(panel(), 'bob');
    const early = owner.copy();
    const { body } = await owner.post('/two-step/setup');
    expect((await early.get('/two-step/setup')).text).not.to.include(String(body.key));
    const late = owner.copy();
    expect((await late.get('/two-step/setup')).body.key).to.equal(body.key);
    await owner.post('/two-step/setup/cancel');
    expect(said(await owner.get('/two-step/setup'))).to.equal('setup-expired');
    expect(await late.who()).to.equal('login-required');
  });

  it('that acts as somebody: goes back and is the actor (not prevented), with the age of their proof', async () => {
    const { client: root } = await enrolledRoot(panel());
    panel().advance(60);
    await root.actAs('admin');
    const thief = root.copy();
    expect((await thief.get('/api/danger')).body.code).to.equal('impersonation-refused');
    for (const path of ['setup', 'disable', 'recovery-codes', 'step-up']) {
      expect(said(await give(thief, path, '000000'))).to.equal('impersonation-refused');
    }
    panel().advance(FRESH_SECONDS);
    expect((await thief.actAs('alice')).body.reason).to.equal('proof-too-old');
    await thief.leave();
    expect(await thief.who()).to.equal('root');
    expect(said(await thief.actAs('alice'))).to.equal('step-up-required');
    expect(said(await thief.post('/two-step/setup'))).to.equal('step-up-required');
    expect(await root.who()).to.equal('login-required');
  });

  it('is out with every copy when the owner signs out, changes their password or gives a code', async () => {
    const alice = await enrolled(panel());
    const ends: Record<string, () => Promise<unknown>> = {
      'step-up': () => give(alice.client, 'step-up', alice.phone.nextCode()),
      password: () =>
        alice.client.post('/settings/password', {
          currentPassword: 'alice-password',
          newPassword: 'alice-password-2',
        }),
      'sign-out': () => alice.client.post('/logout'),
    };
    for (const [what, end] of Object.entries(ends)) {
      const thieves = Array.from({ length: 4 }, () => alice.client.copy());
      await Promise.all([end(), ...thieves.map((client) => client.get('/api/me'))]);
      for (const thief of thieves) expect(await thief.who(), what).to.equal('login-required');
    }
  });

  it('gains nothing by signing in beside it as somebody else: one account does not prove the other', async () => {
    const alice = await enrolled(panel());
    await enrolled(panel(), 'bob');
    const thief = alice.client.copy();
    expect(said(await thief.login('bob'))).to.equal('code-required');
    expect(await isIn(thief)).to.equal(false);
    expect(said(await thief.login('alice'))).to.equal('code-required');
  });
});

attack(
  'Somebody with a copied cookie of an account that must have a second factor and has none (on %s)',
  [],
  (panel) => {
    it('reads the key if they copy it while the set-up is open (not prevented), and is nobody before that and after it', async () => {
      const owner = new Client(panel());
      expect(said(await owner.login('bob'))).to.equal('enrollment-required');
      const early = owner.copy();
      const { key } = (await owner.post('/two-step/setup')).body as { key: string };
      const during = owner.copy();
      expect(await early.who()).to.equal('login-required');
      expect((await early.get('/two-step/setup')).text).not.to.include(key);
      expect((await during.get('/two-step/setup')).body.key).to.equal(key);

      const code = phoneWith(panel(), key).code();
      expect((await give(owner, 'setup/confirm', code)).status).to.equal(200);
      expect(await owner.who()).to.equal('bob');
      for (const copy of [early, during]) expect(await copy.who()).to.equal('login-required');
    });
  },
  { PANEL_REQUIRE_FACTOR: 'user' },
);
