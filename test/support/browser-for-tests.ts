import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage, startBrowser } from './browser.js';
import type { OpenedPage } from './browser.js';
import type { Client } from './client.js';

/** A browser for the tests of a suite. */
export interface TestBrowser {
  /** The browser itself, in tests and in hooks. */
  browser(): Browser;
  /** Opens an empty page with cookies of its own on an application. */
  openAt(url: string, options?: BrowserContextOptions): Promise<OpenedPage>;
  /** Closes what was opened, and with it its cookies. The browser must not have complained there. */
  closePages(): Promise<void>;
}

/** What somebody does with a page. */
export interface Hands {
  press(button: string | RegExp): Promise<void>;
  follow(link: string): Promise<void>;
  /** What the page is about. */
  heading(): Promise<string>;
  /** Waits until the page is about this. */
  shows(heading: string | RegExp): Promise<void>;
  /** Types a login and a password into the login page, and sends them. */
  logIn(login: string, password: string): Promise<void>;
  /** Types a code into the form that has a button, and presses that. */
  typeCode(code: string, button?: string): Promise<void>;
  /** Goes on with the cookies of a client, on an application. */
  takeCookies(client: Client, url: string): Promise<void>;
}

/**
 * Gives the tests of a suite a browser.
 *
 * @param closedAfter when pages are closed
 * @param mayComplain whether the browser is expected to refuse something
 * @param keepsPages as of `startBrowser`
 */
export function browserForTests({
  closedAfter = 'test' as 'test' | 'suite',
  mayComplain = false,
  keepsPages = false,
} = {}): TestBrowser {
  let browser: Browser;
  const opened: OpenedPage[] = [];

  async function closePages(): Promise<void> {
    const complaints: string[] = [];
    for (const place of opened.splice(0)) {
      await place.context.close();
      complaints.push(...place.complaints);
    }
    if (!mayComplain) expect(complaints).to.deep.equal([]);
  }

  before(async () => {
    browser = await startBrowser(keepsPages);
  });
  (closedAfter === 'test' ? afterEach : after)(closePages);
  after(() => browser.close());

  return {
    browser: () => browser,
    async openAt(url, options) {
      const place = await openPage(browser, url, options);
      opened.push(place);
      return place;
    },
    closePages,
  };
}

/** Uses a page, in English. */
export function handsOn(page: () => Page): Hands {
  const button = (name: string | RegExp) => page().getByRole('button', { name, exact: true });
  return {
    press: (name) => button(name).click(),
    follow: (name) => page().getByRole('link', { name, exact: true }).click(),
    heading: () => page().getByRole('heading', { level: 1 }).innerText(),
    shows: (name) => page().getByRole('heading', { level: 1, name, exact: true }).waitFor(),
    async logIn(login, password) {
      await page().goto('/login');
      await page().getByLabel('Login').fill(login);
      await page().getByLabel('Password').fill(password);
      await button('Log in').click();
    },
    async typeCode(code, name = 'Ok') {
      const form = page().locator('form', { has: button(name) });
      await form.locator('input[name=code]').fill(code);
      await form.getByRole('button', { name, exact: true }).click();
    },
    takeCookies: ({ cookies }, url) =>
      page()
        .context()
        .addCookies([...cookies].map(([name, value]) => ({ name, value, url }))),
  };
}
