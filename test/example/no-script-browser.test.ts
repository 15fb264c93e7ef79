import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { PHONE } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';

describe('the example panel in a browser without JavaScript', function () {
  this.timeout(300_000);
  const { openAt } = browserForTests({ closedAfter: 'suite' });
  let panel: ExamplePanel;
  let page: Page;
  const { heading, logIn, press, typeCode, ...hands } = handsOn(() => page);

  before(async () => {
    panel = await startExamplePanel();
    ({ page } = await openAt(panel.url, { ...PHONE, javaScriptEnabled: false }));
  });
  after(() => panel.end());

  const follow = (name: string): Promise<void> =>
    page.getByRole('link', { name, exact: true }).first().click();

  async function shows(title: string): Promise<void> {
    await hands.shows(title);
    await expectNoWider();
  }

  /** The body is no wider than the screen; nothing can be evaluated on such a page. */
  async function expectNoWider(): Promise<void> {
    const box = await page.locator('main').boundingBox();
    expect(box && box.x + box.width, page.url()).to.be.at.most(PHONE.viewport.width);
  }

  const signIn = (login: string): Promise<void> => logIn(login, `${login}-password`);

  it('enables it, recovers, confirms who is there, acts as somebody, returns and disables', async () => {
    await signIn('root');
    await press('Return to root');
    await follow('User settings');
    await press('Enable two-step authentication');
    await shows('Enable two-step authentication');
    const phone: Phone = phoneWith(panel, (await page.locator('.key').innerText()).replaceAll(/\s/g, ''));
    await typeCode(phone.wrongCode());
    expect(await page.getByRole('alert').innerText()).to.equal('The code is not right.');
    expect(await page.title()).to.match(/^Error: /);
    await typeCode(phone.code());
    await shows('Your recovery codes');
    const [recoveryCode = ''] = await page.locator('.codes li').allInnerTexts();
    await press('I have saved them');
    expect(await page.getByRole('status').innerText()).to.contain('You have the recovery codes');
    await page.goto('/');
    await press('Log out');

    await signIn('root');
    await shows('Two-step authentication');
    await page.getByText('Phone not at hand? Use a recovery code').click();
    await page.getByLabel('Recovery code').fill(recoveryCode);
    await press('Use the recovery code');
    await shows('You used a recovery code');
    await follow('Go on');
    expect(await heading()).to.equal('Server');

    panel.advance(1000);
    await follow('Staff');
    await follow('Edit bob');
    await shows('Confirm that it is you');
    await typeCode(phone.wrongCode());
    expect(await page.getByRole('alert').innerText()).to.equal('The code is not right.');
    await typeCode(phone.nextCode());
    await shows('Edit bob');

    await follow('Staff');
    await press('Log in as bob');
    await shows('My hosting');
    const banner = page.getByRole('region', { name: 'Acting as somebody else' });
    expect(await banner.innerText()).to.contain('root acting as bob');
    await press('Return to root');
    expect(await banner.count()).to.equal(0);

    await follow('User settings');
    await follow('Disable two-step authentication');
    expect(await page.locator('#activity').innerText()).to.match(/Recovery code used[^]*enabled/);
    await typeCode(phone.wrongCode(), 'Disable two-step authentication');
    expect(await page.getByRole('alert').innerText()).to.equal('The code is not right.');
    await typeCode(phone.nextCode(), 'Disable two-step authentication');
    expect(await page.getByRole('status').innerText()).to.contain('was disabled');
    await page.goto('/');
    await press('Log out');
    await signIn('root');
    expect(await banner.innerText()).to.contain('root acting as admin');
  });
});
