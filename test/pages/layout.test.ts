import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Response } from 'express';
import type { PageContent, SecondFactorOptions } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel, PanelParts, User } from '../support/panel.js';
import { enrolled } from '../support/people.js';

type Layout = NonNullable<SecondFactorOptions<User>['layout']>;

const frame = ({ title, heading, head, body }: PageContent): string =>
  `<!doctype html><html lang="en"><head><title>${title}</title>${head}</head>` +
  `<body><nav>Panel</nav><main><h1>${heading}</h1>${body}</main></body></html>`;

describe('the frame of the application', () => {
  afterEach(stopPanels);

  const start = (layout: Layout, parts: PanelParts = {}): Promise<Panel> =>
    startPagePanel({ layout, settingsPath: '/my-settings' }, parts);

  it('holds every page, and is told what its policy must allow: all that there is, and nothing else', async () => {
    const contents: PageContent[] = [];
    const panel = await start(async (_req, _res, content) => {
      await new Promise((later) => setImmediate(later));
      contents.push(content);
      return frame(content);
    });
    const alice = new Client(panel);
    const { phone } = await enrolled(panel, 'alice', alice);
    contents.length = 0;
    const pages = [
      await alice.open('/two-step'),
      await alice.open('/two-step/step-up'),
      await alice.submit('/two-step/recovery-codes', { code: phone.wrongCode() }),
      await alice.submit('/two-step/recovery-codes', { code: phone.nextCode() }),
    ];
    const pending = new Client(panel);
    await pending.logInByForm();
    pages.push(await pending.open('/two-step/verify'));
    expect(contents.map(({ name }) => name)).to.deep.equal([
      'settings',
      'step-up',
      'settings',
      'recovery-codes',
      'verify',
    ]);
    for (const [place, { text, headers }] of pages.entries()) {
      expect(text).to.match(/^<!doctype html>.*<nav>Panel<\/nav>/s);
      const { policy, direction, language } = contents[place]!;
      expect([direction, language]).to.deep.equal(['ltr', 'en']);
      expect(hashesOf(text, 'script')).to.deep.equal(policy.scripts);
      expect(hashesOf(text, 'style')).to.deep.equal(policy.styles);
      expect(text, 'no attribute that a policy would refuse').to.not.match(/ (style|on\w+)=/);
      expect(headers['cache-control']).to.equal('no-store');
    }
    expect(pages[2]?.status).to.equal(401);
    expect(pages[2]?.text).to.contain('role="alert"');
  });

  it('is told what was refused, by a title that says so and a heading that stays', async () => {
    const contents: PageContent[] = [];
    const panel = await start((_req, _res, content) => {
      contents.push(content);
      return frame(content);
    });
    const alice = new Client(panel);
    const { phone } = await enrolled(panel, 'alice', alice);
    await alice.open('/two-step/step-up');
    await alice.submit('/two-step/step-up', { code: phone.wrongCode() });
    expect(contents.map(({ title, heading, error }) => [title, heading, error?.code])).to.deep.equal([
      ['Confirm that it is you', 'Confirm that it is you', undefined],
      ['Error: Confirm that it is you', 'Confirm that it is you', 'code-invalid'],
    ]);
  });

  it('has the policy of the application, set before or by the frame, and never lets others frame it', async () => {
    let own: string | null = null;
    const panel = await start(
      (_req, res, content) => {
        if (own !== null) (res as Response).set('Content-Security-Policy', own);
        return frame(content);
      },
      {
        first: ({ app }) => {
          app.use((_req, res, next) => {
            res.setHeader('Content-Security-Policy', "default-src 'self'");
            next();
          });
        },
      },
    );
    const visitor = new Client(panel);
    await visitor.logInByForm();
    const policyOf = async (): Promise<unknown> =>
      (await visitor.open('/two-step')).headers['content-security-policy'];
    expect(await policyOf()).to.equal("default-src 'self', frame-ancestors 'none'");
    own = "script-src 'none'";
    expect(await policyOf()).to.equal("script-src 'none', frame-ancestors 'none'");
  });

  it('styles nothing but what it was given, and lets the variables of the application win', async () => {
    let head = '';
    const panel = await start((_req, _res, content) => {
      ({ head } = content);
      return frame(content);
    });
    const visitor = new Client(panel);
    await visitor.logInByForm();
    await visitor.open('/two-step');
    const style = head.replace(/<\/?style>/g, '');
    const selectors = [...style.matchAll(/(?<=^|[{}])\s*([^{}@]+?)\s*\{/g)].flatMap(([, each = '']) =>
      each.split(/,(?![^(]*\))/).map((selector) => selector.trim()),
    );
    expect(selectors).to.have.length.above(50);
    expect(selectors.filter((each) => !/^(\.second-factor\b|:where\(:root\)$)/.test(each))).to.deep.equal([]);
    expect(style).to.not.match(/(?<!\.second-factor \{ margin: 0; |prefers-)color-scheme: /);
  });

  it('is led back to by Back and by Cancel, on the settings page of the application', async () => {
    const panel = await start((_req, _res, content) => frame(content));
    const visitor = new Client(panel);
    await visitor.logInByForm();
    expect((await visitor.open('/two-step')).text).to.contain('<a href="/my-settings">Back</a>');
    await visitor.submit('/two-step/setup');
    expect((await visitor.submit('/two-step/setup/cancel')).headers.location).to.equal('/my-settings');
  });

  it('is an error of the application where it is no document, and is not asked by programs', async () => {
    let asked = 0;
    const panel = await start(() => {
      asked += 1;
      return undefined as never;
    });
    const visitor = new Client(panel);
    await visitor.logInByForm();
    expect((await visitor.open('/two-step')).status).to.equal(500);
    expect((await visitor.get('/two-step')).status).to.equal(200);
    expect(asked).to.equal(1);
  });

  it('is refused beside views that draw the whole page', async () => {
    const options = { layout: () => '', render: () => undefined };
    const refusal = await startPagePanel(options).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'option-invalid' });
    expect(String(refusal)).to.contain('use either layout or render');
  });
});

/** What a policy calls the elements of a kind. */
function hashesOf(text: string, element: 'script' | 'style'): string[] {
  return [...text.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map(
    ([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`,
  );
}
