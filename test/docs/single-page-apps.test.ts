import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { csrfSync } from 'csrf-sync';
import express from 'express';
import { codeFor } from 'passport-second-factor/testing';
import ts from 'typescript';
import { fencedBlocks } from '../support/code-blocks.js';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

interface Outcome {
  readonly ok: boolean;
  readonly value?: Record<string, unknown>;
  readonly problem?: { readonly code: string };
}
type Api = Record<string, (...given: (string | boolean)[]) => Promise<Outcome>>;

const page = resolve(import.meta.dirname, '../../docs/single-page-apps.md');

describe('docs/single-page-apps.md', () => {
  const browserFetch = globalThis.fetch;
  afterEach(async () => {
    globalThis.fetch = browserFetch;
    await stopPanels();
  });

  /** The client of the page, as a browser would run it on the pages of a panel. */
  async function load(client: Client): Promise<Api> {
    const block = fencedBlocks(page, readFileSync(page, 'utf8')).find(({ code }) =>
      code.startsWith('// file: two-step-client.ts'),
    );
    const { outputText } = ts.transpileModule(block?.code ?? '', {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    globalThis.fetch = async (path, init) => {
      const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as object) : {};
      const { status, text, headers } =
        init?.method === 'POST' ? await client.post(path as string, body) : await client.get(path as string);
      return new Response(text, { status, headers: { 'content-type': headers['content-type'] ?? '' } });
    };
    const url = `data:text/javascript,${encodeURIComponent(outputText)}`;
    const { twoStep } = (await import(url)) as { twoStep: () => Api };
    return twoStep();
  }

  it('has a client that enables, signs in in two steps, steps up, renews codes and disables', async () => {
    const panel = await startPanel();
    const phone = await enroll(panel);
    const api = await load(new Client(panel));

    expect((await api.signIn!('alice', 'wrong')).ok).to.equal(false);
    expect((await api.signIn!('alice', 'password')).problem).to.include({
      code: 'code-required',
      verify: '/two-step/verify',
    });
    expect((await api.status!()).value).to.include({ state: 'pending' });
    expect((await api.verify!('12345')).problem?.code).to.equal('code-malformed');
    const code = phone.nextCode();
    expect((await api.verify!(code)).value).to.deep.equal({ state: 'verified', returnTo: '/' });
    expect((await api.stepUp!(code)).problem?.code).to.equal('code-already-used');
    expect((await api.stepUp!(phone.nextCode())).value).to.include({ state: 'verified' });
    const shown = (await api.recoveryCodes!(phone.nextCode())).value!;
    expect(shown.recoveryCodes).to.have.length(10);
    const confirmed = await api.confirmRecoveryCodes!(String(shown.recoveryCodesSet));
    expect(confirmed.value).to.include({ recoveryCodesConfirmed: true, recoveryCodesSet: null });
    expect((await api.disable!(phone.nextCode())).value).to.deep.equal({ state: 'signed-in' });
    expect((await api.disable!(phone.nextCode())).problem?.code).to.equal('not-enrolled');

    const setup = (await api.setup!()).value!;
    expect(setup).to.have.all.keys('id', 'account', 'issuer', 'key', 'uri', 'qr', 'expiresAt', 'serverTime');
    expect(setup.qr).to.match(/^<svg/);
    expect((await api.confirm!(String(setup.id), 'x')).problem?.code).to.equal('code-malformed');
    expect((await api.cancelSetup!()).ok).to.equal(true);
    expect((await api.confirm!(String(setup.id), '123456')).problem?.code).to.equal('setup-expired');
    expect((await api.status!()).value).to.have.all.keys(
      ...['state', 'enrolled', 'otherFactor', 'required', 'requiredFrom', 'amr', 'verifiedAt'],
      ...[
        'recoveryCodesLeft',
        'recoveryCodesConfirmed',
        'recoveryCodesSet',
        'authenticators',
        'digits',
        'actors',
        'serverTime',
      ],
    );
  });

  it('has a client that gives a sign-in up', async () => {
    const panel = await startPanel();
    await enroll(panel);
    const api = await load(new Client(panel));
    await api.signIn!('alice', 'password');
    expect((await api.cancel!()).value).to.deep.equal({ state: 'anonymous' });
    expect((await api.verify!('123456')).problem?.code).to.equal('sign-in-expired');
  });

  it('has a client for who must enroll', async () => {
    const panel = await startPanel({ options: { policy: () => 'required' } });
    const api = await load(new Client(panel));
    expect((await api.signIn!('alice', 'password')).problem).to.include({
      code: 'enrollment-required',
      setup: '/two-step/setup',
    });
    expect((await api.status!()).value).to.have.all.keys('state', 'until', 'setup', 'serverTime');
    const { id, key } = (await api.setup!()).value!;
    const confirmed = await api.confirm!(String(id), codeFor(String(key), panel.now));
    expect(confirmed.value).to.include({ state: 'verified', returnTo: '/' });
    expect(confirmed.value?.recoveryCodes).to.have.length(10);
    expect((await api.disable!('123456')).problem?.code).to.equal('disable-refused');
  });

  it('has a client that adds, removes and replaces authenticators', async () => {
    const panel = await startPanel();
    const client = new Client(panel);
    await enroll(panel, 'alice', client);
    const api = await load(client);
    const added = (await api.add!('Tablet')).value!;
    expect(
      (await api.confirm!(String(added.id), codeFor(String(added.key), panel.now))).value,
    ).to.have.all.keys('state', 'returnTo');
    const { authenticators } = (await api.status!()).value as {
      authenticators: { id: string; name: string }[];
    };
    expect(authenticators.map(({ name }) => name)).to.deep.equal(['', 'Tablet']);
    const [first, second] = authenticators.map(({ id }) => id);
    const left = (await api.removeAuthenticator!(first!)).value?.authenticators;
    expect(left).to.deep.equal(authenticators.slice(1));
    expect((await api.removeAuthenticator!(first!)).problem?.code).to.equal('not-found');
    expect((await api.removeAuthenticator!(second!)).problem?.code).to.equal('factor-last');
    const fresh = (await api.setup!()).value!;
    expect((await api.confirm!(String(fresh.id), codeFor(String(fresh.key), panel.now))).ok).to.equal(true);
    expect((await api.status!()).value?.authenticators).to.have.length(1);
  });

  it('has a client that remembers browsers, lists and forgets them', async () => {
    const panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    const phone = await enroll(panel);
    const client = new Client(panel);
    const api = await load(client);
    await api.signIn!('alice', 'password');
    expect((await api.verify!(phone.nextCode(), true)).ok).to.equal(true);
    await client.post('/logout');
    expect((await api.signIn!('alice', 'password')).ok).to.equal(true);
    const { browsers } = (await api.browsers!()).value as { browsers: { id: string; current: boolean }[] };
    expect(browsers.map(({ current }) => current)).to.deep.equal([true]);
    expect((await api.forgetBrowser!('nobody')).problem?.code).to.equal('not-found');
    expect((await api.forgetAllBrowsers!()).ok).to.equal(true);
    expect((await api.browsers!()).problem?.code).to.equal('code-required');
    await api.signIn!('alice', 'password');
    await api.verify!(phone.nextCode(), true);
    const [again] = ((await api.browsers!()).value as { browsers: { id: string }[] }).browsers;
    expect((await api.forgetBrowser!(again!.id)).ok).to.equal(true);
    expect((await api.browsers!()).value).to.deep.equal({ browsers: [] });
  });

  it('signs in by a login route with a custom callback, which is not called before the code', async () => {
    const called: unknown[] = [];
    const panel = await startPanel({
      routes({ app, passport }) {
        app.post('/api/login', express.json(), (req, res, next) => {
          const answer = (error: unknown, user?: Express.User | false | null): void => {
            if (error) next(error);
            else if (!user) res.status(401).json({ code: 'password-invalid' });
            else {
              req.logIn(user, (failed) => {
                called.push(failed);
                res.json({});
              });
            }
          };
          const authenticate = passport.authenticate('local', answer) as express.RequestHandler;
          void authenticate(req, res, next);
        });
      },
    });
    const login = (client: Client, password = 'password') =>
      client.post('/api/login', { username: 'alice', password });
    expect((await login(new Client(panel), 'wrong')).body.code).to.equal('password-invalid');
    expect((await login(new Client(panel))).status).to.equal(200);
    expect(called).to.deep.equal([undefined]);
    await enroll(panel);
    expect((await login(new Client(panel))).body.code).to.equal('code-required');
    expect(called).to.have.length(1);
  });

  it('needs no token of a CSRF protection that is mounted after the router', async () => {
    const { csrfSynchronisedProtection, generateToken } = csrfSync();
    const tokens = ({ app }: Panel): void => {
      app.get('/csrf', (req, res) => res.json({ token: generateToken(req) }));
      app.use(csrfSynchronisedProtection);
    };
    for (const [place, status] of [
      ['routes', 200],
      ['beforeRouter', 403],
    ] as const) {
      const panel = await startPanel({ [place]: tokens });
      const client = new Client(panel);
      expect((await client.login('alice')).status).to.equal(403);
      const token = String((await client.get('/csrf')).body.token);
      const alice = { username: 'alice', password: 'password' };
      expect((await client.post('/login', alice, { 'x-csrf-token': token })).status).to.equal(200);
      expect((await client.post('/two-step/setup')).status).to.equal(status);
      // The session is a new one after signing in, and so must the token be.
      expect((await client.post('/logout', {}, { 'x-csrf-token': token })).status).to.equal(403);
      const next = String((await client.get('/csrf')).body.token);
      expect((await client.post('/two-step/setup', {}, { 'x-csrf-token': next })).status).to.equal(200);
    }
  });
});
