import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { sameOrigin } from 'passport-second-factor';
import type { Page } from 'playwright-core';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { fencedBlocks, fileName } from '../support/code-blocks.js';
import { until } from '../support/eventually.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import type { Phone } from '../support/people.js';

const PAGE = 'docs/integration-traps.md';
/** Rules every page from the moment that it is registered. */
const AT_ONCE = `self.addEventListener('install', () => self.skipWaiting());
  self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;
const REGISTER = `new Promise((resolve) => {
  navigator.serviceWorker.addEventListener('controllerchange', () => resolve(null));
  navigator.serviceWorker.register('/worker.js');
})`;
/** What workers do that send navigations again. */
const AGAIN = {
  'with options': `event.respondWith(fetch(event.request, { cache: 'no-store' }));`,
  'with other headers': `event.respondWith(fetch(event.request, { headers: new Headers(event.request.headers) }));`,
  'as a request of its own': again(`mode: 'same-origin'`),
  'as a request of its own in the mode cors': again(`mode: 'cors'`),
};

function again(mode: string): string {
  return `const { url, method, headers, redirect } = event.request;
    const body = method === 'GET' ? Promise.resolve() : event.request.clone().blob();
    event.respondWith(body.then((body) => fetch(url, { method, headers, redirect, body, ${mode} })));`;
}

/** The worker of the page. */
function documented(): string {
  const blocks = fencedBlocks(PAGE, readFileSync(resolve(import.meta.dirname, '../..', PAGE), 'utf8'));
  const block = blocks.find((each) => fileName(each) === 'service-worker.ts');
  return transformSync(block?.code ?? '', { loader: 'ts' }).code;
}

describe('integration traps: service workers in a browser', function () {
  const { openAt } = browserForTests({ mayComplain: true });
  let page: Page;
  const { logIn } = handsOn(() => page);
  let panel: Panel;
  let phone: Phone;
  let otherSite: Server;
  let worker: string;
  /** The forms that arrived, with how each was answered. */
  let forms: string[];

  before(async () => {
    otherSite = createServer(({ url = '' }, res) => {
      const action = `http://127.0.0.1:${String(panel.port)}${url}`;
      const fields = '<input name="username" value="bob"><input name="password" value="password">';
      res.setHeader('content-type', 'text/html');
      res.end(`<!doctype html><form method="post" action="${action}">${fields}<button>Go</button></form>`);
    }).listen(0);
    await once(otherSite, 'listening');
  });
  after(() => {
    otherSite.closeAllConnections();
    otherSite.close();
  });

  beforeEach(async () => {
    forms = [];
    panel = await startPagePanel(
      {},
      {
        session: { cookie: { sameSite: 'strict' } },
        first: ({ app }) => {
          app.get('/worker.js', (_req, res) => void res.type('js').send(`${AT_ONCE}\n${worker}`));
          app.use((req, res, next) => {
            const { method, path } = req;
            if (method === 'POST') res.once('finish', () => forms.push(`${path} ${res.statusCode}`));
            next();
          });
          app.use('/login', sameOrigin());
        },
      },
    );
    ({ phone } = await enrolled(panel));
    forms = [];
    ({ page } = await openAt(panel.url));
  });
  afterEach(stopPanels);

  /** The password of alice, and then the worker. */
  async function signInHalfWay(): Promise<void> {
    await logIn('alice', 'password');
    await page.locator('#code').waitFor();
    await page.goto('/login');
    await page.evaluate(REGISTER);
    forms = [];
    panel.told();
  }

  async function sendFromOtherSite(path: string): Promise<void> {
    await page.goto(`http://localhost:${String((otherSite.address() as AddressInfo).port)}${path}`);
    await sendForm(() => page.getByRole('button').click());
  }

  async function sendOwnCode(): Promise<void> {
    await page.goto('/two-step/verify');
    await page.locator('#code').fill(phone.nextCode());
    await sendForm(() => page.locator('#code').press('Enter'));
  }

  async function sendForm(send: () => Promise<void>): Promise<void> {
    const before = forms.length;
    await send();
    await until('the form is answered', () => forms.length > before);
  }

  describe('Service workers', () => {
    for (const [how, code] of Object.entries(AGAIN)) {
      it(`gets every form refused that it sends again ${how}, and pages stay pages`, async () => {
        worker = `addEventListener('fetch', (event) => { ${code} });`;
        await signInHalfWay();
        await sendFromOtherSite('/two-step/cancel');
        await sendFromOtherSite('/login');
        await sendOwnCode();
        expect(forms).to.deep.equal(['/two-step/cancel 403', '/login 403', '/two-step/verify 403']);
        expect(panel.told()).to.deep.equal(['cross-site-refused', 'cross-site-refused']);
        expect(await page.getByRole('heading').innerText()).to.not.be.empty;
        await page.goto('/two-step/verify');
        expect(await page.locator('#code').count(), 'the sign-in still waits').to.equal(1);
      });
    }

    for (const [how, code] of [
      ['leaves navigations to the browser, as documented', documented()],
      ['sends them on as they are', `addEventListener('fetch', (e) => e.respondWith(fetch(e.request)));`],
    ] as const) {
      it(`has only the forms of other sites refused where it ${how}`, async () => {
        worker = code;
        await signInHalfWay();
        await sendFromOtherSite('/two-step/cancel');
        await sendFromOtherSite('/login');
        await sendOwnCode();
        expect(forms).to.deep.equal(['/two-step/cancel 403', '/login 403', '/two-step/verify 303']);
      });
    }
  });
});
