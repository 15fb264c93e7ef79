import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SecondFactorClientError, createSecondFactorClient } from 'passport-second-factor/client';
import type { SecondFactorClient, SecondFactorClientOptions } from 'passport-second-factor/client';
import { rejection, rejectionCode } from '../support/rejection.js';

const TYPE = 'urn:passport-second-factor:error:';
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

interface Sent {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Record<string, string> };
}

describe('client/transport', () => {
  const sent: Sent[] = [];
  afterEach(() => sent.splice(0));

  /** A client whose requests are answered by a function. */
  function answeredBy(
    answer: () => Response | Promise<Response>,
    options: SecondFactorClientOptions = {},
  ): SecondFactorClient {
    const fetch = async (url: unknown, init: unknown) => {
      sent.push({ url, init } as Sent);
      return answer();
    };
    return createSecondFactorClient({ fetch: fetch as typeof globalThis.fetch, ...options });
  }
  const json =
    (body: unknown, status = 200, headers: object = JSON_TYPE) =>
    () =>
      new Response(JSON.stringify(body), { status, headers: { ...headers } });
  const anonymous = json({ state: 'anonymous', serverTime: '' });

  describe('sends codes nowhere else', () => {
    it('refuses a basePath that leads to another origin, or anywhere but to a path', () => {
      for (const basePath of [
        ...['//evil.example/two-step', 'https://evil.example', '/\\evil.example', '\\\\evil.example'],
        ...[
          'two-step',
          '',
          '/\t/evil.example',
          '/.//evil.example',
          '//here.invalid/x',
          'javascript:alert(1)',
        ],
      ]) {
        expect(() => createSecondFactorClient({ basePath }), basePath).to.throw(TypeError, 'basePath');
      }
    });

    it('refuses an origin that is more, or less, than one', () => {
      for (const origin of [
        ...['https://api.example/', 'https://api.example/path', 'api.example', '//api.example'],
        ...['https://user@api.example', 'javascript:alert(1)', 'null', 'https://API.example'],
      ]) {
        expect(() => createSecondFactorClient({ origin }), origin).to.throw(TypeError, 'origin');
      }
    });

    it('refuses a login route elsewhere, before anything is sent', async () => {
      const client = answeredBy(anonymous);
      for (const path of ['//evil.example/login', 'https://evil.example/login', 'login']) {
        expect(await rejection(client.login(path, {}))).to.be.instanceOf(TypeError);
      }
      expect(sent).to.deep.equal([]);
    });

    it('lets the browser refuse every other origin, and follows no redirect of a route of the package', async () => {
      const client = answeredBy(json({ state: 'verified', returnTo: '/' }));
      await client.verify('123456');
      expect(sent[0]).to.have.property('url', '/two-step/verify');
      const { init } = sent[0]!;
      expect(init).to.include({ mode: 'same-origin', credentials: 'same-origin', redirect: 'manual' });
    });

    it('does not follow a real server that redirects a code to another place', async () => {
      const asked: (string | undefined)[] = [];
      const server = await serve((req, res) => {
        asked.push(req.url);
        res.writeHead(307, { location: '/elsewhere' }).end();
      });
      const client = createSecondFactorClient({ origin: server.origin });
      expect(await rejection(client.verify('123456'))).to.include({ code: 'unexpected-answer', status: 307 });
      expect(asked).to.deep.equal(['/two-step/verify']);
      await server.close();
    });

    it('calls the one other origin that it was given, with cookies', async () => {
      const client = answeredBy(anonymous, { origin: 'https://api.example', basePath: '/auth/two-step/' });
      await client.status();
      expect(sent[0]).to.have.property('url', 'https://api.example/auth/two-step');
      expect(sent[0]?.init).to.include({ mode: 'cors', credentials: 'include' });
    });
  });

  describe('takes for an answer only what the package says', () => {
    for (const [what, answer, status] of [
      ['a sign-in page with 200', html(200), 200],
      ['the 502 of a proxy', html(502), 502],
      ['an error of the application in JSON', json({ code: 'EBADCSRFTOKEN' }, 403), 403],
      ['a problem of somebody else', json({ type: 'about:blank', code: 'locked', status: 429 }, 429), 429],
      ['a type that ends in another code', json({ type: `${TYPE}locked`, code: 'code-invalid' }, 401), 401],
      ['JSON without what was asked for', json({ ok: true }), 200],
      ['a state that is inherited', json([]), 200],
      ['a state of somebody else', json({ state: 'down' }), 200],
      ['a state that is no text', json({ state: null }), 200],
      ['no JSON under its type', () => new Response('<!doctype html>', { headers: JSON_TYPE }), 200],
      ['null', json(null), 200],
      ['a state by another type', json({ state: 'verified' }, 200, { 'content-type': 'text/plain' }), 200],
      ['a redirect', () => new Response(null, { status: 303, headers: { location: '/login' } }), 303],
      ['a state under a status of errors', json({ state: 'verified' }, 500), 500],
    ] as const) {
      it(what, async () => {
        const error = await rejection(answeredBy(answer).verify('123456'));
        expect(error).to.be.instanceOf(SecondFactorClientError);
        expect(error).to.include({ code: 'unexpected-answer', status });
      });
    }

    it('also where the answer of the package has no members', async () => {
      for (const answer of [
        json({ ok: true }),
        json({ status: 'maintenance' }),
        json([]),
        json(null),
        html(200),
      ]) {
        const client = answeredBy(answer);
        for (const call of [client.forgetBrowser('id'), client.forgetAllBrowsers()]) {
          expect(await rejection(call)).to.include({ code: 'unexpected-answer', status: 200 });
        }
      }
      await answeredBy(json({})).forgetBrowser('id');
    });

    it('a problem document, with its members and nothing else of it', async () => {
      const hostile = {
        title: '<img src=x onerror=alert(1)>',
        stack: 'no',
        name: 'no',
        location: '//evil.example',
      };
      const problem = { type: `${TYPE}locked`, code: 'locked', status: 429, until: null, ...hostile };
      const error = await rejection(answeredBy(json(problem, 429)).verify('123456'));
      expect(error).to.include({
        name: 'SecondFactorClientError',
        code: 'locked',
        until: null,
        location: undefined,
      });
      expect(error.message).to.equal(hostile.title);
      expect(error.stack).to.not.equal('no');
      expect(error.retryAfter).to.equal(undefined);
    });

    it('the seconds of Retry-After, and no date', async () => {
      const problem = { type: `${TYPE}locked`, code: 'locked', status: 429, until: null };
      for (const [header, seconds] of [
        ['40', 40],
        ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
      ] as const) {
        const answer = json(problem, 429, { ...JSON_TYPE, 'retry-after': header });
        expect((await rejection(answeredBy(answer).verify('1'))).retryAfter).to.equal(seconds);
      }
    });
  });

  describe('leads nobody to another site', () => {
    it('gives returnTo back only as a path of this origin', async () => {
      for (const returnTo of [
        ...[
          '//evil.example',
          'https://evil.example/',
          '/\\evil.example',
          '/\t/evil.example',
          '/.//evil.example',
          '//here.invalid/x',
        ],
        ...['javascript:alert(1)', '', 'evil', null, 7, { toString: '/' }],
      ]) {
        const { returnTo: given } = (await answeredBy(json({ state: 'verified', returnTo })).verify('1')) as {
          returnTo: string;
        };
        expect(given, JSON.stringify(returnTo)).to.equal('/');
      }
      const inside = await answeredBy(json({ state: 'verified', returnTo: '/a?b=/c#d' })).verify('1');
      expect(inside).to.include({ returnTo: '/a?b=/c#d' });
    });

    it('or as a URL on one of returnToOrigins', async () => {
      const returnToOrigins = ['https://app.example'];
      for (const [returnTo, given] of [
        ['https://app.example/a', 'https://app.example/a'],
        ['https://app.example.evil.example/a', '/'],
        ['https://app.example@evil.example/', '/'],
        ['https://app.example\\@evil.example/', '/'],
        ['http://app.example/a', '/'],
      ]) {
        const client = answeredBy(json({ state: 'verified', returnTo }), { returnToOrigins });
        expect(await client.verify('1'), returnTo).to.include({ returnTo: given });
      }
    });
  });

  it('sends the headers of the application, anew each time, and keeps its own', async () => {
    let token = 0;
    const headers = () => ({ 'x-csrf-token': String(++token), accept: 'text/html' });
    const client = answeredBy(anonymous, { headers });
    await client.status();
    await client.status();
    expect(sent.map(({ init }) => init.headers['x-csrf-token'])).to.deep.equal(['1', '2']);
    expect(sent[0]?.init.headers.accept).to.equal('application/json');
    await answeredBy(anonymous, { headers: { authorization: 'x' } }).status();
    expect(sent[2]?.init.headers).to.deep.equal({ authorization: 'x', accept: 'application/json' });
  });

  it('sends its own in the place of those of the application, in whatever letters they are', async () => {
    const sentHeaders: IncomingHttpHeaders[] = [];
    const server = await serve((req, res) => {
      sentHeaders.push(req.headers);
      res.setHeader('content-type', 'application/json').end('{"state":"anonymous"}');
    });
    const headers = { 'Content-Type': 'application/json', Accept: 'text/html', 'X-CSRF-Token': 'token' };
    await createSecondFactorClient({ origin: server.origin, headers }).cancel();
    expect(sentHeaders[0]).to.include({
      'content-type': 'application/json',
      accept: 'application/json',
      'x-csrf-token': 'token',
    });
    await server.close();
  });

  it('passes on what the headers of the application throw', async () => {
    const headers = () => Promise.reject(new RangeError('no token'));
    expect(await rejection(answeredBy(anonymous, { headers }).status())).to.be.instanceOf(RangeError);
  });

  it('tells a server that is away from a call that was given up', async () => {
    const away = answeredBy(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await rejection(away.status())).to.include({ code: 'network', status: 0 });
    const server = await serve(() => undefined);
    const client = createSecondFactorClient({ origin: server.origin });
    const controller = new AbortController();
    const call = client.status({ signal: controller.signal });
    controller.abort();
    expect(await rejectionCode(call)).to.equal('aborted');
    await server.close();
  });

  it('tells an answer that breaks off, and one that is given up half way', async () => {
    const breaking = (): Response => {
      const stream = new ReadableStream({
        start: (controller) => controller.error(new TypeError('terminated')),
      });
      return new Response(stream, { headers: JSON_TYPE });
    };
    expect(await rejectionCode(answeredBy(breaking).status())).to.equal('network');
    const signal = AbortSignal.abort();
    expect(await rejectionCode(answeredBy(breaking).status({ signal }))).to.equal('aborted');
    const timedOut = () => Promise.reject(new DOMException('late', 'TimeoutError'));
    expect(await rejectionCode(answeredBy(timedOut).status())).to.equal('aborted');
  });
});

function html(status: number) {
  return () =>
    new Response('<!doctype html><title>x</title>', { status, headers: { 'content-type': 'text/html' } });
}

async function serve(listener: RequestListener): Promise<{ origin: string; close: () => Promise<void> }> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
