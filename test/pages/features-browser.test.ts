import { expect } from 'chai';
import jsqr from 'jsqr';
import type { TOTP } from 'otpauth';
import { URI } from 'otpauth';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import type { Policy } from 'passport-second-factor';
import { DESK, expectUsable, PHONE } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { stopPanels } from '../support/panel.js';
import { startPagePanel } from '../support/page-panel.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';

// With JSQR's types its function is the default export of the default export.
const readQrCode = jsqr as unknown as typeof jsqr.default;
const PLACES: Readonly<Record<string, BrowserContextOptions>> = {
  'on a phone': PHONE,
  'at a desk, without JavaScript': { ...DESK, javaScriptEnabled: false },
};

describe('what everybody asks for, in a browser', function () {
  this.timeout(600_000);
  const { browser, openAt } = browserForTests();
  let panel: ExamplePanel;
  let page: Page;
  const { follow, heading, press, shows, typeCode, ...hands } = handsOn(() => page);
  let scripted: boolean;

  before(async () => {
    panel = await startExamplePanel(undefined, {
      PANEL_REQUIRE_FACTOR: 'admin',
      PANEL_REMEMBER_BROWSERS: '30',
    });
  });
  after(() => panel.end());
  afterEach(() => panel.reset());
  afterEach(stopPanels);

  async function sitDown(options: BrowserContextOptions, { url }: { readonly url: string } = panel) {
    scripted = options.javaScriptEnabled !== false;
    ({ page } = await openAt(url, options));
  }

  /** Everybody can use the page that is shown. */
  async function look(title: string): Promise<void> {
    expect(await heading()).to.equal(title);
    if (scripted) {
      for (const [colorScheme, { viewport }] of [
        ['dark', DESK],
        ['light', PHONE],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        await expectUsable(page);
      }
    }
  }

  const logIn = (login: string): Promise<void> => hands.logIn(login, `${login}-password`);

  /** What a phone reads from the pixels of the QR code. */
  async function scan(): Promise<TOTP> {
    const picture = PNG.sync.read(await page.getByRole('img').first().screenshot());
    const read = readQrCode(new Uint8ClampedArray(picture.data), picture.width, picture.height);
    return URI.parse(read?.data ?? '') as TOTP;
  }

  /** A code that no time step before this moment had. */
  function codeOf(totp: TOTP): string {
    panel.advance(30);
    return totp.generate({ timestamp: panel.now });
  }

  async function enroll(login: string): Promise<TOTP> {
    await logIn(login);
    await page.goto('/two-step');
    await press('Enable two-step authentication');
    const totp = await scan();
    await typeCode(codeOf(totp));
    await shows('Your recovery codes');
    return totp;
  }

  const signOut = (): Promise<void> => press('Log out');
  const home = (): Promise<unknown> => page.goto('/');
  const entries = () => page.locator('.entries:not(#activity .entries) > li');

  for (const [place, options] of Object.entries(PLACES)) {
    it(`leads who must enroll to the home of the panel, and lets them cancel, ${place}`, async () => {
      await sitDown(options);
      await logIn('admin');
      await look('Two-step authentication is required');
      await press('Cancel and sign in as somebody else');
      expect(new URL(page.url()).pathname).to.equal('/login');
      await home();
      expect(new URL(page.url()).pathname).to.equal('/login');

      await logIn('admin');
      await home();
      await look('Two-step authentication is required');
      await press('Enable two-step authentication');
      await look('Enable two-step authentication');
      await press('Cancel');
      expect(await heading()).to.equal('Two-step authentication is required');
      await press('Enable two-step authentication');
      const totp = await scan();
      await typeCode('000000');
      await page.getByRole('alert').waitFor();
      await typeCode(codeOf(totp));
      await look('Your recovery codes');
      await press('I have saved them');
      expect(new URL(page.url()).pathname).to.equal('/');
      expect(await page.getByRole('button', { name: 'Log out' }).count()).to.equal(1);

      await page.goto('/two-step');
      await look('Two-step authentication');
      expect(await page.getByRole('main').innerText()).to.include('so it cannot be disabled');
      expect(await page.getByRole('button', { name: 'Disable two-step authentication' }).count()).to.equal(0);
    });

    it(`adds, replaces and removes an authenticator that reads the QR code, ${place}`, async () => {
      await sitDown(options);
      const first = await enroll('alice');
      await page.goto('/two-step');
      await page.locator('summary', { hasText: 'Add another authenticator' }).click();
      await page.getByLabel('Name (optional)').fill('Work phone');
      await look('Two-step authentication');
      await press('Add another authenticator');
      await look('Add another authenticator');
      const second = await scan();
      expect(second.secret.hex).not.to.equal(first.secret.hex);
      await typeCode(codeOf(second));
      await look('Two-step authentication');
      expect(await entries().count()).to.equal(2);
      await page.getByRole('button', { name: 'Remove: Authenticator 1' }).click();
      expect(await entries().count()).to.equal(1);
      expect(await entries().innerText()).to.match(/^Work phone\s+added /);
      expect(await page.getByRole('button', { name: /^Remove/ }).count()).to.equal(0);

      await press('Set up a new phone');
      await look('Set up a new phone');
      const third = await scan();
      await typeCode(codeOf(third));
      expect(await entries().innerText()).to.match(/^Authenticator 1\s+added /);
      await typeCode(codeOf(second), 'Make new recovery codes');
      expect(await page.getByRole('alert').innerText()).to.include('not right');
      await typeCode(codeOf(third), 'Make new recovery codes');
      await look('Your recovery codes');
    });
  }

  it('remembers the browser by the box, lists browsers, and forgets one and all', async () => {
    await sitDown(PHONE);
    const totp = await enroll('alice');
    await page.goto('/two-step/browsers');
    await look('Remembered browsers');
    expect(await page.getByRole('main').innerText()).to.include('No browser is remembered');

    const comeBack = async (): Promise<string> => {
      await home();
      await signOut();
      await logIn('alice');
      return new URL(page.url()).pathname;
    };
    expect(await comeBack()).to.equal('/two-step/verify');
    await look('Two-step authentication');
    await page.getByLabel('Remember this browser for 30 days').check();
    await typeCode(codeOf(totp));
    expect(await comeBack()).to.equal('/');

    const other = await browser().newContext({ baseURL: panel.url });
    await other.request.post('/login', { data: { username: 'alice', password: 'alice-password' } });
    const data = { code: codeOf(totp), rememberBrowser: true };
    expect((await other.request.post('/two-step/verify', { data })).status()).to.equal(200);
    await other.close();

    await page.goto('/two-step');
    await follow('Show remembered browsers');
    await look('Remembered browsers');
    expect(await entries().count()).to.equal(2);
    const mine = entries().filter({ hasText: '(this browser)' });
    expect(await mine.innerText()).to.match(/^Chrome, .*last used \d{4}-\d\d-\d\d, until \d{4}-\d\d-\d\d/s);
    await entries().filter({ hasNotText: '(this browser)' }).getByRole('button').click();
    expect(await entries().count()).to.equal(1);
    expect(await comeBack()).to.equal('/');

    await page.goto('/two-step/browsers');
    await press('Forget all of them');
    // The session came in by what was just forgotten.
    expect(new URL(page.url()).pathname).to.equal('/two-step/verify');
    await typeCode(codeOf(totp));
    await page.goto('/two-step/browsers');
    expect(await entries().count()).to.equal(0);
  });

  it('tells the day from which it is required, and goes on by "Later"', async () => {
    let policy: Policy = 'optional';
    const other = await startPagePanel({ policy: () => policy });
    policy = { requiredFrom: new Date(other.now + 10 * 86_400_000) };
    await sitDown(PHONE, other);
    await page.goto('/login');
    await page.getByLabel('Login').fill('alice');
    await page.getByLabel('Password').fill('password');
    await press('Log in');
    await page.goto('/two-step');
    await look('Two-step authentication');
    const day = policy.requiredFrom.toISOString().slice(0, 10);
    expect(await page.locator('.warn').innerText()).to.include(`from ${day} on`);
    await follow('Later');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).to.equal('Home');

    other.now += 10 * 86_400_000;
    await page.goto('/two-step');
    // The password is ten days old by now: they sign in first.
    await page.getByLabel('Login').fill('alice');
    await page.getByLabel('Password').fill('password');
    await press('Log in');
    await look('Two-step authentication is required');
  });
});
