import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { BrowserContext, Page } from 'playwright-core';
import { DESK, PHONE, addPasskeyDevice, expectUsable } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { compiled } from '../support/compiled.js';
import { withoutPanel } from '../support/example-process.js';
import { startProgram } from '../support/program.js';
import type { RunningProgram } from '../support/program.js';
import { makeSystemClock } from '../support/system-clock.js';
import type { SystemClock } from '../support/system-clock.js';

const WRONG = 'This code is not right.';

describe('example/spa in a browser', function () {
  this.timeout(300_000);
  const { closePages, openAt } = browserForTests();
  let clock: SystemClock;
  let app: RunningProgram;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  const { press, shows: heading } = handsOn(() => page);

  beforeEach(async () => {
    clock = makeSystemClock();
    await start();
  });
  afterEach(async () => {
    await app.stop('SIGKILL');
    clock.remove();
  });

  async function start(more: Record<string, string> = {}): Promise<void> {
    const env = { ...withoutPanel(), ...clock.env, PORT: '0', ...more };
    app = await startProgram(compiled('example/spa/app.ts'), env, /localhost:(\d+)\/ - sign in as alice/);
    await sitDown();
  }

  async function standUp(): Promise<void> {
    await closePages();
    await app.stop('SIGKILL');
  }

  async function sitDown(options: object = DESK): Promise<void> {
    const origin = `http://localhost:${String(app.port)}`;
    ({ context, page, complaints } = await openAt(origin, options));
    await addPasskeyDevice(page);
    await page.goto('/');
  }

  const alerts = (text: string | RegExp): Promise<void> =>
    page.getByRole('alert').filter({ hasText: text }).waitFor();
  const focused = (): Promise<string> =>
    page.evaluate<string>('document.activeElement.name ?? document.activeElement.tagName');

  async function logIn(password = 'alice-password'): Promise<void> {
    await page.getByLabel('Login').fill('alice');
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
  }
  async function type(code: string): Promise<void> {
    await page.getByLabel(/^(Code|Recovery)/).fill(code);
    await page.keyboard.press('Enter');
  }

  /** Enables two-step authentication; gives the codes of the phone, and the recovery codes. */
  async function enable(): Promise<{ next: () => string; wrong: () => string; recoveryCodes: string[] }> {
    await logIn();
    await heading('Hello, alice');
    await press('Enable with an authenticator app');
    await heading('Set up your authenticator app');
    await expectUsable(page);
    const totp = new TOTP({ secret: Secret.fromBase32(await page.locator('[data-part=key]').innerText()) });
    const code = (): string => totp.generate({ timestamp: clock.now() });
    await type(code());
    await heading('Your recovery codes');
    await expectUsable(page);
    const recoveryCodes = await page.locator('[data-part=codes] li').allInnerTexts();
    await press('I have saved them');
    await heading('Hello, alice');
    const next = (): string => {
      // A recovery code spends those of its minute.
      clock.jump(60);
      return code();
    };
    const wrong = (): string => String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0');
    return { next, wrong, recoveryCodes };
  }
  async function signOut(): Promise<void> {
    await press('Sign out');
    await heading('Sign in');
  }

  for (const [size, options] of Object.entries({ desk: DESK, phone: PHONE })) {
    it(`signs in with a password, enables an app, and signs in with its code (${size})`, async () => {
      await closePages();
      await sitDown(options);
      await heading('Sign in');
      expect(await focused()).to.equal('username');
      await expectUsable(page);
      await logIn('wrong');
      await alerts('The login or the password is wrong.');
      const { next, wrong, recoveryCodes } = await enable();
      expect(recoveryCodes).to.have.length(10);
      await expectUsable(page);
      await signOut();
      await logIn();
      await heading('One more step');
      expect(await focused()).to.equal('code');
      await expectUsable(page);
      await page.reload();
      await heading('One more step');
      await type(wrong());
      await alerts(WRONG);
      expect(await focused()).to.equal('code');
      await type(next());
      await heading('Hello, alice');
      await page.getByText('It is on. 10 recovery codes are left.').waitFor();
    });
  }

  it('takes a recovery code, makes new ones, and disables', async () => {
    const { next, recoveryCodes } = await enable();
    await signOut();
    await logIn();
    await heading('One more step');
    await type(recoveryCodes[0]!);
    await page.getByText('It is on. 9 recovery codes are left.').waitFor();
    await press('New recovery codes');
    await type(next());
    await heading('Your recovery codes');
    await press('I have saved them');
    await page.getByText('It is on. 10 recovery codes are left.').waitFor();
    await press('Disable');
    await type(next());
    await page.getByText('It is off: your password alone opens this account.').waitFor();
    await page.getByRole('status').filter({ hasText: 'Two-step authentication is disabled.' }).waitFor();
    await expectUsable(page);
  });

  it('adds a passkey, signs in by it, gives a fresh proof by it, and removes it', async () => {
    const { next } = await enable();
    await press('Add a passkey');
    await page.getByRole('button', { name: 'Remove Passkey' }).waitFor();
    await expectUsable(page);
    await signOut();
    await logIn();
    await heading('One more step');
    await expectUsable(page);
    await press('Use a passkey');
    await heading('Hello, alice');
    clock.jump(301);
    await press('Show the note');
    await page.getByRole('dialog').waitFor();
    await expectUsable(page);
    await press('Use a passkey');
    await page.getByText('third flowerpot').waitFor();
    await press('Remove Passkey');
    await page.getByRole('status').filter({ hasText: 'Passkey is removed.' }).waitFor();
    await signOut();
    await logIn();
    await heading('One more step');
    expect(await page.getByRole('button', { name: 'Use a passkey' }).isVisible()).to.equal(false);
    await type(next());
    await heading('Hello, alice');
  });

  it('asks for a fresh proof before the note, and does nothing where that is refused or closed', async () => {
    const { next, wrong } = await enable();
    await press('Show the note');
    await page.getByText('third flowerpot').waitFor();
    await page.reload();
    clock.jump(301);
    await press('Show the note');
    await page.getByRole('dialog').waitFor();
    expect(await focused()).to.equal('code');
    await type(wrong());
    await alerts(WRONG);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.getByText('third flowerpot').count()).to.equal(0);
    await press('Show the note');
    await type(next());
    await page.getByText('third flowerpot').waitFor();
  });

  it('shows what was done by a dialog that was closed before the answer came', async () => {
    const { next } = await enable();
    const closeWhileSent = async (path: string): Promise<void> => {
      let arrive = (): void => undefined;
      const isSent = new Promise<void>((sent) => {
        void page.route(path, async (route) => {
          sent();
          await new Promise<void>((arrived) => (arrive = arrived));
          await route.continue();
        });
      });
      await type(next());
      await isSent;
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      arrive();
    };
    await press('New recovery codes');
    await closeWhileSent('**/two-step/recovery-codes');
    await heading('Your recovery codes');
    await press('I have saved them');
    await heading('Hello, alice');
    await press('Disable');
    await closeWhileSent('**/two-step/disable');
    await page.getByRole('status').filter({ hasText: 'Two-step authentication is disabled.' }).waitFor();
    await page.getByText('It is off: your password alone opens this account.').waitFor();
  });

  it('says for how long codes are not checked, also after a reload', async () => {
    const { next, wrong } = await enable();
    await signOut();
    await logIn();
    await heading('One more step');
    for (let attempt = 0; attempt < 5; attempt++) {
      clock.jump(30);
      // What was said of the code before is there until the answer comes.
      await Promise.all([page.waitForResponse('**/two-step/verify'), type(wrong())]);
      await page.locator('main:not([aria-busy])').waitFor();
      await alerts(attempt < 4 ? WRONG : 'Too many wrong codes.');
    }
    const waits = page.getByText(/Codes are checked again in \d+:\d\d/);
    await waits.waitFor();
    await expectUsable(page);
    await page.reload();
    await waits.waitFor();
    clock.jump(3600);
    await press('Cancel');
    await heading('Sign in');
    await logIn();
    await heading('One more step');
    expect(await waits.isVisible()).to.equal(false);
    await type(next());
    await heading('Hello, alice');
  });

  it('changes nothing for somebody who signed in in another tab, and then shows them', async () => {
    const { next } = await enable();
    await context.request.post('/api/logout');
    const bob = { username: 'bob', password: 'bob-password' };
    expect((await context.request.post('/api/login', { data: bob })).status()).to.equal(200);
    await press('Use another app instead');
    await heading('Hello, bob');
    await alerts('You are signed in as another account now. Nothing was done.');
    await expectUsable(page);
    await press('Enable with an authenticator app');
    await heading('Set up your authenticator app');
    expect(await page.locator('[data-part=account]').innerText()).to.equal('bob');
    await press('Cancel');
    await signOut();
    await logIn();
    await heading('One more step');
    await type(next());
    await heading('Hello, alice');
  });

  it('leads to the sign-in from anywhere once the session is over', async () => {
    await enable();
    await context.clearCookies();
    await press('Sign out everywhere else');
    await heading('Sign in');
    await alerts('You are signed out. Sign in again.');
    expect(await focused()).to.equal('username');
    await expectUsable(page);
  });

  it('stays where it is while the server is away, and goes on when it is back', async () => {
    const { next } = await enable();
    await signOut();
    await logIn();
    await heading('One more step');
    await context.setOffline(true);
    await type(next());
    await alerts('The server cannot be reached.');
    await context.setOffline(false);
    const page502 = { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' };
    await page.route('**/two-step/verify', (route) => route.fulfill(page502));
    await type(next());
    await alerts('The server has a problem.');
    await page.unroute('**/two-step/verify');
    await type(next());
    await heading('Hello, alice');
    await page.route('**/two-step', (route) => route.fulfill(page502));
    await page.reload();
    await heading('Notes cannot be reached');
    await expectUsable(page);
    await page.unroute('**/two-step');
    await press('Try again');
    await heading('Hello, alice');
    // What the browser itself says of such answers.
    const said = complaints.splice(0);
    expect(said.filter((line) => !line.startsWith('Failed to load resource'))).to.deep.equal([]);
  });

  it('signs nobody in before a second factor is enabled, where one is required', async () => {
    await standUp();
    await start({ SPA_REQUIRE_FACTOR: '1' });
    await logIn();
    await heading('Two-step authentication is required');
    await expectUsable(page);
    await press('Cancel');
    await heading('Sign in');
    await logIn();
    await press('Use a passkey');
    await heading('Your recovery codes');
    await press('I have saved them');
    await heading('Hello, alice');
    await press('Disable');
    await press('Use a passkey');
    await alerts('Two-step authentication is required for this account.');
  });

  it('goes on where a second factor was enabled in another tab meanwhile', async () => {
    await standUp();
    await start({ SPA_REQUIRE_FACTOR: '1' });
    await logIn();
    await heading('Two-step authentication is required');
    const first = page;
    page = await context.newPage();
    await page.goto('/');
    await press('Use an authenticator app');
    await heading('Set up your authenticator app');
    const totp = new TOTP({ secret: Secret.fromBase32(await page.locator('[data-part=key]').innerText()) });
    await type(totp.generate({ timestamp: clock.now() }));
    await heading('Your recovery codes');
    page = first;
    await press('Use a passkey');
    await heading('Hello, alice');
  });

  it('calls no password wrong where a proxy answered the login', async () => {
    const page404 = { status: 404, contentType: 'text/html', body: '<h1>Not Found</h1>' };
    await page.route('**/api/login', (route) => route.fulfill(page404));
    await logIn();
    await alerts('The server has a problem.');
    await page.unroute('**/api/login');
    await logIn('wrong');
    await alerts('The login or the password is wrong.');
  });

  it('says in its own words what a proxy answers with a page, and what the browser refuses', async () => {
    const { next } = await enable();
    const portal = { status: 200, contentType: 'text/html', body: '<h1>Sign in to the Wi-Fi</h1>' };
    await page.route('**/api/secret', (route) => route.fulfill(portal));
    await press('Show the note');
    await alerts(/^The server has a problem\. Try again in a moment\.$/);
    await page.route('**/api/secret', (route) =>
      route.fulfill({ ...portal, contentType: 'application/json' }),
    );
    await press('Show the note');
    await alerts(/^The server has a problem\. Try again in a moment\.$/);
    await press('New recovery codes');
    await type(next());
    await heading('Your recovery codes');
    await page.evaluate(
      "navigator.clipboard.writeText = () => Promise.reject(new DOMException('Denied', 'NotAllowedError'))",
    );
    await press('Copy');
    await alerts(/^Your browser could not do this\. Try again, or do it by hand\.$/);
  });

  it('shows what an answer says as text, whatever it is', async () => {
    await enable();
    await signOut();
    await logIn();
    await heading('One more step');
    const code = 'other-factor';
    const title = '<img src=x onerror="document.title=1">';
    const problem = { type: `urn:passport-second-factor:error:${code}`, code, status: 409, title };
    const body = JSON.stringify(problem);
    const answer = { status: 409, contentType: 'application/problem+json', body };
    await page.route('**/two-step/verify', (route) => route.fulfill(answer));
    await type('123456');
    await alerts(title);
    expect(await page.locator('[role=alert] img').count()).to.equal(0);
  });

  it('can be used in the dark', async () => {
    await closePages();
    await sitDown({ ...DESK, colorScheme: 'dark' });
    await heading('Sign in');
    await expectUsable(page);
    await enable();
    await expectUsable(page);
  });
});
