import { expect } from 'chai';
import jsqr from 'jsqr';
import { TOTP, URI } from 'otpauth';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { DESK, expectUsable as expectPageUsable, PHONE } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { enable, signedIn } from '../support/people.js';

// With JSQR's types its function is the default export of the default export.
const readQrCode = jsqr as unknown as typeof jsqr.default;

describe('the example panel in a browser', function () {
  this.timeout(600_000);
  const { openAt } = browserForTests();
  let panel: ExamplePanel;
  let page: Page;
  const { follow, heading, press, ...hands } = handsOn(() => page);
  let withAxe: boolean;

  before(async () => {
    panel = await startExamplePanel();
  });
  after(() => panel.end());
  afterEach(() => panel.reset());

  async function sitDown(options: BrowserContextOptions = {}): Promise<void> {
    withAxe = options.javaScriptEnabled !== false;
    ({ page } = await openAt(panel.url, options));
  }

  async function expectUsable(): Promise<void> {
    if (withAxe) await expectPageUsable(page);
  }

  const pressFor = (login: string): Promise<void> => press(`Log in as ${login}`);

  async function open(path: string): Promise<void> {
    await page.goto(path);
    await expectUsable();
  }

  async function typeLogin(login: string, password = `${login}-password`): Promise<void> {
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password').fill(password);
    await press('Log in');
    await expectUsable();
  }

  async function signIn(login: string, password?: string): Promise<void> {
    await page.goto('/login');
    await typeLogin(login, password);
  }

  async function typeCode(code: string, button = 'Ok'): Promise<void> {
    await hands.typeCode(code, button);
    await expectUsable();
  }

  const banner = async (): Promise<string> =>
    (await page.getByRole('region', { name: 'Acting as somebody else' }).locator('p').allInnerTexts()).join();
  const who = (): Promise<string> => page.locator('.who').innerText();

  /** Enables two-step authentication from the settings, with the code of a phone that scans the screen. */
  async function enableOnScreen(): Promise<() => string> {
    await follow('User settings');
    await expectUsable();
    await press('Enable two-step authentication');
    await expectUsable();
    const phone = await scanScreen();
    const key = (await page.locator('.key').innerText()).replace(/\s/g, '');
    expect(phone.secret.base32, 'what is scanned and what is typed').to.equal(key);
    await typeCode(phone.generate({ timestamp: panel.now }));
    expect(await heading()).to.equal('Your recovery codes');
    await press('I have saved them');
    await expectUsable();
    return () => {
      panel.advance(30);
      return phone.generate({ timestamp: panel.now });
    };
  }

  /** Reads the QR code from its pixels, as a phone's camera does. */
  async function scanScreen(): Promise<TOTP> {
    const { data, width, height } = PNG.sync.read(await page.getByRole('img').first().screenshot());
    const read = readQrCode(new Uint8ClampedArray(data), width, height);
    const account = URI.parse(read?.data ?? '');
    if (!(account instanceof TOTP)) throw new Error('the QR code is not of a TOTP');
    expect(account.issuer).to.equal('Acme Panel');
    return account;
  }

  for (const [name, options] of Object.entries<BrowserContextOptions>({
    'on a phone, in the dark': { ...PHONE, colorScheme: 'dark' },
    'without JavaScript': { javaScriptEnabled: false },
  })) {
    it(`enables it, signs in with two steps, and disables it, ${name} (M1, M2, M4–M6, M8)`, async () => {
      await sitDown(options);
      await open('/settings');
      await typeLogin('alice', 'wrong');
      expect(await page.getByRole('alert').innerText()).to.equal('The login or the password is not right.');
      await typeLogin('alice');
      expect(await heading()).to.equal('User settings');

      await press('Enable two-step authentication');
      await typeCode('000000');
      expect(await page.getByRole('alert').innerText()).to.equal('The code is not right.');
      await press('Cancel');
      await open('/');
      const code = await enableOnScreen();
      await open('/settings');
      expect(await page.getByRole('main').innerText()).to.contain('Enabled');

      await press('Log out');
      await typeLogin('alice');
      expect(await heading()).to.equal('Two-step authentication');
      await page.goto('/');
      expect(page.url(), 'nobody is signed in before the code').to.equal(`${panel.url}/two-step/verify`);
      await typeCode('123456');
      expect(await page.getByRole('alert').innerText()).to.equal('The code is not right.');
      await typeCode(code());
      expect(await heading()).to.equal('My hosting');

      await open('/settings');
      await follow('Disable two-step authentication');
      await expectUsable();
      await typeCode('000000', 'Disable two-step authentication');
      expect(await page.getByRole('alert').innerText()).to.equal('The code is not right.');
      await typeCode(code(), 'Disable two-step authentication');
      await open('/settings');
      expect(await page.getByRole('button', { name: 'Enable two-step authentication' }).count()).to.equal(1);
      await press('Log out');
      await typeLogin('alice');
      expect(await heading()).to.equal('My hosting');
    });
  }

  it('shows every place and every refusal without scrolling sideways, on a tablet and on a phone', async () => {
    const onTablet = { viewport: { width: 768, height: 740 } };
    await sitDown(onTablet);
    const see = async (path: string): Promise<void> => {
      await page.setViewportSize(onTablet.viewport);
      await open(path);
      await page.setViewportSize(PHONE.viewport);
      await expectUsable();
    };
    await enable(panel, await signedIn(panel, 'bob'));
    await signIn('root');
    for (const path of ['/', '/clients', '/staff', '/staff/bob/edit', '/settings', '/nothing'])
      await see(path);
    await see('/clients');
    await pressFor('bob');
    expect(await page.getByRole('alert').innerText()).to.contain('This account uses two-step authentication');
    expect(await page.title()).to.match(/^Error: This did not work/);
    expect(await heading()).to.equal('This did not work');
    await follow('Edit bob');
    expect(await heading()).to.equal('Edit bob');
    await open('/clients');
    await follow('Set a password');
    expect(await heading()).to.equal('Edit bob');
    await see('/');
    await press('Return to root');
    for (const path of ['/', '/clients', '/staff', '/login']) await see(path);
  });

  it('walks root, admin and users (M10–M15)', async () => {
    await sitDown(DESK);
    await signIn('root');
    expect(await banner(), 'M10').to.equal('root acting as admin');
    for (const path of [
      '/',
      '/clients',
      '/staff',
      '/staff/alice/edit',
      '/settings',
      '/two-step',
      '/nothing',
    ]) {
      await open(path);
    }
    await open('/clients');
    await pressFor('alice');
    expect(await heading()).to.equal('My hosting');
    expect(await banner()).to.equal('root acting as alice by way of admin');
    await expectUsable();
    await press('Return to admin');
    expect(await banner(), 'M15').to.equal('root acting as admin');
    await press('Return to root');
    expect(await banner()).to.equal('');
    expect(await who()).to.match(/^Signed in as\s+root\s+root$/);
    for (const path of ['/', '/clients', '/staff', '/staff/admin/edit']) await open(path);

    const rootCode = await enableOnScreen();
    await open('/');
    await press('Log out');
    await typeLogin('root');
    await typeCode(rootCode());
    expect(await who(), 'M11').to.match(/root/);
    expect(await page.getByRole('main').innerText()).to.contain('so you stay root');
    await follow('Staff');
    await pressFor('admin');
    expect(await banner()).to.equal('root acting as admin');
    await press('Log out');

    await signIn('admin');
    const adminCode = await enableOnScreen();
    await open('/');
    await press('Log out');

    await typeLogin('root');
    await typeCode(rootCode());
    await follow('Staff');
    await expectUsable();
    const row = page.getByRole('row', { name: /^admin/ });
    expect(await row.innerText(), 'M12').to.contain('only its own login, password and code open it');
    await pressFor('admin');
    expect(await page.getByRole('alert').innerText()).to.contain('This account uses two-step authentication');
    await expectUsable();

    await open('/staff');
    await follow('Edit admin');
    await page.getByLabel('New password').fill('short-no-more');
    await press('Save');
    expect(await page.getByRole('status').innerText(), 'M13').to.equal('The password of admin is changed.');
    await expectUsable();
    await press('Log out');
    await typeLogin('admin', 'short-no-more');
    await typeCode(adminCode());
    expect(await heading()).to.equal('Administration');
    expect(await banner()).to.equal('');
  });

  it('can be used with the keyboard alone', async () => {
    await sitDown(DESK);
    await page.goto('/login');
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type('bob');
    await page.keyboard.press('Tab');
    await page.keyboard.type('bob-password');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${panel.url}/`);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).to.equal('Skip to the content');
    const stops: string[] = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      stops.push(await page.locator(':focus').innerText());
    }
    expect(stops).to.deep.equal(['Acme Panel', 'Home', 'User settings', 'Log out']);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${panel.url}/login`);
  });
});
