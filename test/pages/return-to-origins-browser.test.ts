import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import type { Page } from 'playwright-core';
import type { SecondFactorOptions } from 'passport-second-factor';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { User } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Phone } from '../support/people.js';

describe('forms whose redirects leave the origin', function () {
  const { openAt } = browserForTests({ mayComplain: true });
  let client: Server;
  let clientOrigin: string;
  let page: Page;
  const { press, typeCode } = handsOn(() => page);
  let phone: Phone;
  let visitor: Client;
  let recoveryCodes: readonly string[];

  before(async () => {
    client = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<h1>Client</h1>'));
    client.listen(0, '127.0.0.1');
    await once(client, 'listening');
    clientOrigin = `http://127.0.0.1:${String((client.address() as AddressInfo).port)}`;
  });
  after(() => {
    client.closeAllConnections();
    client.close();
  });
  afterEach(stopPanels);

  /** A panel that is an OAuth provider: its pages of consent, of login and of the home lead to a client. */
  async function sitDown(options: Partial<SecondFactorOptions<User>>): Promise<void> {
    const panel = await startPagePanel(
      { loginPath: '/sso', homePath: '/away', rememberBrowsers: { days: 30 }, ...options },
      {
        routes({ app, passport }) {
          const form =
            '<form method=post><input name=username><input name=password><button>Log in</button></form>';
          app.get('/oauth', (req, res) => {
            if (req.user) res.redirect(`${clientOrigin}/callback?code=1`);
            else res.send(form);
          });
          app.post(
            '/oauth',
            express.urlencoded({ extended: false }),
            passport.authenticate('local', { successRedirect: '/oauth' }),
          );
          app.get(['/sso', '/away'], (_req, res) => res.redirect(`${clientOrigin}/callback`));
        },
      },
    );
    visitor = new Client(panel);
    ({ phone, recoveryCodes } = await enrolled(panel, 'alice', visitor));
    ({ page } = await openAt(panel.url));
  }

  async function logIn(): Promise<void> {
    await page.goto('/oauth');
    await page.locator('[name=username]').fill('alice');
    await page.locator('[name=password]').fill('password');
    await page.getByRole('button').click();
    await page.waitForURL('**/two-step/verify');
  }

  const arrives = (): Promise<void> => page.waitForURL(`${clientOrigin}/callback**`);
  const isBlocked = (): Promise<unknown> =>
    page.waitForEvent('console', { predicate: (message) => message.text().includes('form-action') });

  for (const options of [{}, { allowedOrigins: true }]) {
    it(`are stopped by the browser where ${JSON.stringify(options)} name no such origin`, async () => {
      await sitDown('allowedOrigins' in options ? { allowedOrigins: [clientOrigin] } : {});
      await logIn();
      const blocked = isBlocked();
      await typeCode(phone.nextCode());
      await blocked;
      expect(page.url()).to.match(/\/two-step\/verify$/);
    });
  }

  it('go on to an origin of returnToOrigins: code, cancel, step-up, and what leads home', async () => {
    await sitDown({ returnToOrigins: [clientOrigin] });
    await logIn();
    await typeCode(phone.nextCode());
    await arrives();

    await page.goto('/two-step/step-up');
    await typeCode(phone.nextCode());
    await arrives();

    await page.context().clearCookies();
    await logIn();
    await press('Cancel and sign in as somebody else');
    await arrives();
  });

  it('go on there from a sign-in that must enable first, and from a recovery code', async () => {
    await sitDown({
      returnToOrigins: [clientOrigin],
      policy: ({ id }) => (id === 'bob' ? 'required' : 'optional'),
    });
    await page.goto('/oauth');
    await page.locator('[name=username]').fill('bob');
    await page.locator('[name=password]').fill('password');
    await page.getByRole('button').click();
    await press('Cancel and sign in as somebody else');
    await arrives();

    await logIn();
    await page.getByText('Use a recovery code').click();
    await page.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '');
    await press('Use the recovery code');
    await page.getByRole('link', { name: 'Go on' }).click();
    await arrives();
  });

  it('may do so on every page, in one policy', async () => {
    await sitDown({ returnToOrigins: [clientOrigin], allowedOrigins: ['https://app.example'] });
    await visitor.post('/two-step/setup', { add: true });
    const pages = ['', '/setup', '/browsers', '/step-up'].map((path) => visitor.open(`/two-step${path}`));
    const refused = visitor.submit('/two-step/disable', { code: 'wrong' });
    const crossSite = visitor.submit('/two-step/verify', {}, { 'sec-fetch-site': 'cross-site' });
    for (const { status, headers } of await Promise.all([...pages, refused, crossSite])) {
      expect(status).to.be.oneOf([200, 400, 403]);
      expect(headers['content-security-policy']).to.contain(`form-action 'self' ${clientOrigin};`);
    }
  });
});
