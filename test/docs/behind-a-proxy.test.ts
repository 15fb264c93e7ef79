import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { sameOrigin } from 'passport-second-factor';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { read } from '../support/markdown.js';
import { enroll } from '../support/people.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';

/** What a browser sends to `https://panel.example`, without the headers that older ones lack. */
const OLD_BROWSER = { host: 'panel.example', origin: 'https://panel.example' };
const NULL_ORIGIN = { host: 'panel.example', origin: 'null' };
const ALICE = { username: 'alice', password: 'password' };
/** A recovery code that is not one of them. */
const WRONG = 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA';
const wrongCode = (): URLSearchParams => new URLSearchParams({ code: WRONG });
const trusting = ({ app }: Panel): unknown => app.set('trust proxy', 1);

interface ProxyOptions {
  readonly rewriteHost?: boolean;
  readonly stripPrefix?: string;
  /** Puts its own page in the place of every answer from 400 on, as `proxy_intercept_errors` with `error_page` does. */
  readonly replaceErrors?: boolean;
}

describe('docs/behind-a-proxy.md', () => {
  it('sets the headers of nginx in its server block, with the port: a location with headers of its own has none of them', () => {
    const [server = '', ...others] = read('docs/behind-a-proxy.md').split('```nginx').slice(1);
    const locations = [server.slice(server.indexOf('location')), ...others].map(
      (block) => block.split('```')[0] ?? '',
    );
    expect(server).to.match(/^\nserver \{\n {2}proxy_set_header Host \$http_host;/);
    expect(locations).to.have.length(3);
    for (const location of locations) expect(location).to.include('proxy_pass').and.not.include('set_header');
  });

  const proxies: Server[] = [];
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    }
    await stopPanels();
  });

  /** A reverse proxy that ends TLS, as far as its upstream can see. */
  async function startProxy(panel: Panel, options: ProxyOptions = {}): Promise<{ port: number }> {
    const proxy = createServer((req, res) => {
      const { stripPrefix = '', rewriteHost, replaceErrors } = options;
      if (!req.url?.startsWith(`${stripPrefix}/`)) {
        res.writeHead(404).end();
        return;
      }
      const seen = [req.headers['x-forwarded-for'] ?? [], req.socket.remoteAddress ?? ''].flat();
      const upstream = request(
        {
          port: panel.port,
          method: req.method,
          path: req.url.slice(stripPrefix.length),
          headers: {
            ...req.headers,
            ...(rewriteHost && { host: `127.0.0.1:${String(panel.port)}` }),
            'x-forwarded-proto': 'https',
            'x-forwarded-for': seen.join(', '),
          },
          agent: false,
        },
        (answer) => {
          const status = answer.statusCode ?? 502;
          if (replaceErrors && status >= 400) {
            answer.resume();
            res.writeHead(status, { 'content-type': 'text/html' }).end("the proxy's own page");
          } else {
            res.writeHead(status, answer.headers);
            answer.pipe(res);
          }
        },
      );
      upstream.on('error', () => res.writeHead(502).end());
      req.pipe(upstream);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    proxies.push(proxy);
    return { port: (proxy.address() as AddressInfo).port };
  }

  const secureCookie = { name: '__Host-panel', cookie: { secure: true, sameSite: 'lax' } } as const;
  async function behind(parts: PanelParts, proxy?: ProxyOptions): Promise<{ panel: Panel; client: Client }> {
    const panel = await startPanel(parts);
    return { panel, client: new Client(await startProxy(panel, proxy)) };
  }
  const setCookie = (answer: Answer): string => String(answer.headers['set-cookie']);

  it('sets secure cookies and knows its own forms once Express trusts the proxy', async () => {
    const { panel, client } = await behind({ first: trusting, session: secureCookie });
    const phone = await enroll(panel, 'alice', client);
    const other = new Client(await startProxy(panel));
    const parked = await other.post('/login', ALICE, OLD_BROWSER);
    expect(setCookie(parked)).to.match(/^__Host-panel=.*; Secure/);
    const verified = await other.post('/two-step/verify', { code: phone.nextCode() }, OLD_BROWSER);
    expect(verified.body).to.include({ state: 'verified' });
    expect(setCookie(verified)).to.match(/; Secure/);
  });

  it('says what happens without trust', async () => {
    const untrusted = await behind({ session: secureCookie });
    expect(setCookie(await untrusted.client.post('/login', ALICE))).to.equal('undefined');
    expect(await untrusted.client.me()).to.equal(null);

    const auto = await behind({ session: { cookie: { secure: 'auto' } } });
    expect(setCookie(await auto.client.post('/login', ALICE))).to.not.match(/Secure/);
    expect((await auto.client.post('/two-step/setup', {}, OLD_BROWSER)).body.code).to.equal('cross-site');
  });

  it('keeps clients from choosing their address', async () => {
    const { panel, client } = await behind({ first: trusting });
    const seen: (string | undefined)[] = [];
    panel.secondFactor.events.on('signed-in', ({ ip }) => seen.push(ip));
    await client.post('/login', ALICE, { 'x-forwarded-for': '203.0.113.9' });
    expect(seen).to.have.length(1);
    expect(seen[0]).to.match(/127\.0\.0\.1$/);
  });

  it('takes scheme and address from options where there is no trust proxy', async () => {
    const seen: (string | undefined)[] = [];
    const { panel, client } = await behind({
      options: {
        secure: (req) => req.headers['x-forwarded-proto'] === 'https',
        ip: (req) => String(req.headers['x-forwarded-for']).split(',').at(-1)?.trim(),
      },
    });
    panel.secondFactor.events.on('signed-in', ({ ip }) => seen.push(ip));
    await client.post('/login', ALICE, { 'x-forwarded-for': '203.0.113.9' });
    expect(seen[0]).to.match(/127\.0\.0\.1$/);
    expect((await client.post('/two-step/setup', {}, OLD_BROWSER)).status).to.equal(200);
  });

  it('needs the public origin where Host is rewritten, and reads no X-Forwarded-Host', async () => {
    const allowedOrigins = ['https://panel.example'];
    const forwarded = { ...OLD_BROWSER, 'x-forwarded-host': 'panel.example' };
    for (const [options, guard, status] of [
      [{}, sameOrigin(), 403],
      [{ allowedOrigins }, sameOrigin({ allowedOrigins }), 200],
    ] as const) {
      const { client } = await behind(
        { first: trusting, options, routes: ({ app }) => app.use('/login', guard) },
        { rewriteHost: true },
      );
      expect((await client.post('/login', ALICE, forwarded)).status).to.equal(status);
      await client.post('/login', ALICE);
      expect((await client.post('/two-step/setup', {}, forwarded)).status).to.equal(status);
    }
  });

  describe('that strips a prefix', () => {
    /** What a page or an answer leads to. */
    const ways = ({ headers, text }: Answer): string[] => [
      headers.location ?? '',
      ...[...text.matchAll(/(?:action|href)="([^"]*)"/g)].map(([, way = '']) => way),
    ];
    const html = { accept: 'text/html' };
    const SETTINGS = { stylesheet: '/panel.css', rememberBrowsers: { days: 30 }, publicPath: '/panel' };
    const first = ({ app }: Panel): unknown => app.set('trust proxy', 1).use(express.urlencoded());
    const routes = ({ app, passport }: Panel): unknown =>
      app.post('/form', passport.authenticate('local', { successReturnToOrRedirect: '/panel/start' }));

    it('leads browsers by paths as they see them, in every answer and on every page', async () => {
      const { panel, client } = await behind({ first, routes, options: SETTINGS }, { stripPrefix: '/panel' });
      const phone = await enroll(panel);
      const answers = [
        await client.get('/panel/secret?a=1', html),
        await client.post('/panel/form', new URLSearchParams(ALICE), html),
        await client.get('/panel/two-step/verify', html),
        await client.post('/panel/two-step/verify', new URLSearchParams({ code: 'x' }), html),
        await client.post('/panel/two-step/verify', new URLSearchParams({ code: phone.nextCode() }), html),
        await client.get('/panel/secret?a=1'),
        await client.get('/panel/two-step/verify', html),
      ];
      expect(answers.map(({ status, headers }) => [status, headers.location])).to.deep.equal([
        [303, '/panel/login'],
        [303, '/panel/two-step/verify'],
        [200, undefined],
        [400, undefined],
        [303, '/panel/secret?a=1'],
        [200, undefined],
        [303, '/panel/'],
      ]);
      await client.post('/panel/two-step/setup', { add: true });
      for (const path of ['', '/setup', '/step-up', '/browsers'])
        answers.push(await client.get(`/panel/two-step${path}`, html));
      const led = answers.flatMap(ways).filter((way) => way !== '' && !way.startsWith('otpauth:'));
      expect(led).to.include.members(['/panel/panel.css', '/panel/two-step/disable', '/panel/']);
      expect(led.filter((way) => !way.startsWith('/panel/'))).to.deep.equal([]);
    });

    it('leads programs and the application by them too, and keeps an account without a factor on its way', async () => {
      const { panel, client } = await behind(
        {
          first,
          options: SETTINGS,
          routes: (started) => {
            routes(started);
            started.app.get('/path', (req, res) =>
              res.json([req.secondFactor?.path, req.secondFactor?.evaluate()]),
            );
          },
        },
        { stripPrefix: '/panel' },
      );
      const phone = await enroll(panel);
      expect((await client.get('/panel/secret')).body.location).to.equal('/panel/login');
      expect((await client.post('/panel/login', ALICE)).body.verify).to.equal('/panel/two-step/verify');
      const verified = await client.post('/panel/two-step/verify', { code: phone.nextCode() });
      expect(verified.body).to.deep.equal({ state: 'verified', returnTo: '/panel/' });
      expect((await client.get('/panel/path')).body).to.deep.equal(['/panel/two-step', { ok: true }]);

      const bob = new Client(await startProxy(panel, { stripPrefix: '/panel' }));
      await bob.get('/panel/secret', html);
      const BOB = new URLSearchParams({ username: 'bob', password: 'password' });
      const home = await bob.post('/panel/form', BOB, html);
      expect(home.headers.location, 'by Passport itself').to.equal('/panel/secret');
    });

    it('keeps a sign-in waiting when a strategy fires before the router', async () => {
      const beforeRouter = (started: Panel): void => {
        knows(started, 'cookie', () => 'alice');
        started.app.use(started.passport.authenticate('cookie') as RequestHandler);
      };
      const { panel, client } = await behind(
        { first, options: SETTINGS, beforeRouter },
        { stripPrefix: '/panel' },
      );
      await enroll(panel);
      const { until } = (await client.post('/panel/login', ALICE)).body;
      panel.now += 1000;
      expect((await client.get('/panel/two-step')).body).to.include({ state: 'pending', until });
    });
  });

  describe('that puts pages of its own in the place of errors', () => {
    const first = ({ app }: Panel): unknown => app.set('trust proxy', 1).use(express.urlencoded());
    const html = { accept: 'text/html' };

    for (const [pageStatus, shown] of [
      ['problem', /^the proxy's own/],
      ['ok', /role="alert"[^]*name="code"/],
    ] as const) {
      it(`shows ${pageStatus === 'ok' ? 'ours' : 'none of ours'} with pageStatus: '${pageStatus}'`, async () => {
        const { panel, client } = await behind({ first, options: { pageStatus } }, { replaceErrors: true });
        const phone = await enroll(panel);
        await client.post('/login', new URLSearchParams(ALICE), html);
        const wrong = await client.post('/two-step/verify', wrongCode(), html);
        expect(wrong.text).to.match(shown);
        const direct = new Client(panel);
        await direct.post('/login', new URLSearchParams(ALICE), html);
        const refused = await direct.post('/two-step/verify', wrongCode(), html);
        expect(refused.status).to.equal(pageStatus === 'ok' ? 200 : 401);
        expect(refused.headers['www-authenticate'] !== undefined).to.equal(pageStatus === 'problem');
        expect((await direct.post('/two-step/verify', { code: WRONG })).status, 'JSON').to.equal(401);
        const right = await client.post(
          '/two-step/verify',
          new URLSearchParams({ code: phone.nextCode() }),
          html,
        );
        expect([right.status, right.headers.location]).to.deep.equal([303, '/']);
      });
    }
  });

  it('takes Origin null from current browsers only', async () => {
    const { client } = await behind({ first: trusting });
    await client.post('/login', ALICE);
    expect((await client.post('/two-step/setup', {}, NULL_ORIGIN)).body.code).to.equal('cross-site');
    const current = { ...NULL_ORIGIN, 'sec-fetch-site': 'same-origin' };
    expect((await client.post('/two-step/setup', {}, current)).status).to.equal(200);
    const answer = await client.get('/two-step');
    expect(answer.headers).to.include({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
    expect(answer.headers.vary).to.match(/Cookie/);
  });
});
