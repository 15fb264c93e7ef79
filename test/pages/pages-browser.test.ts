import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { memoryStore } from 'passport-second-factor/memory';
import { DESK, PHONE, expectNoWider, expectUsable } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { eventually } from '../support/eventually.js';
import { stopPanels } from '../support/panel.js';
import { phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';
import type { Phone } from '../support/people.js';

/** The narrowest screen (WCAG 2.2, 1.4.10), a phone, a desk. */
const WIDTHS = [320, 375, 1280];

describe('the pages in a browser', function () {
  this.timeout(600_000);
  const { openAt } = browserForTests();
  let panel: Panel;
  let context: BrowserContext;
  let page: Page;
  const { follow, heading, press, ...hands } = handsOn(() => page);
  let storeDown: boolean;

  afterEach(stopPanels);

  async function sitDown(options: BrowserContextOptions): Promise<void> {
    const store = memoryStore();
    storeDown = false;
    panel = await startPagePanel({
      issuer: 'Acme Panel',
      store: {
        get: (id) => store.get(id),
        list: () => store.list(),
        compareAndSet: (id, expected, next) =>
          storeDown ? Promise.reject(new Error('down')) : store.compareAndSet(id, expected, next),
      },
    });
    ({ context, page } = await openAt(panel.url, options));
  }

  const logIn = (): Promise<void> => hands.logIn('alice', 'password');

  /** Types a code into one of the fields that can be seen. */
  async function type(code: string, nth = 0): Promise<void> {
    const field = page.locator('input[name=code]:visible').nth(nth);
    await field.fill(code);
    await field.press('Enter');
    await page.waitForLoadState();
  }

  async function startSetup(): Promise<Phone> {
    await page.goto('/two-step');
    await page.locator('main form button').click();
    return phoneWith(panel, (await page.locator('.key').innerText()).replaceAll(' ', ''));
  }

  const alert = (): Promise<string> => page.getByRole('alert').innerText();
  const status = (): Promise<string> => page.locator('.good[role=status]').innerText();

  for (const locale of ['en-GB', 'ru-RU']) {
    it(`can be used by everybody, on every screen, light and dark (${locale})`, async () => {
      await sitDown({ ...PHONE, locale });
      const seen: string[] = [];
      async function look(what: string): Promise<void> {
        seen.push(what);
        expect(await page.locator('html').getAttribute('lang')).to.equal(locale.slice(0, 2));
        expect(await page.locator('header').innerText()).to.equal('Acme Panel');
        // Another language changes words, and so widths and what axe hears; colours are those of any language.
        for (const colorScheme of locale === 'en-GB' ? (['light', 'dark'] as const) : (['dark'] as const)) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(colorScheme === 'light' ? DESK.viewport : PHONE.viewport);
          await expectUsable(page);
        }
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 740 });
          await expectNoWider(page);
        }
      }

      await logIn();
      await page.goto('/two-step');
      await look('settings, not enabled');
      const phone = await startSetup();
      await look('set-up');
      await type(phone.wrongCode());
      await look('set-up, wrong code');
      await type(phone.code(14));
      expect(await alert()).to.match(/7 (minutes|минут)/);
      await look('set-up, clock');
      await type(phone.code());
      await look('recovery codes');
      await page.locator('main form button').click();
      await look('settings, enabled');
      await type(phone.wrongCode(), 1);
      await look('settings, wrong code');
      panel.now += 400_000;
      await page.goto('/danger');
      await look('step-up');
      await type('abc');
      await look('step-up, no code');
      await type(phone.nextCode());
      expect(await heading()).to.equal('Danger');

      await context.clearCookies();
      await logIn();
      await look('code form');
      await page.locator('summary').last().click();
      await look('code form, recovery code');
      await type(phone.wrongCode());
      await look('code form, wrong code');
      await type(phone.code());
      await look('code form, code used before');
      for (let i = 0; i < 5; i++) await type(phone.wrongCode());
      await look('code form, locked');
      panel.now += 60_000;
      storeDown = true;
      await type(phone.code());
      await look('error, store');
      storeDown = false;
      await page.goto('/two-step/verify');
      panel.now += 700_000;
      await type(phone.code());
      await look('error, expired');
      expect(new Set(seen).size).to.equal(16);
    });
  }

  for (const [name, options] of Object.entries<BrowserContextOptions>({
    'with JavaScript': DESK,
    'without JavaScript': { ...PHONE, javaScriptEnabled: false },
  })) {
    it(`enables it, keeps the codes, steps up, recovers and disables it ${name}`, async () => {
      await sitDown(options);
      await logIn();
      const phone = await startSetup();
      await type(phone.code());
      expect(await heading()).to.equal('Your recovery codes');
      const codes = await page.locator('.codes li').allInnerTexts();
      const arriving = page.waitForEvent('download');
      await follow('Download');
      const download = await arriving;
      expect(download.suggestedFilename()).to.match(/^(?:\w+-)+alice-recovery-codes\.txt$/);
      const file = await text(await download.createReadStream());
      expect(file.split('\r\n')).to.deep.equal([
        'Recovery codes – Acme Panel – alice',
        new Date(panel.now).toISOString().slice(0, 10),
        '',
        ...codes,
        '',
      ]);
      await press('I have saved them');
      expect(page.url()).to.equal(`${panel.url}/two-step`);
      expect(await status()).to.equal('You have the recovery codes: this was noted.');
      await page.reload();
      expect(await page.locator('.good[role=status]').count()).to.equal(0);

      panel.now += 400_000;
      await page.goto('/danger/here?x=1');
      expect(await heading()).to.equal('Confirm that it is you');
      await type(phone.nextCode());
      expect(page.url()).to.equal(`${panel.url}/danger/here?x=1`);

      await context.clearCookies();
      await logIn();
      await page.locator('summary').last().click();
      await page.getByLabel('Recovery code').fill(codes[0]!.toLowerCase());
      await press('Use the recovery code');
      expect(await heading()).to.equal('You used a recovery code');
      expect(await page.getByRole('main').innerText()).to.contain('9 recovery codes are left.');
      await page.getByRole('link', { name: 'Go on' }).click();
      expect(await heading()).to.equal('Home');
      await page.goto('/two-step');
      expect(await page.getByRole('main').innerText()).to.contain('9 recovery codes are left.');
      await page.locator('summary').last().click();
      await page.getByLabel('Recovery code').fill(codes[1]!);
      await press('Disable with the recovery code');
      expect(await page.getByRole('main').innerText()).to.contain('Not enabled');
      expect(await status()).to.match(/^Two-step authentication was disabled/);
      expect(await panel.store.get('alice')).to.equal(null);
    });
  }

  it('copies and prints the codes, and lets the server’s clock run, where there is JavaScript', async () => {
    await sitDown(DESK);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.addInitScript('globalThis.print = () => { globalThis.printed = true; }');
    await logIn();
    const phone = await startSetup();
    const served = new Date(panel.now).toISOString().slice(0, 19).replace('T', ' ');
    const clock = page.locator('time[data-runs]');
    await clock.filter({ hasNotText: served }).waitFor();
    expect(await clock.innerText()).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    const shown = Date.parse((await clock.getAttribute('datetime')) ?? '');
    expect(shown - panel.now).to.be.within(1, 60_000);

    await type(phone.code());
    await press('Copy');
    await page.getByText('Copied.').waitFor();
    const codes = await page.locator('.codes li').allInnerTexts();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(codes.join('\n'));
    await press('Print');
    expect(await page.evaluate('globalThis.printed')).to.equal(true);
  });

  it('selects the codes where a browser lets no page copy, and says of nothing that it was copied', async () => {
    await sitDown(DESK);
    await page.addInitScript(
      'navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))',
    );
    await logIn();
    await type((await startSetup()).code());
    await press('Copy');
    const codes = await page.locator('.codes li').allInnerTexts();
    await eventually('the codes to be selected', async () => {
      expect(await page.evaluate('String(getSelection()).trim().split(/\\s+/)')).to.deep.equal(codes);
    });
    expect(await page.getByText('Copied.').count()).to.equal(0);
  });

  it('prints nothing but the codes and what they are', async () => {
    await sitDown(DESK);
    await logIn();
    await type((await startSetup()).code());
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('link').count()).to.equal(0);
    expect(await page.getByRole('button').count()).to.equal(0);
    expect(await page.locator('.codes li:visible').count()).to.equal(10);
    expect(await page.locator('header').innerText()).to.equal('Acme Panel');
  });

  for (const javaScriptEnabled of [true, false]) {
    it(`shows no error where the recovery codes are loaded anew (${javaScriptEnabled ? 'with' : 'without'} JavaScript)`, async () => {
      await sitDown({ ...DESK, javaScriptEnabled });
      await logIn();
      const phone = await startSetup();
      await type(phone.code());
      await page.reload();
      expect(page.url()).to.equal(`${panel.url}/two-step`);
      expect(await status()).to.match(/^Recovery codes are shown only once/);
      expect(await page.getByRole('alert').count()).to.equal(0);
      expect(await page.getByRole('main').innerText()).to.contain('If you did not save them, make new ones.');
      await type(phone.nextCode());
      expect(await heading()).to.equal('Your recovery codes');
      await page.reload();
      expect(await page.getByRole('alert').count()).to.equal(0);
      await page.reload();
      expect(await page.locator('.good[role=status]').count()).to.equal(0);
    });
  }

  it('keeps what was refused, in the field, selected, in sight, and says what the page is', async () => {
    await sitDown(PHONE);
    await logIn();
    const phone = await startSetup();
    await type(phone.wrongCode());
    await page.locator('#code:focus').waitFor();
    expect(
      await page.locator('#code').evaluate((field) => {
        const { top, bottom } = (
          field as unknown as { getBoundingClientRect(): { top: number; bottom: number } }
        ).getBoundingClientRect();
        return top > 0 && bottom < 740;
      }),
    ).to.equal(true);
    expect(await page.evaluate('String(getSelection())')).to.equal(phone.wrongCode());
    expect(await page.title()).to.equal('Error: Enable two-step authentication – Acme Panel');
    await page.keyboard.type(phone.code());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  });

  /** Shows the form of a sign-in that waits after wrong codes, on a clock of the test. */
  async function waitForCodes(options: object): Promise<void> {
    await sitDown(options);
    await logIn();
    await type((await startSetup()).code());
    await context.clearCookies();
    await logIn();
    await page.clock.install({ time: Date.now() });
    await page.goto('/two-step/verify');
    for (let i = 0; i < 5; i++) await type('000000');
    // The clock goes on while the page is loaded and looked at.
    await page.locator('[data-left]', { hasText: /\(0:[0-3]\d\)/ }).waitFor();
  }

  it('counts a wait down, says when it is over, and leaves the recovery code open', async () => {
    await waitForCodes(PHONE);
    await page.locator('#recovery-code:focus').waitFor();
    await page.reload();
    await page.goto('/two-step/verify');
    await page.locator('#wait').waitFor();
    await page.clock.runFor(31_000);
    await page.getByText('Codes are checked again: enter the one that is shown now.').waitFor();
    expect(await page.locator('#wait').isVisible()).to.equal(false);
    await page.clock.runFor(530_000);
    await page.getByText('This form ends in a minute.').waitFor();
    await page.clock.runFor(60_000);
    await page.getByText('The time of this form is over.').waitFor();
  });

  for (const [what, hours] of [
    ['ahead', 5],
    ['back', -5],
  ] as const) {
    it(`says no untrue end where the clock of the device is set ${what}, and shows the server’s time`, async () => {
      await waitForCodes(DESK);
      await page.clock.setSystemTime(Date.now() + hours * 3_600_000);
      await page.clock.runFor(1000);
      expect(await page.locator('[data-over]').allInnerTexts()).to.deep.equal(['', '']);
      expect(await page.locator('[data-left]').allInnerTexts()).to.deep.equal(['', '']);
      for (const time of await page.locator('time[data-in]').all()) {
        const served = (await time.getAttribute('datetime')) ?? '';
        expect(await time.innerText()).to.equal(`${served.slice(11, 19)} UTC`);
      }
      await page.clock.runFor(30_000);
      await page.getByText('Codes are checked again: enter the one that is shown now.').waitFor();
      await page.clock.runFor(600_000);
      await page.getByText('The time of this form is over.').waitFor();
    });
  }

  it('copies the key without spaces, and opens the app on the phone', async () => {
    await sitDown(PHONE);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await logIn();
    await startSetup();
    await press('Copy key');
    await page.getByText('Copied.').waitFor();
    const key = (await page.locator('.key').innerText()).replaceAll(' ', '');
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(key);
    const link = page.getByRole('link', { name: 'Open in your authenticator app' });
    expect(await link.getAttribute('href')).to.match(new RegExp(`^otpauth://totp/.*secret=${key}&`));
    expect(await link.isVisible()).to.equal(true);
    await page.setViewportSize(DESK.viewport);
    expect(await page.getByText('Account name', { exact: true }).isVisible()).to.equal(true);
  });

  it('hides copy and print where there is no JavaScript', async () => {
    await sitDown({ ...DESK, javaScriptEnabled: false });
    await logIn();
    await type((await startSetup()).code());
    expect(await page.getByRole('button').allInnerTexts()).to.deep.equal(['I have saved them']);
    expect(await page.getByRole('link', { name: 'Download' }).isVisible()).to.equal(true);
  });

  it('signs in with the keyboard alone', async () => {
    await sitDown(DESK);
    await logIn();
    const phone = await startSetup();
    await type(phone.code());
    await context.clearCookies();
    await logIn();
    await page.locator('#code:focus').waitFor();
    const stops: string[] = [];
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Tab');
      stops.push((await page.locator(':focus').innerText()).trim());
    }
    expect(stops).to.deep.equal([
      'Ok',
      'Phone not at hand? Use a recovery code',
      'Cancel and sign in as somebody else',
    ]);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.type(phone.wrongCode());
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type(phone.nextCode());
    await page.keyboard.press('Enter');
    await page.waitForURL(`${panel.url}/`);
    expect(await heading()).to.equal('Home');
  });
});
