import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { stopPanels } from '../support/panel.js';
import { DESK, addPasskeyDevice, complaintsOf } from '../support/browser.js';
import type { PasskeyDevice } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { until } from '../support/eventually.js';
import { lateWebAuthn } from '../support/late-webauthn.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';
import { startSlowProxy } from '../support/slow-proxy.js';
import type { SlowProxy } from '../support/slow-proxy.js';

/**
 * Every passkey is discoverable, whatever the page prefers, as with the providers of phones and password managers: they
 * keep one for each user handle. F2 makes it eleven seconds later, and forms say when they are sent.
 */
const PROVIDER = `
  const { create } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.create = function ({ publicKey }) {
    const authenticatorSelection =
      { ...publicKey.authenticatorSelection, residentKey: 'required', requireResidentKey: true };
    return create.call(this, { publicKey: { ...publicKey, authenticatorSelection } });
  };
  let later = 0;
  const now = performance.now.bind(performance);
  performance.now = () => now() + later;
  addEventListener('keydown', ({ key }) => { if (key === 'F2') console.log('later', (later = 11_000)); });
  addEventListener('submit', () => console.log('submit'), { capture: true });
`;
const ADD = 'Add a passkey or security key';

describe('one press too many on "Add a passkey"', function () {
  this.timeout(120_000);
  const { openAt } = browserForTests();
  let panel: Panel;
  let proxy: SlowProxy;
  let context: BrowserContext;
  let tab: Tab;

  /** A tab, and what the device of its user holds. */
  interface Tab extends PasskeyDevice {
    readonly page: Page;
    readonly forms: { sent: number; later: boolean };
  }

  beforeEach(async () => {
    const late = lateWebAuthn();
    panel = await startPagePanel({ webauthn: late.keys });
    proxy = await startSlowProxy(panel.port);
    const origin = proxy.url.replace('127.0.0.1', 'localhost');
    late.at(origin);
    const opened = await openAt(origin, DESK);
    ({ context } = opened);
    await context.addInitScript(PROVIDER);
    tab = await withDevice(opened.page);
    await logIn();
    await heading('Home');
  });
  afterEach(async () => {
    await proxy.close();
    await stopPanels();
  });

  async function withDevice(page: Page): Promise<Tab> {
    const device = await addPasskeyDevice(page);
    const forms = { sent: 0, later: false };
    page.on('console', (message) => {
      if (message.text() === 'submit') forms.sent += 1;
      if (message.text().startsWith('later')) forms.later = true;
    });
    return { page, ...device, forms };
  }

  const { logIn: send, shows: heading } = handsOn(() => tab.page);
  const logIn = (): Promise<void> => send('alice', 'password');

  async function signsInByKey(): Promise<void> {
    await context.clearCookies();
    await logIn(); // the key is asked at once
    await heading('Home');
    expect(panel.told()).to.include('security-key-used');
  }

  const button = ({ page } = tab) => page.getByRole('button', { name: ADD });

  /** Opens the form. What it gives presses the button where it is: during a navigation Chromium takes only input. */
  async function openForm(): Promise<() => Promise<void>> {
    await tab.page.goto('/two-step/security-keys');
    const box = await button().boundingBox();
    if (!box) throw new Error('there is no button');
    tab.forms.sent = 0;
    return () => tab.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  }

  /** Presses until a form is sent: while a page is on its way, Chromium may drop what is pressed. */
  const pressedUntilSent = (count: number, press: () => Promise<void>): Promise<void> =>
    until(`form ${String(count)}`, async () => {
      if (tab.forms.sent < count) await press();
      return tab.forms.sent >= count;
    });

  const elevenSecondsLater = (): Promise<void> =>
    until('eleven seconds later', async () => {
      await tab.page.keyboard.press('F2');
      return tab.forms.later;
    });

  async function onDevice({ devtools, authenticatorId } = tab) {
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    return credentials;
  }

  async function idsOnDevice(at = tab): Promise<string[]> {
    return (await onDevice(at)).map(({ credentialId }) => credentialId);
  }

  it('while the answer is on its way: makes no other passkey, and the codes are shown', async () => {
    const press = await openForm();
    proxy.hold('answers');
    await press();
    await proxy.held(1);
    const made = await idsOnDevice();
    await pressedUntilSent(2, press);
    proxy.release();
    await heading('Your recovery codes');
    expect(await idsOnDevice())
      .to.deep.equal(made)
      .and.have.length(1);
    expect(panel.told()).to.include('enrolled').and.not.include('security-key-refused');
    await signsInByKey();
  });

  it('after ten seconds, when the form is sent again: makes no other passkey, and the account opens', async () => {
    const press = await openForm();
    proxy.hold('answers');
    await press();
    await proxy.held(1);
    const made = await idsOnDevice();
    await elevenSecondsLater();
    await pressedUntilSent(2, press);
    await proxy.held(2);
    proxy.release();
    await tab.page.getByText('This sign-in has ended').first().waitFor();
    expect(await idsOnDevice())
      .to.deep.equal(made)
      .and.have.length(1);
    await signsInByKey();
    await tab.page.goto('/two-step');
    expect(await tab.page.getByText('If you did not save them, make new ones.').count()).to.equal(1);
  });

  it('on a page whose answer got lost: sends the passkey that was made', async () => {
    const press = await openForm();
    await tab.page.route('**/two-step/security-keys', (route) => route.fulfill({ status: 204 }), {
      times: 1,
    });
    await press();
    await until('form 1', () => tab.forms.sent === 1);
    const made = await idsOnDevice();
    await elevenSecondsLater();
    await pressedUntilSent(2, press);
    await heading('Your recovery codes');
    expect(await idsOnDevice())
      .to.deep.equal(made)
      .and.have.length(1);
    await signsInByKey();
  });

  it('in a tab from before: the passkey that was added in the other tab stays', async () => {
    const old = await withDevice(await context.newPage());
    const said = complaintsOf(old.page, new URL(tab.page.url()).origin);
    await old.page.goto('/two-step/security-keys');
    await tab.page.bringToFront();
    await (
      await openForm()
    )();
    await heading('Your recovery codes');
    const [added] = await onDevice();
    if (!added) throw new Error('there is no passkey');
    const { devtools, authenticatorId } = old;
    await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: added }); // one device for both
    await old.page.bringToFront();
    await button(old).click();
    await old.page.locator('#error').waitFor();
    expect(await idsOnDevice(old)).to.include(added.credentialId);
    expect(said).to.deep.equal([]);
    await signsInByKey();
  });
});
