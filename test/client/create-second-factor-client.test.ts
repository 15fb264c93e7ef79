import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { createSecondFactorClient } from 'passport-second-factor/client';
import type { SecondFactorClient } from 'passport-second-factor/client';
import { codeFor } from 'passport-second-factor/testing';
import { REFUSALS } from '../../scripts/openapi/problems.js';
import { browserFetch } from '../support/browser-fetch.js';
import { installKeys, promptsOf } from '../support/browser-keys.js';
import { Client } from '../support/client.js';
import { ORIGIN, keyOwner, startKeyPanel } from '../support/key-panel.js';
import { startLevelPanel } from '../support/level-panel.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enroll, enrolled } from '../support/people.js';
import { rejection, rejectionCode } from '../support/rejection.js';
import { SoftKey } from '../support/soft-key.js';

const ALICE = { username: 'alice', password: 'password' };

describe('client/create-second-factor-client', () => {
  afterEach(stopPanels);
  const of = (client: Client): SecondFactorClient =>
    createSecondFactorClient({ fetch: browserFetch(client) });

  it('has a function for every JSON route', () => {
    const source = readFileSync(
      resolve(import.meta.dirname, '../../client/create-second-factor-client.ts'),
      'utf8',
    );
    const called = [...source.matchAll(/send\(\s*'([^']+)'/g)].map(([, route]) => route);
    expect([...new Set(called)]).to.have.members(Object.keys(REFUSALS));
  });

  it('signs in in two steps, steps up, renews the recovery codes and disables', async () => {
    const panel = await startPanel();
    const phone = await enroll(panel);
    const client = of(new Client(panel));
    expect(await client.login('/login', { ...ALICE, password: 'wrong' })).to.include({ next: 'refused' });
    expect(await client.status()).to.include({ state: 'anonymous' });
    const outcome = await client.login('/login', ALICE);
    expect(outcome).to.have.property('next', 'code-required');
    expect(outcome)
      .to.have.property('status')
      .that.deep.includes({ digits: [6], methods: ['otp', 'recovery-code'] });
    expect(await client.codeForm()).to.include({ state: 'pending', wait: null });
    expect(await rejection(client.verify('12345'))).to.include({
      ...{ name: 'SecondFactorClientError', code: 'code-malformed', status: 400 },
      ...{ fault: 'field-shape', field: 'code' },
    });
    const code = phone.nextCode();
    expect(await client.verify(code)).to.deep.equal({ state: 'verified', returnTo: '/' });
    expect(await rejectionCode(client.codeForm())).to.equal('login-required');
    expect(await rejectionCode(client.stepUp(code))).to.equal('code-already-used');
    expect(await client.stepUpForm()).to.include({ state: 'verified', wait: null });
    expect(await client.stepUp(phone.nextCode())).to.include({ state: 'verified' });
    const shown = await client.newRecoveryCodes(phone.nextCode());
    expect(shown.recoveryCodes).to.have.length(10);
    const confirmed = await client.confirmRecoveryCodes(shown.recoveryCodesSet);
    expect(confirmed).to.include({ recoveryCodesConfirmed: true, recoveryCodesSet: null });
    await client.disable(phone.nextCode());
    expect(await rejectionCode(client.disable(phone.nextCode()))).to.equal('not-enrolled');
  });

  it('enables an authenticator, goes on with an unfinished set-up, and drops it', async () => {
    const panel = await startPanel();
    const client = of(new Client(panel));
    expect(await client.login('/login', ALICE)).to.have.property('next', 'signed-in');
    expect(await rejectionCode(client.setup())).to.equal('setup-expired');
    const setup = await client.startSetup();
    expect(setup.qr).to.match(/^<svg/);
    expect(await client.setup()).to.deep.include({ id: setup.id, key: setup.key });
    expect(await rejectionCode(client.confirmSetup(setup.id, 'x'))).to.equal('code-malformed');
    expect(
      await rejection(client.confirmSetup(setup.id, codeFor(setup.key, panel.now + 600_000))),
    ).to.include({
      ...{ code: 'clock-skew', minutes: 10 },
    });
    expect(await client.cancelSetup()).to.include({ state: 'signed-in' });
    expect(await rejectionCode(client.confirmSetup(setup.id, '123456'))).to.equal('setup-expired');
    const again = await client.startSetup();
    const added = await client.confirmSetup(again.id, codeFor(again.key, panel.now));
    expect(added.recoveryCodes).to.have.length(10);
    expect(added.returnTo).to.equal('/two-step');
  });

  it('tells until when codes are not checked, and takes a recovery code', async () => {
    const panel = await startPanel();
    const { phone, recoveryCodes } = await enrolled(panel);
    const client = of(new Client(panel));
    await client.login('/login', ALICE);
    const wrong = phone.wrongCodes(6);
    for (const code of wrong.slice(0, 4))
      expect(await rejectionCode(client.verify(code))).to.equal('code-invalid');
    const last = await rejection(client.verify(wrong[4]!));
    expect(last).to.include({ code: 'code-invalid', status: 401 });
    const locked = await rejection(client.verify(wrong[5]!));
    expect(locked).to.include({ code: 'locked', status: 429, until: last.until });
    expect(locked.retryAfter).to.equal(Math.ceil((Date.parse(locked.until!) - panel.now) / 1000));
    expect((await client.codeForm()).wait).to.deep.equal({ until: locked.until });
    expect(await client.verify(recoveryCodes[0]!)).to.include({ state: 'verified', recoveryCodesLeft: 9 });
  });

  it('gives a sign-in up', async () => {
    const panel = await startPanel();
    await enroll(panel);
    const client = of(new Client(panel));
    await client.login('/login', ALICE);
    await client.cancel();
    expect(await rejectionCode(client.verify('123456'))).to.equal('sign-in-expired');
  });

  it('leads who must enroll through the set-up into the session', async () => {
    const panel = await startPanel({ options: { policy: () => 'required' } });
    const client = of(new Client(panel));
    expect(await client.login('/login', ALICE)).to.include({ next: 'enrollment-required', keysOnly: false });
    const { id, key } = await client.startSetup();
    expect(await client.confirmSetup(id, codeFor(key, panel.now))).to.include({
      state: 'verified',
      returnTo: '/',
    });
    expect(await rejectionCode(client.disable('123456'))).to.equal('disable-refused');
  });

  it('adds, removes and replaces authenticators', async () => {
    const panel = await startPanel();
    const browser = new Client(panel);
    await enroll(panel, 'alice', browser);
    const client = of(browser);
    const added = await client.startSetup({ add: true, name: 'Tablet' });
    const confirmed = await client.confirmSetup(added.id, codeFor(added.key, panel.now));
    expect(confirmed).to.have.all.keys('state', 'returnTo');
    const status = await client.endOtherSessions();
    expect(status.authenticators.map(({ name }) => name)).to.deep.equal(['', 'Tablet']);
    const [first, second] = status.authenticators;
    expect((await client.removeAuthenticator(first!.id)).authenticators).to.deep.equal([second]);
    expect(await rejectionCode(client.removeAuthenticator(first!.id))).to.equal('not-found');
    expect(await rejectionCode(client.removeAuthenticator(second!.id))).to.equal('factor-last');
  });

  it('remembers browsers, lists and forgets them', async () => {
    const panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    const phone = await enroll(panel);
    const browser = new Client(panel);
    const client = of(browser);
    const signIn = async (): Promise<void> => {
      await client.login('/login', ALICE);
      await client.verify(phone.nextCode(), { rememberBrowser: true });
    };
    await signIn();
    await browser.post('/logout');
    expect(await client.login('/login', ALICE)).to.have.nested.property('status.state', 'remembered');
    const [known] = await client.browsers();
    expect(known).to.include({ current: true });
    expect(await rejectionCode(client.forgetBrowser('nobody'))).to.equal('not-found');
    await client.forgetBrowser(known!.id);
    expect(await rejectionCode(client.browsers())).to.equal('code-required');
    await signIn();
    await client.forgetAllBrowsers();
    expect(await client.browsers()).to.deep.equal([]);
  });

  it('changes nothing of another account than the one that its page shows', async () => {
    const panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    const { client: browser, phone } = await enrolled(panel, 'bob');
    let shown: string | undefined = 'alice';
    const client = createSecondFactorClient({ fetch: browserFetch(browser), from: () => shown });
    const before = await panel.store.get('bob');
    for (const call of [
      () => client.endOtherSessions(),
      () => client.startSetup(),
      () => client.newRecoveryCodes(phone.nextCode()),
      () => client.stepUp(phone.nextCode()),
      () => client.forgetAllBrowsers(),
      () => client.disable(phone.nextCode()),
    ])
      expect(await rejection(call())).to.include({ code: 'other-account', status: 409 });
    expect(await panel.store.get('bob')).to.equal(before);
    for (shown of ['bob', undefined]) await client.endOtherSessions();
    expect(await client.status()).to.include({ state: 'verified', accountId: 'bob' });
  });

  it('acts as somebody else, and goes back', async () => {
    const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
    const { client: browser } = await enrolled(panel, 'root');
    const client = of(browser);
    expect(await rejection(client.actAs('root'))).to.include({
      code: 'impersonation-refused',
      reason: 'not-below',
    });
    expect(await client.actAs('alice')).to.include({ state: 'impersonating' });
    expect(await client.leave()).to.include({ state: 'verified', returnTo: '/' });
    expect(await rejectionCode(client.leave())).to.equal('not-impersonating');
    await panel.close();
  });

  describe('with passkeys', () => {
    let restore = (): void => undefined;
    afterEach(() => restore());

    it('adds one, signs in by it, steps up, renames it, and makes recovery codes', async () => {
      const panel = await startKeyPanel();
      restore = installKeys(promptsOf(new SoftKey(ORIGIN)));
      const browser = new Client(panel);
      const client = of(browser);
      await client.login('/login', ALICE);
      const added = await client.addKey({ name: 'Laptop' });
      expect(added.recoveryCodes).to.have.length(10);
      const { securityKeys = [] } = (await client.keys()) as { securityKeys?: { credentialId: string }[] };
      const { credentialId } = securityKeys[0]!;
      const renamed = await client.renameKey(credentialId, 'Desk');
      expect(renamed.securityKeys).to.have.nested.property('[0].name', 'Desk');
      expect(await rejectionCode(client.removeKey(credentialId))).to.equal('factor-last');
      await browser.post('/logout');
      const outcome = await client.login('/login', ALICE);
      expect(outcome)
        .to.have.nested.property('status.methods')
        .that.deep.equals(['security-key', 'recovery-code']);
      expect(await client.verify(await client.askKey())).to.deep.equal({ state: 'verified', returnTo: '/' });
      expect(await client.stepUp(await client.askKey())).to.include({ state: 'verified' });
      const { publicKey } = await client.stepUpForm();
      expect(
        (await client.newRecoveryCodes(await client.askKey({ publicKey: publicKey! }))).recoveryCodes,
      ).to.have.length(10);
      await client.disable(await client.askKey());
      expect(await client.status()).to.include({ state: 'signed-in', enrolled: false });
    });

    it('asks no key of an account that has none, and adds none to one that has five', async () => {
      const panel = await startKeyPanel();
      const { client: browser } = await keyOwner(panel);
      const client = of(browser);
      for (let keys = 1; keys < 5; keys++) {
        restore = installKeys(promptsOf(new SoftKey(ORIGIN)));
        await client.addKey();
        restore();
      }
      expect(await rejectionCode(client.addKey())).to.equal('security-key-limit');
      await enroll(panel, 'bob');
      const other = of(new Client(panel));
      await other.login('/login', { ...ALICE, username: 'bob' });
      expect(await rejectionCode(other.askKey())).to.equal('key-missing');
    });

    it('says where nothing but a key will do', async () => {
      const panel = await startKeyPanel({ policy: () => ({ phishingResistant: true }) });
      restore = installKeys(promptsOf(new SoftKey(ORIGIN)));
      const client = of(new Client(panel));
      expect(await client.login('/login', ALICE)).to.include({ next: 'enrollment-required', keysOnly: true });
      expect(await client.addKey()).to.include({ state: 'verified', returnTo: '/' });
    });
  });
});
