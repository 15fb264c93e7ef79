import { expect } from 'chai';
import { policyOf, rememberBrowserDaysOf, storeTimeoutMsOf } from '../../example/panel/settings.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';

describe('the options of the example panel', () => {
  let panel: ExamplePanel;
  afterEach(() => panel.end());

  it('makes the second factor a must for the levels of PANEL_REQUIRE_FACTOR', async () => {
    panel = await startExamplePanel(undefined, { PANEL_REQUIRE_FACTOR: 'root, admin' });
    for (const login of ['root', 'admin']) {
      const client = new Client(panel);
      expect((await client.login(login)).body).to.include({
        code: 'enrollment-required',
        setup: '/two-step/setup',
      });
      expect(await client.who()).to.equal('enrollment-required');
    }
    expect((await new Client(panel).login('alice')).status).to.equal(200);

    const root = await loggedIn(panel, 'root');
    await enable(panel, root);
    expect(await root.who()).to.equal('root');
    const settings = await root.open('/settings');
    expect(settings.text).to.contain('must have it').and.not.to.contain('Disable two-step');
    expect((await root.post('/two-step/disable', { code: '123456' })).body.code).to.equal('disable-refused');
    // Nobody is trapped by what the account they act as must do (K9).
    expect((await root.actAs('admin')).status).to.equal(200);
    expect(await root.who()).to.equal('root > admin');
    expect((await root.leave()).status).to.equal(200);
    expect(await root.who()).to.equal('root');
  });

  it('lets users remember a browser with PANEL_REMEMBER_BROWSERS', async () => {
    panel = await startExamplePanel(undefined, { PANEL_REMEMBER_BROWSERS: '30' });
    const alice = await signedIn(panel, 'alice');
    const { phone } = await enable(panel, alice);
    await alice.post('/logout');
    await alice.login('alice');
    expect((await alice.open('/two-step/verify')).text).to.contain('Remember this browser for 30 days');
    await alice.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await alice.post('/logout');
    expect((await alice.login('alice')).status).to.equal(200);
    expect((await alice.get('/api/secret')).status).to.equal(200);
    expect((await alice.get('/api/danger')).body.code).to.equal('step-up-required');
  });

  it('shows the mails that owners would get', async () => {
    panel = await startExamplePanel();
    await enable(panel, await signedIn(panel, 'alice'));
    await panel.secondFactor.admin.recoveryCodes('alice', { by: 'console:ops' });
    await panel.secondFactor.admin.disable('alice', { by: 'console:ops' });
    await panel.secondFactor.close();
    const mails = panel.mails.map((line) => JSON.parse(line) as Record<string, string>);
    expect(mails.map(({ mailTo, subject }) => [mailTo, subject])).to.deep.equal([
      ['alice', 'Acme Panel: Two-step authentication was enabled'],
      ['alice', 'Acme Panel: New recovery codes were made'],
      ['alice', 'Acme Panel: Two-step authentication was disabled'],
    ]);
    expect(mails[2]?.body).to.include('Done by: console:ops');
  });

  it('refuses variables that mean nothing, and says what they must be', async () => {
    panel = await startExamplePanel();
    for (const days of ['0', '-1', '1.5', '366', 'yes']) {
      expect(() => rememberBrowserDaysOf({ PANEL_REMEMBER_BROWSERS: days }), days).to.throw(/1 to 365/);
    }
    expect(() => policyOf({ PANEL_REQUIRE_FACTOR: 'root,Admin' })).to.throw(/names Admin; the levels are/);
    expect(rememberBrowserDaysOf({ PANEL_REMEMBER_BROWSERS: '' })).to.equal(undefined);
    for (const ms of ['9', '60001', '1.5', 'long']) {
      expect(() => storeTimeoutMsOf({ PANEL_TIMEOUT_MS: ms }), ms).to.throw(/10 to 60000/);
    }
    expect(storeTimeoutMsOf({ PANEL_TIMEOUT_MS: '60000' })).to.equal(60_000);
    expect(storeTimeoutMsOf({})).to.equal(undefined);
    expect(policyOf({})({ level: 'root' })).to.equal('optional');
    expect(policyOf({ PANEL_REQUIRE_FACTOR: 'user' })({ level: null })).to.equal('optional');
  });
});
