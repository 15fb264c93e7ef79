import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { sameOrigin } from 'passport-second-factor';
import { Client, enrol, startPanel, stopPanels } from './trap-panel.js';
import type { Answer, Panel, PanelParts } from './trap-panel.js';

/** What a browser sends to `https://panel.example`, without the headers that older ones lack. */
const OLD_BROWSER = { host: 'panel.example', origin: 'https://panel.example' };
const NULL_ORIGIN = { host: 'panel.example', origin: 'null' };
const ALICE = { username: 'alice', password: 'password' };
const trusting = ({ app }: Panel): unknown => app.set('trust proxy', 1);

interface ProxyOptions {
  readonly rewriteHost?: boolean;
  readonly stripPrefix?: string;
}

describe('docs/behind-a-proxy.md', () => {
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
      const { stripPrefix = '', rewriteHost } = options;
      const seen = [req.headers['x-forwarded-for'] ?? [], req.socket.remoteAddress ?? ''].flat();
      const upstream = request(
        {
          port: panel.port,
          method: req.method,
          path: req.url?.startsWith(stripPrefix) ? req.url.slice(stripPrefix.length) : req.url,
          headers: {
            ...req.headers,
            ...(rewriteHost && { host: `127.0.0.1:${String(panel.port)}` }),
            'x-forwarded-proto': 'https',
            'x-forwarded-for': seen.join(', '),
          },
          agent: false,
        },
        (answer) => {
          res.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(res);
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
    const phone = await enrol(panel, 'alice', client);
    const other = new Client(await startProxy(panel));
    const parked = await other.post('/login', ALICE, OLD_BROWSER);
    expect(setCookie(parked)).to.match(/^__Host-panel=.*; Secure/);
    const verified = await other.post('/two-step/verify', { code: phone() }, OLD_BROWSER);
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

  it('leads browsers to paths as they see them where a prefix is stripped', async () => {
    const options = { basePath: '/panel/two-step', loginPath: '/panel/login', homePath: '/panel/' };
    const first = ({ app }: Panel): unknown => app.set('trust proxy', 1).use(express.urlencoded());
    const { panel, client } = await behind({ first, options }, { stripPrefix: '/panel' });
    const phone = await enrol(panel);
    const html = { accept: 'text/html' };
    expect((await client.get('/panel/secret', html)).headers.location).to.equal('/panel/login');
    const parked = await client.post('/panel/login', new URLSearchParams(ALICE), html);
    expect(parked.headers.location).to.equal('/panel/two-step/verify');
    const form = (await client.get('/panel/two-step/verify', html)).text;
    expect(form).to.contain('action="/panel/two-step/verify"');
    const verified = await client.post('/panel/two-step/verify', { code: phone() });
    expect(verified.body).to.deep.equal({ state: 'verified', returnTo: '/secret' }); // as the application saw it
    expect((await client.get('/panel/two-step/verify', html)).headers.location).to.equal('/panel/');
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
