import { expect } from 'chai';
import { give } from '../../support/people.js';
import { comesBack, REMEMBERS, rememberedOn } from '../remembered-browsers.js';
import { Client } from '../../support/client.js';
import {
  burst,
  enable,
  enrolled,
  loggedIn,
  pending,
  phoneWith,
  said,
  signedIn,
  tally,
  verify,
} from '../../support/people.js';
import { attack, failuresOf, isIn } from '../../support/attack.js';

attack('Somebody with a stolen password (on %s)', [], (panel) => {
  it('gets the code form and nothing else, and cannot turn the waiting sign-in into anything', async () => {
    const alice = await enrolled(panel());
    const record = await panel().record('alice');
    const thief = await pending(panel());
    const before = (await thief.get('/two-step')).body as object;
    const tried: [path: string, body: object][] = [
      ['/two-step/setup', {}],
      ['/two-step/setup/confirm', { code: alice.phone.wrongCodes(1)[0] }],
      ['/two-step/setup/cancel', {}],
      ['/two-step/disable', { code: alice.recoveryCodes[0] }],
      ['/two-step/recovery-codes', { code: alice.recoveryCodes[0] }],
      ['/two-step/step-up', { code: alice.recoveryCodes[0] }],
      ['/two-step/authenticators/remove', { id: 'x' }],
      ['/two-step/impersonation', { account: 'bob' }],
      ['/two-step/impersonation/leave', {}],
      ['/settings/password', { currentPassword: 'alice-password', newPassword: 'of-the-thief' }],
      ['/staff/bob/edit', { password: 'of-the-thief' }],
    ];
    for (const [path, body] of tried) {
      expect((await thief.post(path, body)).status, path).to.be.oneOf([401, 409]);
    }
    const after = (await thief.get('/two-step')).body as object;
    expect({ ...after, serverTime: 0 }).to.deep.equal({ ...before, serverTime: 0 });
    expect(await isIn(thief)).to.equal(false);
    expect(await panel().record('alice')).to.equal(record);
    expect(await alice.client.who()).to.equal('alice');
  });

  it('does not learn from their sign-in whether the owner is there, and ends none of their sessions', async () => {
    const alice = await enrolled(panel());
    await alice.client.post('/logout');
    const away = await new Client(panel()).login('alice');
    const client = await pending(panel());
    await verify(client, alice.phone.nextCode());
    const there = await new Client(panel()).login('alice');
    const hide = ({ body }: { body: object }): object => ({ ...body, until: '' });
    expect(hide(there)).to.deep.equal(hide(away));
    expect(await client.who()).to.equal('alice');
  });

  it('ends with the password: a sign-in that waits is void when it is changed', async () => {
    const alice = await enrolled(panel());
    const thief = await pending(panel());
    const change = { currentPassword: 'alice-password', newPassword: 'a-new-password' };
    expect((await alice.client.post('/settings/password', change)).status).to.equal(200);
    expect(said(await verify(thief, alice.phone.nextCode()))).to.equal('sign-in-expired');
    expect(await isIn(thief)).to.equal(false);
  });

  it('undoes no change of the password that was made while their own was checked', async () => {
    const thief = await signedIn(panel(), 'alice');
    const admin = await signedIn(panel(), 'admin');
    const change = { currentPassword: 'alice-password', newPassword: 'of-the-thief' };
    // The admin's request hashes once and the thief's twice: that one comes to an end after it.
    const [, ...answers] = await Promise.all([
      admin.post('/staff/alice/edit', { password: 'of-the-admin' }),
      ...Array.from({ length: 8 }, () => thief.copy().post('/settings/password', change)),
    ]);
    for (const { status } of answers) expect(status).to.be.oneOf([200, 401, 422]);
    expect(said(await new Client(panel()).login('alice', 'of-the-thief'))).to.equal('invalid-credentials');
    expect((await new Client(panel()).login('alice', 'of-the-admin')).status).to.equal(200);
  });

  it('makes the owner wait by wrong codes, but not on a browser that has passed before', async () => {
    const alice = await enrolled(panel());
    const client = await pending(panel());
    await verify(client, alice.phone.nextCode());
    await client.post('/logout');
    const thieves = await burst(5, () => pending(panel()));
    const codes = alice.phone.wrongCodes(50);
    const answers = await burst(50, (i) => verify(thieves[i % 5]!, codes[i]));
    expect(tally(answers)).to.deep.equal({ 'code-invalid': 5, locked: 45 });
    expect(await failuresOf(panel())).to.equal(5);
    await client.login('alice');
    expect(said(await verify(client, alice.phone.nextCode()))).to.equal('verified');
  });

  it('owns an account that has no second factor: they enable their own, and the owner is out (not prevented)', async () => {
    const owner = await signedIn(panel(), 'bob');
    await enrolled(panel(), 'bob');
    expect(await owner.who()).to.equal('code-required');
    expect(said(await new Client(panel()).login('bob'))).to.equal('code-required');
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).to.include('enrolled');
    // The way out: an operator with a shell, and a new password.
    await panel().secondFactor.admin.disable('bob', { by: 'operator', reason: 'stolen' });
    expect((await new Client(panel()).login('bob')).status).to.equal(200);
  });
});

attack(
  'Somebody with a stolen password and the cookie of a remembered browser (on %s)',
  [],
  (panel) => {
    it('is signed in without a code (not prevented), but does nothing that asks for one', async () => {
      const alice = await enrolled(panel());
      const owner = await rememberedOn(panel(), alice);
      const record = await panel().record('alice');
      const thief = comesBack(panel(), owner);
      expect((await thief.login('alice')).status).to.equal(200);
      expect(await isIn(thief)).to.equal(true);
      expect((await thief.get('/api/danger')).body.code).to.equal('step-up-required');
      expect(said(await thief.post('/two-step/setup'))).to.equal('step-up-required');
      for (const path of ['disable', 'recovery-codes', 'step-up']) {
        expect((await give(thief, path, '')).body.code, path).to.equal('code-malformed');
      }
      expect(said(await thief.post('/two-step/authenticators/remove', { id: 'x' }))).to.equal(
        'step-up-required',
      );
      expect((await thief.get('/two-step/browsers')).text).not.to.include(
        thief.cookies.values().next().value,
      );
      expect(await panel().record('alice')).to.equal(record);
      // One request of the owner ends it.
      await owner.post('/two-step/browsers/revoke', { all: true });
      expect(await thief.who()).to.equal('code-required');
    });

    it('guesses on a budget of its own, which is the owner’s on that browser, and no other', async () => {
      const alice = await enrolled(panel());
      const owner = await rememberedOn(panel(), alice);
      await owner.post('/two-step/browsers/revoke', { all: true });
      await owner.post('/logout');
      const thief = owner.copy();
      expect(said(await thief.login('alice'))).to.equal('code-required');
      const codes = alice.phone.wrongCodes(40);
      const answers = await burst(40, (i) => verify(thief.copy(), codes[i]));
      expect(tally(answers)['code-invalid']).to.equal(5);
      const stranger = await pending(panel());
      expect(said(await verify(stranger, alice.phone.nextCode()))).to.equal('verified');
    });

    it('has nothing with the cookie alone, renamed for another account, or beside another password', async () => {
      const alice = await enrolled(panel());
      const owner = await rememberedOn(panel(), alice);
      const bob = await enrolled(panel(), 'bob');
      const remembered = await rememberedOn(panel(), bob);
      const thief = comesBack(panel(), owner);
      expect(await thief.who()).to.equal('login-required');
      expect(said(await thief.login('bob'))).to.equal('code-required');
      const [name] = [...remembered.cookies.keys()].filter((key) => key.includes('second-factor-'));
      const [, token] = [...comesBack(panel(), owner).cookies][0]!;
      const renamed = new Client(panel());
      renamed.cookies.set(name!, token);
      expect(said(await renamed.login('bob'))).to.equal('code-required');
    });
  },
  REMEMBERS,
);

attack(
  'Somebody with a stolen password of an account that must have a second factor and has none (on %s)',
  [],
  (panel) => {
    it('enables their own before the owner does (not prevented), who comes too late with the code of their own set-up', async () => {
      const thief = new Client(panel());
      expect(said(await thief.login('bob'))).to.equal('enrollment-required');
      const owner = await loggedIn(panel(), 'bob');
      const { key } = (await owner.post('/two-step/setup')).body as { key: string };
      const { phone: bob } = await enable(panel(), thief);
      expect(await thief.who()).to.equal('bob');
      expect(key).not.to.equal(bob.key);
      const record = await panel().record('bob');
      const late = await give(owner, 'setup/confirm', phoneWith(panel(), key).code());
      expect([late.status, said(late)]).to.deep.equal([401, 'sign-in-expired']);
      expect(await panel().record('bob')).to.equal(record);
      expect(await isIn(owner)).to.equal(false);
      expect(said(await new Client(panel()).login('bob'))).to.equal('code-required');
    });

    it('wins or loses whole where both confirm at once', async () => {
      const clients = [new Client(panel()), new Client(panel())];
      const keys: string[] = [];
      for (const client of clients) {
        await client.login('bob');
        keys.push((await client.post('/two-step/setup')).body.key as string);
      }
      const codes = keys.map((key) => phoneWith(panel(), key).code());
      const answers = await burst(2, (i) => clients[i]!.post('/two-step/setup/confirm', { code: codes[i] }));
      const won = answers.findIndex(({ status }) => status === 200);
      const lost = 1 - won;
      expect(said(answers[lost]!)).to.equal('sign-in-expired');
      expect(await clients[won]?.who()).to.equal('bob');
      expect(await clients[lost]?.who()).to.equal('login-required');
      panel().advance(30);
      const again = await pending(panel(), 'bob');
      for (const [place, word] of [
        [lost, 'code-invalid'],
        [won, 'verified'],
      ] as const) {
        expect(said(await verify(again, phoneWith(panel(), keys[place]!).code()))).to.equal(word);
      }
    });

    it('does nothing else before that', async () => {
      const thief = await loggedIn(panel(), 'bob');
      expect(await thief.who()).to.equal('enrollment-required');
      for (const path of ['disable', 'step-up', 'recovery-codes', 'verify', 'impersonation']) {
        expect((await give(thief, path, '000000')).status, path).to.be.oneOf([401, 403]);
      }
      expect(await panel().record('bob')).to.equal(null);
    });
  },
  { PANEL_REQUIRE_FACTOR: 'user' },
);
