import { expect } from 'chai';
import { Secret } from 'otpauth';
import type { Page } from 'playwright-core';
import { expectUsable, PHONE } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import { TOKEN_PARAMETERS } from '../support/records.js';

const KEY = new Secret({ size: 32 }).base32;

describe('pages: a hardware token of eight digits, in a browser', function () {
  this.timeout(120_000);
  const { openAt } = browserForTests();
  let page: Page;
  const { heading, logIn } = handsOn(() => page);
  afterEach(stopPanels);

  for (const language of ['en', 'ru'] as const) {
    it(`signs in by the form, which takes eight digits and says so (${language})`, async () => {
      const panel = await startPagePanel({ language });
      await panel.secondFactor.admin.import('alice', { secret: KEY, ...TOKEN_PARAMETERS, by: 'test' });
      panel.now += 120_000;
      const token = phoneWith(panel, KEY, TOKEN_PARAMETERS);
      ({ page } = await openAt(panel.url, PHONE));
      await logIn('alice', 'password');
      expect(await page.locator('main').innerText()).to.match(/eight-digit code|восьмизначный код/);
      await expectUsable(page);
      const folder = process.env.SCREENSHOTS;
      if (folder) await page.screenshot({ path: `${folder}/token-${language}.png`, fullPage: true });

      const field = page.locator('form input[name=code][inputmode=numeric]');
      expect(await field.getAttribute('autocomplete')).to.equal('one-time-code');
      const submit = page.getByRole('button', { name: 'Ok', exact: true });
      await field.fill(token.code().slice(2));
      await submit.click();
      expect(await page.getByRole('alert').innerText()).to.match(/eight digits|восьми цифр/);
      if (folder) await page.screenshot({ path: `${folder}/token-refused-${language}.png`, fullPage: true });
      await field.pressSequentially(token.code());
      expect(await field.inputValue()).to.equal(token.code());
      await submit.click();
      expect(await heading()).to.equal('Home');
      await page.goto('/two-step');
      await expectUsable(page);
      if (folder) await page.screenshot({ path: `${folder}/token-settings-${language}.png`, fullPage: true });
    });
  }
});
