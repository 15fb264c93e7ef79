import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DESK } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { phoneWith } from '../support/people.js';

/** More stops than a page has. */
const STOPS_MAXIMUM = 60;
/** What has the focus: its name, whether that can be seen, and whether it is on the screen. */
const FOCUS = `(() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { top, bottom } = at.getBoundingClientRect();
  const label = at.labels && at.labels[0] ? at.labels[0].textContent : at.textContent;
  return {
    name: (at.getAttribute('aria-label') || label || '').replace(/\\s+/g, ' ').trim(),
    isMarked: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    isOnScreen: bottom > 0 && top < innerHeight,
    isBody: at === document.body,
  };
})()`;

interface Focus {
  readonly name: string;
  readonly isMarked: boolean;
  readonly isOnScreen: boolean;
  readonly isBody: boolean;
}

describe('the example panel with the keyboard alone', function () {
  this.timeout(300_000);
  const { openAt } = browserForTests({ closedAfter: 'suite' });
  let panel: ExamplePanel;
  let page: Page;
  const { shows } = handsOn(() => page);

  before(async () => {
    panel = await startExamplePanel(undefined, { PANEL_REMEMBER_BROWSERS: '30' });
    ({ page } = await openAt(panel.url, DESK));
  });
  after(() => panel.end());

  const focus = (): Promise<Focus> => page.evaluate(FOCUS);

  /** Goes from stop to stop, each of which can be seen, until one of this name. */
  async function tabTo(name: string): Promise<void> {
    const passed: string[] = [];
    for (let stops = 0; stops < STOPS_MAXIMUM; stops++) {
      await page.keyboard.press('Tab');
      const at = await focus();
      if (at.isBody) continue; // the browser's own controls, on the way around
      passed.push(at.name);
      expect(at, `${page.url()} ${at.name}`).to.include({ isMarked: true, isOnScreen: true });
      if (at.name === name) return;
    }
    throw new Error(`${page.url()} has no stop "${name}", but: ${passed.join(' | ')}`);
  }

  /** Presses a button, follows a link or opens what is folded. */
  async function enter(name: string): Promise<void> {
    await tabTo(name);
    await page.keyboard.press('Enter');
  }

  async function type(name: string, text: string): Promise<void> {
    if ((await focus()).name !== name) await tabTo(name);
    await page.keyboard.type(text);
  }

  async function signIn(login: string): Promise<void> {
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type(login);
    await type('Password', `${login}-password`);
    await page.keyboard.press('Enter');
  }

  it('enables it, signs in by code and by recovery code, acts, returns and disables', async () => {
    await page.goto('/login');
    await signIn('root');
    await shows('Administration');
    await enter('Return to root');
    await shows('Server');
    await enter('User settings');
    await shows('User settings');
    await enter('Enable two-step authentication');
    await shows('Enable two-step authentication');
    const phone = phoneWith(panel, (await page.locator('.key').innerText()).replaceAll(/\s/g, ''));
    await type('One-time password', phone.wrongCode());
    await page.keyboard.press('Enter');
    await page.locator('#code[aria-invalid]:focus').waitFor();
    // What was wrong is selected: typing takes its place.
    await page.keyboard.type(phone.code());
    await page.keyboard.press('Escape');
    expect(await page.locator('#code').inputValue(), 'Escape loses nothing').to.equal(phone.code());
    await page.keyboard.press('Enter');
    await shows('Your recovery codes');
    const [recoveryCode = ''] = await page.locator('.codes li').allInnerTexts();
    await enter('I have saved them');
    await shows('Two-step authentication');
    await enter('Log out');

    await signIn('root');
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type(phone.nextCode());
    await tabTo('Remember this browser for 30 days');
    await page.keyboard.press('Space');
    expect(await page.locator('input[type=checkbox]').isChecked()).to.equal(true);
    await page.keyboard.press('Space');
    await enter('Ok');
    await shows('Server');
    await enter('Log out');

    await signIn('root');
    await page.locator('#code:focus').waitFor();
    await enter('Phone not at hand? Use a recovery code');
    await type('Recovery code', recoveryCode);
    await page.keyboard.press('Enter');
    await shows('You used a recovery code');
    await enter('Go on');
    await shows('Server');

    await enter('Staff');
    await shows('Staff');
    await enter('Log in as bob');
    await shows('My hosting');
    await enter('Return to root');
    await shows('Staff');

    panel.advance(1000);
    await enter('Edit bob');
    await shows('Confirm that it is you');
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type(phone.nextCode());
    await page.keyboard.press('Enter');
    await shows('Edit bob');

    await enter('User settings');
    await shows('User settings');
    await enter('Disable two-step authentication');
    await shows('Two-step authentication');
    await page.locator('#disable input[name=code]').first().focus();
    await page.keyboard.type(phone.nextCode());
    await enter('Disable two-step authentication');
    await page.getByText('Not enabled', { exact: true }).waitFor();
  });
});
