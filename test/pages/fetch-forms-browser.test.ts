import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorOptions } from 'passport-second-factor';
import type { Page } from 'playwright-core';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Phone } from '../support/people.js';

/** A script that sends forms by fetch: what it is, and what its forms and links say. */
interface Script {
  readonly file: string;
  readonly module?: boolean;
  readonly body?: string;
  readonly form?: string;
  readonly link?: string;
  /** A form that puts the answer into one place of the page. */
  readonly part?: string;
}
const HTMX = { body: 'hx-boost="true"', part: 'hx-boost="false" hx-post="/login" hx-target="#part"' };
const SCRIPTS: Record<string, Script> = {
  Turbo: { file: '@hotwired/turbo/dist/turbo.es2017-esm.js', module: true, part: 'data-turbo-frame="part"' },
  'htmx 2': { file: 'htmx2/dist/htmx.js', ...HTMX },
  'htmx 4': { file: 'htmx.org/dist/htmx.js', ...HTMX, body: 'hx-boost:inherited="true"' },
  unpoly: {
    file: 'unpoly/unpoly.js',
    form: 'up-submit',
    link: 'up-follow',
    part: 'up-submit up-target="#part"',
  },
};

describe('forms that a script sends by fetch', function () {
  const { openAt } = browserForTests();
  let page: Page;
  const { shows, takeCookies } = handsOn(() => page);
  let panel: Panel;
  let visitor: Client;
  /** A page of the application. */
  let html: (title: string, inside: string) => string;
  let phone: Phone;
  let recoveryCodes: readonly string[];

  afterEach(stopPanels);

  /** An application whose every page carries the script. */
  async function sitDown(script: Script, options: Partial<SecondFactorOptions<User>> = {}): Promise<void> {
    const { file, module = false, body = '', form = '', link = '', part = '' } = script;
    const source = readFileSync(resolve('node_modules', file), 'utf8');
    html = (title, inside) =>
      `<!doctype html><html lang="en"><head><title>${title}</title>
      <script ${module ? 'type="module"' : ''} src="/script.js"></script></head>
      <body ${body}><nav>the application</nav><main><h1>${title}</h1>${inside}</main></body></html>`;
    const fields = '<input name="username"><input name="password"><button>Log in</button>';
    panel = await startPagePanel(options, {
      first({ app }) {
        app.get('/script.js', (_req, res) => res.type('js').send(source));
        app.get('/login', (_req, res) =>
          res.send(html('Login', `<form method="post" action="/login" ${form}>${fields}</form>`)),
        );
        app.get('/start', (_req, res) => res.send(html('Start', `<a href="/login" ${link}>Log in</a>`)));
        app.get('/ahead', (_req, res) => res.send(html('Ahead', '<a href="/danger">Danger</a>')));
        app.get('/part', (_req, res) => {
          const framed = `<form method="post" action="/login" ${part}>${fields}</form><div id="part"></div>`;
          res.send(html('Part', module ? `<turbo-frame id="part">${framed}</turbo-frame>` : framed));
        });
      },
      routes({ app }) {
        app.get('/', (req, res) => {
          const name = (req.user as User | undefined)?.login ?? 'nobody';
          const links = `<a href="/two-step" ${link}>Settings</a> <a href="/backups">Backups</a>`;
          res.send(html(`Home of ${name}`, links));
        });
        // What htmx does not keep in its history it asks for when somebody goes back.
        app.get('/backups', requireSecondFactor({ maxAge: 300 }), (_req, res) =>
          res.send(html('Backups', '<a href="/" hx-history="false">Home</a>')),
        );
        app.get('/edit', (_req, res) =>
          res.send(html('Edit', `<form method="post" action="/items" ${form}><button>Save</button></form>`)),
        );
        app.post('/items', express.urlencoded(), requireSecondFactor({ maxAge: 300 }), (_req, res) =>
          res.redirect(303, '/'),
        );
      },
    });
    visitor = new Client(panel);
    ({ phone, recoveryCodes } = await enrolled(panel, 'alice', visitor));
    ({ page } = await openAt(panel.url));
  }

  async function logIn(path = '/login'): Promise<void> {
    await page.goto(path);
    await page.locator('[name=username]').fill('alice');
    await page.locator('[name=password]').fill('password');
    await page.getByRole('button').click();
  }

  /** One of our pages is there, whole: nothing of the application around it, its own style in force. */
  async function isWhole(path: string): Promise<void> {
    await page.waitForURL(`**${path}`);
    await page.locator('.brand').waitFor();
    expect(await page.locator('nav').count()).to.equal(0);
    const radius = await page.evaluate(
      'getComputedStyle(document.querySelector("main button")).borderRadius',
    );
    expect(radius).to.not.equal('0px');
  }

  async function typeCode(code = phone.nextCode()): Promise<void> {
    await page.locator('input[name=code]:visible').first().fill(code);
    await page.locator('input[name=code]:visible').first().press('Enter');
  }

  for (const [name, script] of Object.entries(SCRIPTS)) {
    describe(name, () => {
      it('gets from the password to the code form, with the code home, and by a link to the settings', async () => {
        await sitDown(script);
        await logIn();
        await isWhole('/two-step/verify');
        await typeCode();
        await shows('Home of alice');
        await page.getByRole('link', { name: 'Settings' }).click();
        await isWhole('/two-step');
      });

      if (name.startsWith('htmx')) {
        it('goes back to a page whose guard asks for a fresh proof by way of that, and then shows it', async () => {
          await sitDown(script);
          await logIn();
          await isWhole('/two-step/verify');
          await typeCode();
          await page.getByRole('link', { name: 'Backups' }).click();
          await shows('Backups');
          await page.getByRole('link', { name: 'Home' }).click();
          await shows('Home of alice');
          panel.now += 301_000;
          await page.goBack();
          await isWhole('/two-step/step-up');
          await typeCode();
          await shows('Backups');
        });
      }

      it('gets there from a form that fills a part of a page', async () => {
        await sitDown(script);
        await logIn('/part');
        await isWhole('/two-step/verify');
        await typeCode();
        await shows('Home of alice');
      });

      it('gets from a form that a guard stops to a fresh code, and back to the form', async () => {
        await sitDown(script);
        await takeCookies(visitor, panel.url);
        await page.goto('/edit');
        panel.now += 301_000;
        await page.getByRole('button', { name: 'Save' }).click();
        await isWhole('/two-step/step-up');
        expect(await page.getByRole('status').innerText()).to.contain('has not been carried out');
        await typeCode();
        await shows('Edit');
        await page.getByRole('button', { name: 'Save' }).click();
        await shows('Home of alice');
      });
    });
  }

  it('gets Turbo from a link that it loads ahead to a fresh code, and loading ahead moves nothing', async () => {
    await sitDown({ ...SCRIPTS.Turbo, file: '@hotwired/turbo/dist/turbo.es2017-esm.js', module: true });
    await takeCookies(visitor, panel.url);
    panel.now += 301_000;
    await page.goto('/ahead');
    const names = async (): Promise<string[]> =>
      (await page.context().cookies()).map(({ name }) => name).sort();
    const before = await names();
    const ahead = page.waitForResponse('**/danger');
    await page.getByRole('link').hover();
    expect((await ahead).status()).to.equal(401);
    expect(await names()).to.deep.equal(before);
    await page.getByRole('link').click();
    await isWhole('/two-step/step-up');
    await typeCode();
    await shows('Danger');
  });

  it('gets unpoly there from a form in a layer of its own', async () => {
    await sitDown({ ...SCRIPTS.unpoly, file: 'unpoly/unpoly.js', link: 'up-follow up-layer="new"' });
    await page.goto('/start');
    await page.getByRole('link', { name: 'Log in' }).click();
    const layer = page.locator('up-modal');
    await layer.locator('[name=username]').fill('alice');
    await layer.locator('[name=password]').fill('password');
    await layer.getByRole('button', { name: 'Log in' }).click();
    await isWhole('/two-step/verify');
  });

  describe('where the application draws our pages, with the script on them', () => {
    for (const [name, script] of Object.entries(SCRIPTS)) {
      it(`${name} shows a wrong code, and how many recovery codes are left`, async () => {
        const { form = '' } = script;
        await sitDown(script, {
          render: (_req, res, { name: shown, error, model }) => {
            const action = 'action' in model ? model.action : '';
            const left = 'recoveryCodesLeft' in model ? String(model.recoveryCodesLeft) : '';
            const said = `<p id="said">${error?.code ?? left}</p>`;
            const code = `<form method="post" action="${action}" ${form}>${said}<input name="code"><button>Ok</button></form>`;
            res.setHeader('content-type', 'text/html');
            res.end(html(shown, action ? code : said));
          },
        });
        await logIn();
        await shows('verify');
        await typeCode('AAAA-AAAA-AAAA-AAAA-AAAA-AAAA');
        await page.locator('#said', { hasText: 'code-invalid' }).waitFor();
        await typeCode(recoveryCodes[0]);
        await shows('recovery-code-used');
        expect(await page.locator('#said').innerText()).to.equal('9');
      });
    }
  });
});
