import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { sendOnce } from '../../lib/pages/views/send-once.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { startSlowProxy } from '../support/slow-proxy.js';
import type { SlowProxy } from '../support/slow-proxy.js';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Phone } from '../support/people.js';

const ENDED = 'This sign-in has ended';
const UNSAVED = 'If you did not save them, make new ones.';

describe('two clicks on a slow network, in a browser', function () {
  this.timeout(120_000);
  const ordinary = browserForTests();
  let panel: Panel;
  let proxy: SlowProxy;
  let page: Page;
  let alice: Client;
  let phone: Phone;
  const { logIn, takeCookies } = handsOn(() => page);

  afterEach(async () => {
    await proxy.close();
    await stopPanels();
  });

  async function sitDown(javaScriptEnabled = true, { openAt } = ordinary): Promise<void> {
    panel = await startPagePanel({}, { routes: addPages });
    proxy = await startSlowProxy(panel.port);
    ({ page } = await openAt(proxy.url, { javaScriptEnabled, viewport: { width: 1000, height: 2000 } }));
    alice = new Client(panel);
  }

  /** The browser goes on with the cookies of a visitor. */
  async function open(path: string): Promise<void> {
    await takeCookies(alice, proxy.url);
    await page.goto(path);
  }

  async function isEnrolled(): Promise<void> {
    ({ phone } = await enrolled(panel, 'alice', alice));
  }

  /** A form of ours, in front of somebody who has filled it in. */
  interface Form {
    readonly open: () => Promise<void>;
    readonly button: () => Locator;
    /** The field it has, if any, to press Enter in. */
    readonly field?: string;
    /** What is read once it was sent. */
    readonly done: string;
    /** What who sends it twice without our script is told. */
    readonly told: string;
  }

  const button = (name: string) => (): Locator => page.getByRole('button', { name, exact: true });
  const forms: Record<string, Form> = {
    'the code': {
      async open() {
        await isEnrolled();
        alice = new Client(panel);
        await alice.logInByForm();
        await open('/two-step/verify');
        await page.fill('#code', phone.nextCode());
      },
      button: button('Ok'),
      field: '#code',
      done: 'Home',
      told: ENDED,
    },
    'step-up': {
      async open() {
        await isEnrolled();
        panel.now += 400_000;
        await open('/danger');
        await page.fill('#code', phone.nextCode());
      },
      button: button('Ok'),
      field: '#code',
      done: 'Danger',
      told: ENDED,
    },
    enable: {
      async open() {
        await alice.logInByForm();
        await open('/two-step');
      },
      button: button('Enable two-step authentication'),
      done: 'Add the account to the app',
      told: ENDED,
    },
    'the first code': {
      async open() {
        await alice.logInByForm();
        phone = phoneWith(panel, String((await alice.post('/two-step/setup')).body.key));
        await open('/two-step/setup');
        await page.fill('#code', phone.code());
      },
      button: button('Ok'),
      field: '#code',
      done: 'Your recovery codes',
      told: ENDED,
    },
    'cancelling the set-up': {
      async open() {
        await alice.logInByForm();
        await alice.post('/two-step/setup');
        await open('/two-step/setup');
      },
      button: button('Cancel'),
      done: 'Not enabled',
      told: ENDED,
    },
    'cancelling the sign-in': {
      async open() {
        await isEnrolled();
        alice = new Client(panel);
        await alice.logInByForm();
        await open('/two-step/verify');
      },
      button: button('Cancel and sign in as somebody else'),
      done: 'Login',
      told: 'Login',
    },
    disable: {
      async open() {
        await isEnrolled();
        await open('/two-step');
        await page.fill('#code', phone.nextCode());
      },
      button: button('Disable two-step authentication'),
      field: '#code',
      done: 'Not enabled',
      told: 'Login',
    },
    'new recovery codes': {
      async open() {
        await isEnrolled();
        await open('/two-step');
        await page.fill('#code-2', phone.nextCode());
      },
      button: button('Make new recovery codes'),
      field: '#code-2',
      done: 'Your recovery codes',
      told: UNSAVED,
    },
    'codes that are saved': {
      async open() {
        await isEnrolled();
        await open('/two-step');
      },
      button: button('I have them'),
      done: '10 recovery codes are left.',
      told: '10 recovery codes are left.',
    },
  };

  /** Has a key call a method of a form: while a navigation is under way Chromium takes nothing but input. */
  async function onKey(button: Locator, method: 'submit' | 'requestSubmit'): Promise<void> {
    await button.evaluate((element, method) => {
      const { form } = element as unknown as { form: Record<string, () => void> };
      (globalThis as unknown as EventTarget).addEventListener('keydown', () => form[method]?.());
    }, method);
  }

  /** The middle of an element that can be seen. */
  async function placeOf(element: Locator): Promise<readonly [number, number]> {
    const box = await element.boundingBox();
    if (!box) throw new Error('it is not on the page');
    return [box.x + box.width / 2, box.y + box.height / 2];
  }

  /** The ways to send a form twice that a page hears of. */
  const twice: Record<string, (form: Form) => Promise<void>> = {
    async 'a double click'({ button }) {
      const place = await placeOf(button());
      await page.mouse.click(...place);
      // The second one comes when the first request is on its way: Chromium makes one of two that are quicker.
      await proxy.held(1);
      await page.mouse.click(...place, { clickCount: 2 });
    },
    async 'a click and Enter'({ button, field }) {
      const typed = field && (await placeOf(page.locator(field)));
      await page.mouse.click(...(await placeOf(button())));
      if (typed) await page.mouse.click(...typed);
      await page.keyboard.press('Enter');
    },
    async 'requestSubmit(), twice'({ button }) {
      await onKey(button(), 'requestSubmit');
      await page.keyboard.press('F2');
      await page.keyboard.press('F2');
    },
    async 'another button'({ button }) {
      const other = await placeOf(page.locator('main form button:visible').last());
      await page.mouse.click(...(await placeOf(button())));
      await page.mouse.click(...other);
    },
  };

  const text = (): Promise<string> => page.locator('body').innerText();
  /** Until a page says something: one that was left before its answer came says it never. */
  const says = (what: string): Promise<void> => page.getByText(what).first().waitFor();

  async function signsIn(): Promise<void> {
    await page.context().clearCookies();
    await logIn('alice', 'password');
    if ((await panel.store.get('alice')) === null) return;
    await page.fill('#code', phone.nextCode());
    await page.locator('#code').press('Enter');
    await says('Home');
  }

  for (const [what, form] of Object.entries(forms)) {
    // One script hears of every way, on every page: one way shows that a form has it.
    for (const [how, send] of Object.entries(twice).slice(0, what === 'the code' ? undefined : 1)) {
      it(`${what}: ${how} sends it once`, async () => {
        await sitDown();
        await form.open();
        proxy.hold('answers');
        await send(form);
        await proxy.held(1);
        proxy.release();
        await says(form.done);
        expect(await text()).to.not.contain(ENDED);
      });
    }

    const unheard = ['no JavaScript', 'form.submit(), twice'] as const;
    for (const how of unheard.slice(0, what === 'the code' ? undefined : 1)) {
      it(`${what}: with ${how}, the second one is told the truth, and nobody is lost`, async () => {
        await sitDown(how !== 'no JavaScript');
        await form.open();
        const place = await placeOf(form.button());
        if (how !== 'no JavaScript') await onKey(form.button(), 'submit');
        const send = (): Promise<void> =>
          how === 'no JavaScript' ? page.mouse.click(...place) : page.keyboard.press('F2');
        proxy.hold('answers');
        await send();
        await proxy.held(1);
        await send();
        await proxy.held(2);
        proxy.release();
        await says(form.told);
        await signsIn();
        await page.goto('/two-step');
        const enrolled = (await panel.store.get('alice')) !== null;
        const { recoveryCodesConfirmed } = await panel.secondFactor.status('alice');
        expect((await text()).includes(UNSAVED)).to.equal(enrolled && recoveryCodesConfirmed === false);
        if (what === 'the first code' || what === 'new recovery codes')
          expect(await text()).to.contain(UNSAVED);
      });
    }
  }

  it('may be tried again after Esc, once ten seconds have passed', async () => {
    await sitDown();
    await page.clock.install();
    await forms['the code']!.open();
    proxy.hold('requests');
    const ok = await placeOf(button('Ok')());
    await page.mouse.click(...ok);
    await proxy.held(1);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.stopLoading');
    await page.mouse.click(...ok);
    await page.clock.fastForward(11_000);
    await page.mouse.click(...ok);
    await proxy.held(2);
    proxy.release();
    await says('Home');
  });

  it('may be tried again after a download, once ten seconds have passed', async () => {
    await sitDown();
    await page.clock.install();
    await page.goto('/own-page');
    const arriving = page.waitForEvent('download');
    await button('Export')().click();
    expect(await (await arriving).failure()).to.equal(null);
    await button('Send')().click();
    expect(await page.evaluate('sent')).to.deep.equal(['export', 'send, dropped']);
    await page.clock.fastForward(11_000);
    await button('Send')().click();
    await says('You sent b');
  });

  it('sends what a handler of the page prevented before, with the name of its button', async () => {
    await sitDown();
    await page.goto('/own-page');
    await page.evaluate(
      "document.addEventListener('submit', (event) => event.preventDefault(), { once: true })",
    );
    await button('Send')().click();
    await button('Send')().click();
    await says('You sent b');
  });

  describe('in a browser that keeps pages', () => {
    const keeping = browserForTests({ keepsPages: true });

    it('may be sent again after Back', async () => {
      await sitDown(true, keeping);
      await page.goto('/own-page');
      await button('Send')().click();
      await says('You sent b');
      await page.goBack({ waitUntil: 'commit' });
      expect(await page.evaluate('sent'), 'the very same page').to.deep.equal(['send']);
      await button('Send')().click();
      await says('You sent b, 2 in all');
    });
  });

  it('leads on from the code form after Back, which is loaded anew', async () => {
    await sitDown();
    await forms['the code']!.open();
    await button('Ok')().click();
    await says('Home');
    await page.goBack();
    await says('Home');
    expect(page.url()).to.equal(`${proxy.url}/`);
  });
});

/** A page of the application's own with our script, which may be kept by the browser, and what its forms lead to. */
function addPages({ app }: Panel): void {
  app.get('/own-page', (_req, res) => {
    res.send(`<!doctype html><html lang="en"><title>Own</title><body>
      <form method="post" action="/export"><button name="what" value="export">Export</button></form>
      <form method="post" action="/sent"><button name="what" value="a">Other</button>
        <button name="what" value="b">Send</button></form><script>${sendOnce.text}</script>
      <script>var sent = []; addEventListener('submit', (event) =>
        sent.push(event.target.action.split('/').pop().replace('sent', 'send') + (event.defaultPrevented ? ', dropped' : '')))
      </script></body></html>`);
  });
  app.post('/export', (_req, res) => {
    res.attachment('export.txt').send('export');
  });
  let sent = 0;
  app.post('/sent', (req, res) => {
    sent += 1;
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const what = new URLSearchParams(String(Buffer.concat(chunks))).get('what');
      res.send(`You sent ${String(what)}, ${String(sent)} in all`);
    });
  });
}
