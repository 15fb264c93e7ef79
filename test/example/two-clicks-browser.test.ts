import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DESK } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { startSlowProxy } from '../support/slow-proxy.js';
import type { SlowProxy } from '../support/slow-proxy.js';

/** A form of the panel that goes on in another session. */
interface Form {
  readonly login: string;
  readonly path: string;
  readonly button: string | RegExp;
  /** What the page says once it was sent. */
  readonly done: string;
  /** What is done before, on that page. */
  readonly before?: (page: Page) => Promise<void>;
}

const FORMS: Record<string, Form> = {
  'the login': {
    login: 'alice',
    path: '/login',
    button: 'Log in',
    done: 'Signed in as alice',
    async before(page) {
      await page.context().clearCookies();
      await page.goto('/login');
      await page.getByLabel('Login').fill('alice');
      await page.getByLabel('Password').fill('alice-password');
    },
  },
  'the change of the password': {
    login: 'alice',
    path: '/settings',
    button: 'Change password',
    done: 'Your password is changed.',
    async before(page) {
      await page.getByLabel('Current password').fill('alice-password');
      await page.getByLabel('New password').fill('another-password');
    },
  },
  'the beginning of a set-up': {
    login: 'alice',
    path: '/settings',
    button: 'Enable two-step authentication',
    done: 'Add the account to the app',
  },
  'acting as somebody else': {
    login: 'admin',
    path: '/staff',
    button: 'Log in as alice',
    done: 'admin acting as alice',
  },
  'going back': {
    login: 'admin',
    path: '/',
    button: 'Return to admin',
    done: 'Signed in as admin',
    async before(page) {
      await page.goto('/staff');
      await page.getByRole('button', { name: 'Log in as alice' }).click();
      await page.goto('/');
    },
  },
};

describe('two clicks on the example panel and a slow network, in a browser', function () {
  this.timeout(120_000);
  const { openAt } = browserForTests();
  let panel: ExamplePanel;
  let proxy: SlowProxy;
  let page: Page;
  const { takeCookies } = handsOn(() => page);

  beforeEach(async () => {
    panel = await startExamplePanel();
    proxy = await startSlowProxy(panel.port);
    ({ page } = await openAt(proxy.url, DESK));
  });
  afterEach(async () => {
    await proxy.close();
    await panel.end();
  });

  for (const [what, { login, path, button, done, before }] of Object.entries(FORMS)) {
    it(`${what} is sent once`, async () => {
      const client = new Client(panel);
      await client.login(login);
      await takeCookies(client, proxy.url);
      await page.goto(path);
      await before?.(page);
      const found = page.getByRole('button', { name: button, exact: true });
      await found.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await found.boundingBox())!;
      const place = [x + width / 2, y + height / 2] as const;
      proxy.hold('answers');
      await page.mouse.click(...place);
      await proxy.held(1);
      await page.mouse.click(...place, { clickCount: 2 });
      proxy.release();
      await page.getByText(done).first().waitFor({ timeout: 20_000 });
      await page.goto('/');
      expect(new URL(page.url()).pathname, 'still signed in').to.equal('/');
    });
  }
});
