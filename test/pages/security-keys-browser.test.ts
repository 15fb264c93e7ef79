import { expect } from 'chai';
import type { BrowserContext, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { stopPanels } from '../support/panel.js';
import { DESK, PASSKEY, PHONE, expectUsable } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { until } from '../support/eventually.js';
import { lateWebAuthn } from '../support/late-webauthn.js';
import type { Panel } from '../support/panel.js';
import { startPagePanel } from '../support/page-panel.js';
import { enrolled } from '../support/people.js';

/** Authenticators as Chromium simulates them (CDP, domain WebAuthn). */
const AUTHENTICATORS = {
  'a phone or computer': PASSKEY,
  'a key in USB without verification': {
    ...PASSKEY,
    transport: 'usb',
    hasResidentKey: false,
    hasUserVerification: false,
    isUserVerified: false,
  },
  'a key by NFC': { ...PASSKEY, transport: 'nfc', hasResidentKey: false },
} as const;
const REFUSES = { ...PASSKEY, isUserVerified: false } as const;

describe('passkeys and security keys in a browser', function () {
  this.timeout(600_000);
  const { closePages, openAt } = browserForTests();
  let panel: Panel;
  let origin: string;
  let context: BrowserContext;
  let page: Page;
  let devtools: CDPSession;
  const { heading, takeCookies, ...hands } = handsOn(() => page);

  beforeEach(async () => {
    const late = lateWebAuthn();
    panel = await startPagePanel({ webauthn: late.keys, rememberBrowsers: { days: 30 } });
    origin = `http://localhost:${String(panel.port)}`;
    late.at(origin);
  });
  afterEach(stopPanels);

  async function sitDown(options: BrowserContextOptions = DESK, url = origin): Promise<void> {
    ({ context, page } = await openAt(url, options));
    devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable', { enableUI: false });
  }

  async function plugIn(options: object = PASSKEY): Promise<string> {
    const added = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: options as typeof PASSKEY,
    });
    return added.authenticatorId;
  }

  const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
  const shows = (text: string): Promise<void> => until(text, async () => (await heading()) === text);

  const logIn = (): Promise<void> => hands.logIn('alice', 'password');

  async function addFirst(): Promise<void> {
    await logIn();
    await page.goto('/two-step');
    await page.getByRole('link', { name: 'Add a passkey or security key' }).click();
    await page.getByLabel('Name').fill('Laptop');
    await press('Add a passkey or security key');
    await shows('Your recovery codes');
  }

  async function signOut(): Promise<void> {
    await context.clearCookies();
  }

  for (const [what, options] of Object.entries(AUTHENTICATORS)) {
    it(`enables it by ${what}, signs in, steps up, renames, adds a second one, removes and disables`, async () => {
      await sitDown();
      await plugIn(options);
      await addFirst();
      await signOut();
      await logIn();
      await shows('Home'); // asked at once, since the key was the last to be used
      await page.goto('/two-step/security-keys');
      await expectUsable(page);
      expect(await page.getByText('Laptop').isVisible()).to.equal(true);
      panel.now += 400_000;
      await page.goto('/danger');
      await shows('Danger');
      await page.goto('/two-step');
      await expectUsable(page);
      await press(/^Disable two-step authentication: Use/);
      await until('disabled', async () => (await page.getByText('Not enabled').count()) > 0);
    });
  }

  it('looks as it should on every screen, in both languages', async () => {
    for (const [place, size] of Object.entries({ PHONE, DESK })) {
      for (const locale of ['en-GB', 'ru-RU']) {
        await sitDown({ ...size, locale });
        const id = await plugIn({ ...PASSKEY, automaticPresenceSimulation: false });
        await logIn();
        await page.goto('/two-step/security-keys');
        await expectUsable(page);
        await shot(`${place}-${locale}-add`);
        await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
        await closePages();
      }
    }
    await sitDown();
  });

  it('keeps the button and says nothing when the try at once fails, and says it when a press fails', async () => {
    await sitDown(PHONE);
    const id = await plugIn();
    await addFirst();
    await signOut();
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
    await plugIn(REFUSES);
    await logIn();
    await shows('Two-step authentication');
    await expectUsable(page);
    expect(await page.getByRole('alert').count()).to.equal(0);
    await press('Use a passkey or security key');
    await until(
      'a word',
      async () =>
        (await page.getByText('did not answer').count()) > 0 && page.getByText('did not answer').isVisible(),
    );
    await shot('failed');
    await expectUsable(page);
  });

  it('shows no button without JavaScript, but why, and a form for recovery codes', async () => {
    await sitDown();
    await plugIn();
    await addFirst();
    const [code = ''] = await page.locator('.codes li').allInnerTexts();
    await closePages();
    await sitDown({ ...PHONE, javaScriptEnabled: false });
    await logIn();
    expect(await page.getByRole('button', { name: 'Use a passkey or security key' }).count()).to.equal(0);
    expect(await page.getByText('need JavaScript').isVisible()).to.equal(true);
    await shot('no-script');
    await page.getByText('Use a recovery code').click();
    await page.locator('input[name=code]').fill(code);
    await press('Use the recovery code');
    expect(await heading()).to.include('ecovery code');
  });

  it('takes what a password manager makes: plain objects whose toJSON throws', async () => {
    await sitDown();
    await plugIn();
    await page.addInitScript(`
      const container = CredentialsContainer.prototype;
      for (const name of ['create', 'get']) {
        const real = container[name];
        container[name] = async function (options) {
          const { id, rawId, type, response } = await real.call(this, options);
          const { clientDataJSON, attestationObject, authenticatorData, signature } = response;
          const parts = { clientDataJSON, attestationObject, authenticatorData, signature };
          return { id, rawId, type, response: parts, toJSON() { throw new Error('no'); } };
        };
      }
    `);
    await addFirst();
    await signOut();
    await logIn();
    await shows('Home');
  });

  it('says at the button what was wrong with an answer, and leads there', async () => {
    await sitDown();
    await plugIn();
    // Keys that answer another challenge than they were asked.
    await page.addInitScript(`
      const { prototype } = CredentialsContainer;
      for (const name of ['create', 'get']) {
        const real = prototype[name];
        prototype[name] = function ({ publicKey }) {
          if (localStorage.stale !== 'yes') return real.call(this, { publicKey });
          return real.call(this, { publicKey: { ...publicKey, challenge: new Uint8Array(32) } });
        };
      }
    `);
    const stale = (yes: boolean): Promise<void> =>
      page.evaluate(`localStorage.stale = '${yes ? 'yes' : 'no'}'`);
    await logIn();
    await page.goto('/two-step/security-keys');
    await stale(true);
    await press('Add a passkey or security key');
    await page.locator('#error').waitFor();
    await page.locator('[data-key-button]:focus').waitFor();
    expect(await page.locator('#error').innerText()).to.include('could not be added');
    expect(await page.locator(':focus').getAttribute('aria-describedby')).to.equal('error');
    await expectUsable(page);
    await shot('add-refused');

    await stale(false);
    await press('Add a passkey or security key');
    await shows('Your recovery codes');
    await page.goto('/two-step');
    await stale(true);
    await press(/^Disable two-step authentication: Use/);
    await page.locator('#disable #error').waitFor();
    await page.locator('#disable [data-key-button]:focus').waitFor();
    await expectUsable(page);
  });

  it('says until when a key can be added that is required', async () => {
    await stopPanels();
    const late = lateWebAuthn();
    panel = await startPagePanel({ webauthn: late.keys, policy: () => ({ phishingResistant: true }) });
    origin = `http://localhost:${String(panel.port)}`;
    late.at(origin);
    await sitDown(PHONE);
    await logIn();
    await shows('A passkey or security key is required');
    expect(await page.getByText('You can use this form until').isVisible()).to.equal(true);
    await expectUsable(page);
    await shot('required');
  });

  it('makes the key when Enter is pressed in the field for its name', async () => {
    await sitDown();
    await plugIn();
    await logIn();
    await page.goto('/two-step/security-keys');
    await page.getByLabel('Name').fill('Laptop');
    await page.getByLabel('Name').press('Enter');
    await shows('Your recovery codes');
    expect(panel.told()).to.not.include('security-key-refused');
  });

  it('sends the code that is typed after an answer of a key got lost, and not that answer again', async () => {
    const { client, phone } = await enrolled(panel);
    await sitDown();
    await plugIn();
    await takeCookies(client, origin);
    await page.goto('/two-step/security-keys');
    await press('Add a passkey or security key');
    await page.getByRole('button', { name: /^Remove/ }).waitFor(); // the answer with the new session has come
    await signOut();
    await page.clock.install();
    let lost = false;
    await page.route('**/two-step/verify', async (route) => {
      if (lost || route.request().method() !== 'POST') return route.continue();
      await route.fulfill({ status: 204 });
      lost = true;
    });
    await logIn(); // the key is asked at once
    await until('lost', () => Promise.resolve(lost));
    panel.told();
    await page.clock.fastForward(11_000); // longer than the page waits for that answer
    await page.locator('#code').fill(phone.nextCode());
    await page.locator('#code').press('Enter');
    await shows('Home');
    expect(panel.told()).to.include('code-accepted').and.not.include('security-key-used');
  });

  it('makes no passkey on a page that is too old for it: the button opens the page anew', async () => {
    await sitDown();
    const authenticatorId = await plugIn();
    await logIn();
    await page.clock.install();
    await page.goto('/two-step/security-keys');
    await page.clock.fastForward(301_000);
    panel.now += 601_000;
    const opened = page.waitForEvent('domcontentloaded');
    await press('Add a passkey or security key');
    await opened;
    expect((await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials).to.deep.equal(
      [],
    );
    await press('Add a passkey or security key');
    await shows('Your recovery codes');
    expect(panel.told()).to.not.include('security-key-refused');
  });

  it('says where keys work to somebody who has opened the panel by another name', async () => {
    await sitDown(DESK, `http://127.0.0.1:${String(panel.port)}`);
    await logIn();
    await page.goto('/two-step/security-keys');
    expect(await page.getByText(`work at ${origin} only`).isVisible()).to.equal(true);
    expect(await page.getByRole('button', { name: 'Add a passkey or security key' }).isVisible()).to.equal(
      false,
    );
  });

  it('says it in a browser that has no keys, and takes a recovery code there', async () => {
    await sitDown();
    await plugIn();
    await addFirst();
    const [code = ''] = await page.locator('.codes li').allInnerTexts();
    await closePages();
    await sitDown(PHONE);
    await page.addInitScript('delete window.PublicKeyCredential');
    await logIn();
    expect(await page.getByText('browser cannot use').isVisible()).to.equal(true);
    expect(await page.getByRole('button', { name: 'Use a passkey or security key' }).count()).to.equal(0);
    await expectUsable(page);
    await page.getByText('Use a recovery code').click();
    await page.locator('input[name=code]').fill(code);
    await press('Use the recovery code');
    expect(await heading()).to.include('ecovery code');
  });

  it('says where keys work over plain http, where browsers have none', async () => {
    await sitDown();
    await page.addInitScript(`
      Object.defineProperty(window, 'isSecureContext', { value: false });
      delete window.PublicKeyCredential;
    `);
    await logIn();
    await page.goto('/two-step/security-keys');
    expect(await page.getByText(`work at ${origin} only`).isVisible()).to.equal(true);
  });

  async function shot(name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (folder) await page.screenshot({ path: `${folder}/key-${name}.png`, fullPage: true });
  }
});
