import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { requireSecondFactor } from 'passport-second-factor';
import type { HttpRequest, HttpResponse, Page } from 'passport-second-factor';
import type { Page as BrowserPage } from 'playwright-core';
import ts from 'typescript';
import { STYLE } from '../../lib/pages/views/style.js';
import { addPasskeyDevice } from '../support/browser.js';
import { browserForTests, handsOn } from '../support/browser-for-tests.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { KEYS, addKey } from '../support/key-panel.js';
import { lateWebAuthn } from '../support/late-webauthn.js';
import { enable, enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels, user } from '../support/panel.js';
import { SoftKey } from '../support/soft-key.js';

type ShowPage = (req: HttpRequest, res: HttpResponse, page: Page) => void;

const path = resolve(import.meta.dirname, '../../docs/own-look.md');

describe('docs/own-look.md', () => {
  const markdown = readFileSync(path, 'utf8');
  afterEach(stopPanels);

  /** The views of the page, as an application would import them. */
  async function views(): Promise<ShowPage> {
    const block = fencedBlocks(path, markdown).find(({ code }) =>
      code.startsWith('// file: own-look-views.ts'),
    );
    const { outputText } = ts.transpileModule(block?.code ?? '', {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const url = `data:text/javascript,${encodeURIComponent(outputText)}`;
    return ((await import(url)) as { showPage: ShowPage }).showPage;
  }

  it('has views for every page, with which all can be done', async () => {
    const panel = await startPagePanel({
      render: await views(),
      formFields: () => ({ token: '<">' }),
      rememberBrowsers: { days: 30 },
      policy: ({ id }) => (id === 'bob' ? 'required' : 'optional'),
    });
    const alice = new Client(panel);
    const titles: string[] = [];
    const see = (answer: Answer): string => {
      const title = /<h1>([^<]*)<\/h1>/.exec(answer.text)?.[1] ?? '';
      titles.push(`${answer.status} ${title}`);
      for (const [form] of answer.text.matchAll(/<form.*?<\/form>/gs))
        expect(form).to.contain('name="token" value="&#60;&#34;&#62;"');
      return answer.text;
    };
    await alice.logInByForm();
    see(await alice.open('/two-step'));
    await alice.submit('/two-step/setup');
    const setup = see(await alice.open('/two-step/setup'));
    expect(setup).to.contain('<svg');
    const phone = phoneWith(panel, /<code>([A-Z2-7]+)<\/code>/.exec(setup)?.[1] ?? '');
    const wrong = see(await alice.submit('/two-step/setup/confirm', { code: phone.code(10) }));
    expect(wrong).to.contain('<p role="alert">The code is right for another minute');
    const codes = see(await alice.submit('/two-step/setup/confirm', { code: phone.code() }));
    expect(codes.match(/<li>/g)).to.have.length(10);
    see(await alice.open('/two-step'));
    see(await alice.open('/two-step/step-up'));
    const pending = new Client(panel);
    await pending.logInByForm();
    see(await pending.open('/two-step/verify'));
    await pending.submit('/two-step/verify', { code: phone.nextCode(), rememberBrowser: 'on' });
    const listed = see(await pending.open('/two-step/browsers'));
    expect(listed.match(/<li>/g)).to.have.length(1);
    see(await new Client(panel).submit('/two-step/verify', { code: '123456' }));
    const bob = new Client(panel);
    await bob.logInByForm('bob');
    see(await bob.open('/two-step/setup'));
    expect(titles).to.deep.equal([
      '200 Two-step authentication of alice',
      '200 Enable two-step authentication',
      '422 Enable two-step authentication',
      '200 Recovery codes of alice',
      '200 Two-step authentication of alice',
      '200 Confirm that it is you',
      '200 Two-step authentication',
      '200 Remembered browsers',
      '401 This did not work',
      '200 Two-step authentication is required',
    ]);
  });

  it('asks for what the pages of the package ask for, whatever factors the account has', async () => {
    let keysOnly = false;
    const policy = () => (keysOnly ? { phishingResistant: true } : 'optional');
    const parts = { users: ['app', 'key', 'both'].map((login) => user(login)) };
    const render = await views();
    const panels = await Promise.all(
      [{}, { render }].map((look) =>
        startPagePanel({ ...look, webauthn: KEYS, policy, rememberBrowsers: { days: 30 } } as never, parts),
      ),
    );
    /** What each form of a page is sent to, and the fields that people fill. */
    const asks = async (client: Client, path: string): Promise<string[]> => {
      const { text } = await client.open(path);
      const proof = /<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs;
      const forms = [...text.matchAll(proof)].flatMap(([, action = '', body = '']) => {
        const fields = [...body.matchAll(/name="(code|credential|field|rememberBrowser)"/g)].map(
          ([, name]) => name,
        );
        return fields.length > 0 ? [`${action} ${fields.sort().join()}`] : [];
      });
      return [...new Set(forms)].sort();
    };
    const loggedIn = (login: string): Promise<Client[]> =>
      Promise.all(
        panels.map(async (panel) => {
          const client = new Client(panel);
          await client.logInByForm(login);
          return client;
        }),
      );
    for (const login of ['app', 'key', 'both']) {
      const clients = await loggedIn(login);
      for (const [place, client] of clients.entries()) {
        if (login !== 'key') await enable(panels[place]!, client);
        if (login !== 'app') await addKey(client);
      }
      for (const isStrict of [false, true]) {
        keysOnly = isStrict;
        const waiting = await loggedIn(login);
        for (const path of ['', '/step-up', '/security-keys', '/verify']) {
          const [ours, theirs] = path === '/verify' ? waiting : clients;
          const expected = await asks(ours!, `/two-step${path}`);
          const shown = await asks(theirs!, `/two-step${path}`);
          expect(shown, `${login} ${path} ${String(isStrict)}`).to.deep.equal(expected);
        }
      }
      keysOnly = false;
    }
  });

  it('says what is missing, a key where a guard wants one, and when codes are checked again', async () => {
    const panel = await startPagePanel(
      { render: await views(), webauthn: KEYS },
      {
        routes: ({ app }) =>
          app.get('/by-key', requireSecondFactor({ phishingResistant: true }), (_req, res) => res.send('in')),
      },
    );
    const { client, phone } = await enrolled(panel);
    expect((await client.open('/by-key')).headers.location).to.match(/^\/two-step/);
    const settings = await client.open('/two-step');
    expect(settings.text).to.contain(
      'What you wanted needs a passkey or security key. Add one, and you come back',
    );
    const visitor = new Client(panel);
    await visitor.logInByForm();
    for (const code of phone.wrongCodes(5)) await visitor.submit('/two-step/verify', { code });
    const { text } = await visitor.open('/two-step/verify');
    expect(text).to.match(/Too many wrong codes: none is checked before [^.]* GMT\. A recovery code works\./);
  });

  describe('in a browser with passkeys', () => {
    const { openAt } = browserForTests();
    let page: BrowserPage;
    const { logIn, press, shows } = handsOn(() => page);

    it('has views that send the code of an owner who has an app and a key, and ask for the key', async () => {
      const late = lateWebAuthn();
      const panel = await startPagePanel({ render: await views(), webauthn: late.keys });
      const origin = `http://localhost:${String(panel.port)}`;
      late.at(origin);
      const { client, phone } = await enrolled(panel);
      await addKey(client, new SoftKey(origin));
      ({ page } = await openAt(origin));
      await addPasskeyDevice(page); // without that key

      const signIn = async (): Promise<void> => {
        await page.context().clearCookies();
        await logIn('alice', 'password');
        await shows('Two-step authentication');
      };
      const typeCode = (): Promise<void> =>
        page.locator('input[autocomplete="one-time-code"]').first().fill(phone.nextCode());
      await signIn();
      await typeCode();
      await press('Go on');
      await shows('Home');
      await signIn();
      await typeCode();
      await page.keyboard.press('Enter');
      await shows('Home');
      await page.goto('/two-step/step-up');
      await typeCode();
      await press('Go on');
      await shows('Home');

      await page.goto('/two-step/security-keys');
      await press('Add a passkey or security key');
      await page.getByRole('status').filter({ hasText: 'The key was added.' }).waitFor();
      await signIn();
      await press('Go on with a passkey');
      await shows('Home');
      await page.goto('/two-step');
      await typeCode();
      await press('Make new recovery codes');
      await shows('Recovery codes of alice');
    });
  });

  it('names every variable of the style, and no other', () => {
    const variables = new Set([...STYLE.matchAll(/--sf-[a-z-]+/g)].map(([name]) => name));
    const states = ['good', 'warn', 'error'].map((state) => `--sf-${state}-page`);
    const named = new Set([...markdown.matchAll(/--sf-[a-z-]*[a-z]/g)].map(([name]) => name));
    expect([...named, ...states].sort()).to.deep.equal([...variables].sort());
  });
});
