import { expect } from 'chai';
import { csrfSync } from 'csrf-sync';
import express from 'express';
import type { Response } from 'express';
import type { Page } from 'passport-second-factor';
import { sendOnce } from '../../lib/pages/views/send-once.js';
import { russian } from '../../lib/pages/texts-ru.js';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';

describe('the application’s own views', () => {
  afterEach(stopPanels);

  async function startWithViews(parts: PanelParts = {}): Promise<{ panel: Panel; pages: Page[] }> {
    const pages: Page[] = [];
    const panel = await startPagePanel(
      {
        issuer: 'Acme',
        language: 'ru',
        formFields: () => ({ token: 't' }),
        render: async (_req, res, page) => {
          await new Promise((later) => setImmediate(later));
          pages.push(page);
          (res as Response).json({ view: page.name });
        },
      },
      parts,
    );
    return { panel, pages };
  }

  it('are handed every page, with the status set and what the forms need', async () => {
    const { panel, pages } = await startWithViews();
    const alice = new Client(panel);
    await alice.logInByForm();
    const answers = [await alice.open('/two-step')];
    await alice.submit('/two-step/setup');
    answers.push(await alice.open('/two-step/setup'));
    const setup = pages[1];
    if (setup?.name !== 'setup') throw new Error('no set-up page');
    const phone = phoneWith(panel, setup.model.key);
    const skewed = phone.code(14);
    answers.push(await alice.submit('/two-step/setup/confirm', { code: skewed }));
    answers.push(await alice.submit('/two-step/setup/confirm', { code: phone.code() }));
    answers.push(await alice.open('/two-step/step-up'));
    answers.push(await alice.submit('/two-step/disable', { code: phone.wrongCode() }));
    await new Client(panel).submit('/two-step/verify', { code: '123456' });
    const pending = new Client(panel);
    await pending.logInByForm();
    answers.push(await pending.open('/two-step/verify'));
    for (let i = 0; i < 4; i++) await pending.post('/two-step/verify', { code: phone.wrongCode() });
    answers.push(await pending.submit('/two-step/verify', { code: phone.wrongCode() }));

    expect(answers.map(({ status, body }) => `${status} ${String(body.view)}`)).to.deep.equal([
      '200 settings',
      '200 setup',
      '422 setup',
      '200 recovery-codes',
      '200 step-up',
      '401 settings',
      '200 verify',
      '429 verify',
    ]);
    for (const page of pages) {
      expect(page).to.include({ language: 'ru', issuer: 'Acme' });
      const isOfAccount = ['settings', 'setup', 'recovery-codes', 'step-up'].includes(page.name);
      expect(page.fields, page.name).to.deep.equal({ token: 't', ...(isOfAccount && { from: 'alice' }) });
    }
    const { code, message, ...details } = pages[2]?.error ?? {};
    expect(code).to.equal('clock-skew');
    expect(message).to.contain('на 7 минут');
    expect(details).to.deep.equal({ minutes: 7, field: 'code', typed: skewed });
    expect(pages[5]).to.deep.include({ name: 'settings' });
    expect(pages[5]?.model).to.include({ refused: 'disable', enrolled: true, disable: '/two-step/disable' });
    expect(pages[6]).to.deep.equal({
      name: 'error',
      issuer: 'Acme',
      language: 'ru',
      fields: { token: 't' },
      script: sendOnce,
      keyScript: null,
      success: null,
      serverTime: panel.now,
      error: { code: 'sign-in-expired', message: russian.problems['sign-in-expired'] },
      model: { home: '/', login: '/login', back: null },
    });
    const locked = pages.at(-1)?.error;
    expect(locked?.code).to.equal('locked');
    expect(locked?.until).to.equal(panel.now + 30_000);
    expect(pages.at(-1)?.model).to.deep.include({ wait: { until: panel.now + 30_000 } });
  });

  for (const [what, given, expected] of [
    ['has none', undefined, "frame-ancestors 'none'"],
    ['is its own', "default-src 'self'", "default-src 'self', frame-ancestors 'none'"],
    [
      'lets itself be framed',
      "default-src 'self'; frame-ancestors *",
      "default-src 'self'; frame-ancestors *, frame-ancestors 'none'",
    ],
  ] as const) {
    it(`keep the application’s Content-Security-Policy where it ${what}, and are never framed (D13)`, async () => {
      const { panel } = await startWithViews({
        first: ({ app }) => {
          app.use((_req, res, next) => {
            if (given) res.setHeader('Content-Security-Policy', given);
            next();
          });
        },
      });
      const alice = new Client(panel);
      await alice.logInByForm();
      const { headers } = await alice.open('/two-step');
      expect(headers['content-security-policy']).to.equal(expected);
      expect(headers['x-frame-options']).to.equal('DENY');
      expect(headers['cache-control']).to.equal('no-store');
    });
  }

  it('hand an error of a view to the application, and change nothing', async () => {
    const failure = new Error('no such template');
    const panel = await startPagePanel({ render: () => Promise.reject(failure) });
    const alice = new Client(panel);
    await alice.logInByForm();
    const { status, body } = await alice.open('/two-step');
    expect([status, body.code]).to.deep.equal([500, 'no such template']);
    expect(panel.errors).to.deep.equal([failure]);
    expect((await alice.get('/two-step')).body.state).to.equal('signed-in');
  });

  it('never see JSON answers', async () => {
    const { panel, pages } = await startWithViews();
    const { recoveryCodes } = await enrolled(panel, 'alice', new Client(panel));
    expect(recoveryCodes).to.have.length(10);
    expect(pages).to.deep.equal([]);
  });
});

describe('the application’s stylesheet', () => {
  afterEach(stopPanels);

  it('is loaded after ours, and only then anything of this origin', async () => {
    const plain = new Client(await startPagePanel());
    await plain.logInByForm();
    const without = await plain.open('/two-step');
    expect(without.text).to.not.contain('<link');
    expect(without.headers['content-security-policy']).to.not.contain("style-src 'self'");

    const styled = new Client(await startPagePanel({ stylesheet: '/panel.css?v=3' }));
    await styled.logInByForm();
    const { text, headers } = await styled.open('/two-step');
    expect(text).to.match(/<\/style>\s*<link rel="stylesheet" href="\/panel.css\?v=3" \/>\s*<\/head>/);
    expect(headers['content-security-policy']).to.match(
      /style-src 'sha256-[^']+' 'self'; img-src 'self'; font-src 'self'; script-src 'sha256-[^' ]+' 'sha256-[^' ]+'; form-action/,
    );
  });

  for (const stylesheet of [
    'panel.css',
    '//evil.example/a.css',
    'https://evil.example/a.css',
    '/a"b.css',
    '/a b',
    '/',
    '',
  ]) {
    it(`is refused where it is no path on this origin: ${stylesheet || 'empty'}`, async () => {
      const refusal = await startPagePanel({ stylesheet }).catch((error: unknown) => error);
      expect(refusal).to.include({ code: 'option-invalid' });
      expect(String(refusal)).to.contain('stylesheet must be a path on this origin such as /panel.css');
    });
  }
});

describe('a CSRF protection of the application in front of the router', () => {
  afterEach(stopPanels);
  const { csrfSynchronisedProtection, generateToken } = csrfSync({
    getTokenFromRequest: (req) => (req.body as { _csrf?: string } | undefined)?._csrf,
  });

  async function startProtected(): Promise<Panel> {
    return startPagePanel(
      { formFields: (req) => ({ _csrf: generateToken(req as express.Request) }) },
      {
        beforeRouter: ({ app }) => {
          app.use('/two-step', express.urlencoded({ extended: false }), csrfSynchronisedProtection);
        },
      },
    );
  }

  const tokenOf = (text: string): string => /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';

  it('lets our forms through, across every new session', async () => {
    const panel = await startProtected();
    const alice = new Client(panel);
    await alice.logInByForm();
    let page = await alice.open('/two-step');
    await alice.submit('/two-step/setup', { _csrf: tokenOf(page.text) });
    page = await alice.open('/two-step/setup');
    const key = /class="key">([^<]*)</.exec(page.text)?.[1]?.replaceAll(' ', '') ?? '';
    const phone = phoneWith(panel, key);
    page = await alice.submit('/two-step/setup/confirm', { _csrf: tokenOf(page.text), code: phone.code() });
    expect(page.status).to.equal(200);

    const again = new Client(panel);
    await again.logInByForm();
    page = await again.open('/two-step/verify');
    const answer = await again.submit('/two-step/verify', {
      _csrf: tokenOf(page.text),
      code: phone.nextCode(),
    });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, '/']);
  });

  it('refuses what comes without its token, and nothing is charged (C13)', async () => {
    const panel = await startProtected();
    const alice = new Client(panel);
    await alice.logInByForm();
    const { status } = await alice.submit('/two-step/setup');
    expect(status).to.equal(403);
    expect((await alice.get('/two-step')).body.state).to.equal('signed-in');
    expect(panel.events.map(({ name }) => name)).to.not.include('setup-started');
  });
});
