import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DESK, PHONE, addPasskeyDevice, expectUsable } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { until } from '../support/eventually.js';
import { startPanelProcess } from '../support/example-process.js';
import type { PanelProcess } from '../support/example-process.js';

describe('the example panel in a browser, where a passkey is the only second factor', function () {
  this.timeout(300_000);
  const { openAt } = browserForTests();
  let panel: PanelProcess;
  let page: Page;
  const { press, shows, ...hands } = handsOn(() => page);

  before(async () => {
    panel = await startPanelProcess();
  });
  after(() => panel.stop());

  async function sitDown(host: string, size: object): Promise<void> {
    ({ page } = await openAt(`http://${host}:${String(panel.port)}`, size));
    await addPasskeyDevice(page);
  }

  const banner = async (): Promise<string> =>
    (await page.getByRole('region', { name: 'Acting as somebody else' }).locator('p').allInnerTexts()).join();
  const who = (): Promise<string> => page.locator('.who').innerText();

  const logIn = (login: string, password = `${login}-password`): Promise<void> =>
    hands.logIn(login, password);

  /** Adds a passkey to the account that is signed in, and says that its recovery codes are saved. */
  async function addPasskey(): Promise<void> {
    await page.goto('/two-step/security-keys');
    await expectUsable(page);
    await press('Add a passkey or security key');
    await shows('Your recovery codes');
    await expectUsable(page);
    await press('I have saved them');
  }

  it('walks root and admin (M10–M15)', async () => {
    await sitDown('localhost', DESK);
    await logIn('root');
    expect(await banner(), 'M10').to.equal('root acting as admin');
    await press('Return to root');
    await addPasskey();
    await page.goto('/');
    await press('Log out');
    await logIn('root');
    await until('root to be in by the passkey', async () => (await who()).includes('root'));
    expect(await banner(), 'M11').to.equal('');
    await page.goto('/staff');
    await press('Log in as admin');
    expect(await banner(), 'M14').to.equal('root acting as admin');
    await press('Log out');

    await logIn('admin');
    await addPasskey();
    await page.goto('/');
    await press('Log out');
    await logIn('root');
    await until('root to be in by the passkey', async () => (await who()).includes('root'));
    await page.goto('/staff');
    const row = await page.getByRole('row', { name: /^admin/ }).innerText();
    expect(row, 'M12').to.contain('only its own login, password and code open it');
    await press('Log in as admin');
    expect(await page.getByRole('alert').innerText()).to.contain('This account uses two-step authentication');

    await page.goto('/staff/admin/edit');
    await page.getByLabel('New password').fill('short-no-more');
    await press('Save');
    expect(await page.getByRole('status').innerText(), 'M13').to.equal('The password of admin is changed.');
    await press('Log out');
    await logIn('admin', 'short-no-more');
    await until('admin to be in by the passkey', async () => (await who()).includes('admin'));
    expect(await banner(), 'M13').to.equal('');
  });

  it('says where passkeys work when it is opened by the number of the machine', async () => {
    await sitDown('127.0.0.1', PHONE);
    await logIn('alice');
    await page.goto('/two-step/security-keys');
    const word = `Passkeys and security keys work at http://localhost:${String(panel.port)} only. Open this page there.`;
    await page.getByText(word).waitFor();
    await expectUsable(page);
  });
});
