import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { PAGES } from '../../lib/pages/catalogues.js';
import { DESK, expectUsable, PHONE } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { phoneWith } from '../support/people.js';
import { pseudo } from '../support/pseudo-locale.js';

describe('every language in a browser', function () {
  this.timeout(300_000);
  const { openAt } = browserForTests();
  let page: Page;
  const { logIn } = handsOn(() => page);
  afterEach(stopPanels);

  /** Somebody signed in, at the codes that enabling shows. */
  async function enabled(panel: Panel): Promise<void> {
    await logIn('alice', 'password');
    await page.goto('/two-step');
    await page.locator('form[action$="/setup"] button').click();
    await expectUsable(page);
    const key = (await page.locator('.key').innerText()).replaceAll(/\s/g, '');
    await page.locator('#code').fill(phoneWith(panel, key).code());
    await page.locator('form[action$="/confirm"] button').click();
    await page.locator('.codes').waitFor();
  }

  for (const language of [...Object.keys(PAGES), 'ar']) {
    it(`fits on a phone, and is usable: ${language}`, async () => {
      const panel = await startPagePanel({ language, texts: { ar: pseudo }, issuer: 'Acme Panel' });
      ({ page } = await openAt(panel.url, PHONE));
      await enabled(panel);
      await expectUsable(page);
      expect(await clipped(page), 'text that leaves its box').to.deep.equal([]);
      await page.goto('/two-step');
      await expectUsable(page);
      expect(await clipped(page), 'text that leaves its box').to.deep.equal([]);
      const isRightToLeft = language === 'ar';
      expect(await page.evaluate('getComputedStyle(document.body).direction')).to.equal(
        isRightToLeft ? 'rtl' : 'ltr',
      );
      expect(await page.evaluate(`getComputedStyle(document.querySelector('#code')).direction`)).to.equal(
        'ltr',
      );
    });
  }

  it('prints the recovery codes with whose they are, and without what only a screen needs', async () => {
    const panel = await startPagePanel({ issuer: 'Acme Panel' });
    ({ page } = await openAt(panel.url, DESK));
    await enabled(panel);
    const paper = page.locator('.paper');
    expect(await paper.isVisible()).to.equal(false);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await paper.innerText()).to.contain(
      `Acme Panel – alice – ${new Date(panel.now).toISOString().slice(0, 10)}`,
    );
    expect(await page.locator('.codes li').first().isVisible()).to.equal(true);
    expect(await page.locator('button:visible, a:visible').count()).to.equal(0);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).to.equal(
      'rgb(255, 255, 255)',
    );
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.codes')).color`)).to.equal(
      'rgb(0, 0, 0)',
    );
  });
});

/** Headings, buttons and paragraphs whose text is wider than they are. */
function clipped(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('h1, h2, p, button, .button, label, dd')]
    .filter((box) => box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1)
    .map((box) => box.textContent.trim())`);
}
