import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { sameOrigin } from 'passport-second-factor';
import supertest from 'supertest';
import { isSameOrigin, parseOrigin } from '../../lib/answer/same-origin.js';
import { enrolled } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

const HOST = 'panel.example';
const ALLOWED = 'https://app.example';

interface Case {
  readonly site?: string;
  readonly origin?: string;
  readonly host?: string;
  /** What HTTP/2 has in the place of Host. */
  readonly authority?: string;
  readonly secure?: boolean;
  /** Further headers. */
  readonly more?: Record<string, string>;
}

/** What Chromium sends for a form, of any site, that a service worker sends again with options. */
const SENT_AGAIN = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-dest': 'empty',
  'content-type': 'application/x-www-form-urlencoded',
};
const UPGRADE = { 'upgrade-insecure-requests': '1' };

function allowed({ site, origin, host = HOST, authority, secure = true, more = {} }: Case): boolean {
  const headers = {
    ...more,
    ...(authority === undefined ? { host } : { ':authority': authority }),
    ...(site !== undefined && { 'sec-fetch-site': site }),
    ...(origin !== undefined && { origin }),
  };
  return isSameOrigin({ headers } as unknown as IncomingMessage, {
    allowedOrigins: new Set([ALLOWED]),
    secure,
  });
}

describe('answer/same-origin', () => {
  for (const [what, given, expected] of [
    ['a request with neither header, which is no browser', {}, true],
    ['Sec-Fetch-Site: same-origin', { site: 'same-origin' }, true],
    ['Sec-Fetch-Site: none', { site: 'none' }, true],
    ['Sec-Fetch-Site: same-site, a sibling of a customer', { site: 'same-site' }, false],
    ['Sec-Fetch-Site: cross-site', { site: 'cross-site' }, false],
    ['a Sec-Fetch-Site nobody knows', { site: 'SAME-ORIGIN' }, false],
    ['an empty Sec-Fetch-Site', { site: '' }, false],
    [
      'cross-site with an Origin that looks like ours',
      { site: 'cross-site', origin: `https://${HOST}` },
      false,
    ],
    [
      'same-origin behind a proxy that rewrote Host',
      { site: 'same-origin', origin: `https://${HOST}`, host: '10.0.0.7:3000' },
      true,
    ],
    ['the Origin of Host', { origin: `https://${HOST}` }, true],
    ['the Origin of Host in capitals', { origin: 'HTTPS://PANEL.example' }, true],
    ['the Origin with the default port written out', { origin: `https://${HOST}:443` }, true],
    ['Host with the default port written out', { origin: `https://${HOST}`, host: `${HOST}:443` }, true],
    ['http with its default port', { origin: `http://${HOST}`, host: `${HOST}:80`, secure: false }, true],
    ['plain http on a LAN name (L8)', { origin: 'http://nas:8080', host: 'nas:8080', secure: false }, true],
    ['the Origin of :authority, over HTTP/2', { origin: `https://${HOST}`, authority: HOST }, true],
    ['another Origin over HTTP/2', { origin: 'https://evil.example', authority: HOST }, false],
    ['an IPv6 host', { origin: 'http://[::1]:3000', host: '[::1]:3000', secure: false }, true],
    ['another port', { origin: `https://${HOST}:8443` }, false],
    ['another scheme', { origin: `http://${HOST}` }, false],
    ['https where the panel is http', { origin: `https://${HOST}`, secure: false }, false],
    ['a subdomain', { origin: `https://customer.${HOST}` }, false],
    ['a name that only begins alike', { origin: `https://${HOST}.evil.example` }, false],
    ['a name in the user part', { origin: `https://${HOST}@evil.example` }, false],
    ['Origin: null', { origin: 'null' }, false],
    ['an empty Origin', { origin: '' }, false],
    ['an Origin that is a list', { origin: `https://${HOST}, https://evil.example` }, false],
    ['an Origin with a path', { origin: `https://${HOST}/` }, false],
    ['no Host', { origin: `https://${HOST}`, host: '' }, false],
    ['a Host that is no host', { origin: 'https://a b', host: 'a b' }, false],
    ['an allowed origin', { origin: ALLOWED }, true],
    ['an allowed origin from another site', { site: 'cross-site', origin: ALLOWED }, true],
    ['an allowed origin from a sibling', { site: 'same-site', origin: ALLOWED }, true],
    ['an allowed origin in capitals', { origin: 'HTTPS://APP.EXAMPLE' }, true],
    ['an allowed origin with another port', { site: 'same-site', origin: `${ALLOWED}:8443` }, false],
    ['an allowed origin with another scheme', { origin: 'http://app.example' }, false],
    ['a form that a service worker sent again', { site: 'same-origin', more: SENT_AGAIN }, false],
    [
      'a form that a service worker sent again, though its origin is an allowed one',
      { site: 'same-origin', origin: ALLOWED, more: SENT_AGAIN },
      false,
    ],
    [
      'a form that a service worker sent again with its headers, in the mode cors',
      { site: 'same-origin', more: { ...SENT_AGAIN, ...UPGRADE, 'sec-fetch-mode': 'cors' } },
      false,
    ],
    [
      'a form that a service worker sent again as it was',
      { site: 'same-origin', more: { ...SENT_AGAIN, ...UPGRADE, 'sec-fetch-mode': 'navigate' } },
      true,
    ],
    [
      'a script that fetches in the mode same-origin',
      { site: 'same-origin', more: { ...SENT_AGAIN, accept: '*/*' } },
      true,
    ],
    [
      'a script that fetches JSON in the mode same-origin',
      { site: 'same-origin', more: { ...SENT_AGAIN, accept: 'application/json' } },
      true,
    ],
    [
      'a script that fetches a part of a page in the mode same-origin',
      { site: 'same-origin', more: { ...SENT_AGAIN, accept: 'text/html' } },
      true,
    ],
    [
      'htmx 4, whose mode is same-origin',
      { site: 'same-origin', more: { ...SENT_AGAIN, accept: 'text/html', 'hx-request': 'true' } },
      true,
    ],
    [
      'Turbo through a service worker that sets the mode same-origin',
      { site: 'same-origin', more: { ...SENT_AGAIN, 'x-turbo-request-id': '1' } },
      true,
    ],
  ] satisfies [string, Case, boolean][]) {
    it(`${expected ? 'lets pass' : 'refuses'} ${what}`, () => {
      expect(allowed(given)).to.equal(expected);
    });
  }

  it('reads origins and nothing else', () => {
    expect(parseOrigin('https://A.example:443')).to.equal('https://a.example');
    expect(parseOrigin('http://a.example:8080')).to.equal('http://a.example:8080');
    for (const value of [
      'a.example',
      'ftp://a.example',
      'https://',
      'https://a/',
      'https://a?',
      'https://a#',
      'https://u@a',
      'https://a:x',
      'null',
      '*',
      'javascript:alert(1)',
    ]) {
      expect(parseOrigin(value), value).to.equal(null);
    }
  });

  describe('sameOrigin()', () => {
    const app = express()
      .set('trust proxy', 1)
      .use(sameOrigin({ allowedOrigins: [ALLOWED] }))
      .all('/login', (_req, res) => void res.json({ reached: true }));

    it('refuses a forged sign-in with 403 cross-site (D14)', async () => {
      const answer = await supertest(app).post('/login').set('Origin', 'https://evil.example');
      expect(answer.status).to.equal(403);
      expect(answer.type).to.equal('application/problem+json');
      expect(answer.body).to.include({ code: 'cross-site', status: 403 });
      expect(answer.headers).to.include({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    });

    it('lets methods pass that change nothing, and all others only from here', async () => {
      for (const method of ['get', 'head', 'options'] as const) {
        await supertest(app)[method]('/login').set('Sec-Fetch-Site', 'cross-site').expect(200);
      }
      for (const method of ['post', 'put', 'patch', 'delete'] as const) {
        await supertest(app)[method]('/login').set('Sec-Fetch-Site', 'cross-site').expect(403);
        await supertest(app)[method]('/login').set('Sec-Fetch-Site', 'same-origin').expect(200);
      }
    });

    it('goes by the scheme that a trusted proxy tells', async () => {
      const post = (scheme: string) =>
        supertest(app)
          .post('/login')
          .set('Host', HOST)
          .set('X-Forwarded-Proto', scheme)
          .set('Origin', `https://${HOST}`);
      await post('https').expect(200);
      await post('http').expect(403);
    });

    it('goes by no scheme that a proxy tells where none is trusted (A9)', async () => {
      const bare = express().use(sameOrigin());
      bare.post('/login', (_req, res) => void res.end());
      const post = supertest(bare).post('/login').set('Host', HOST).set('X-Forwarded-Proto', 'https');
      await post.set('Origin', `https://${HOST}`).expect(403);
    });

    it('throws for what is no origin', () => {
      for (const allowedOrigins of [['app.example'], [7], Array<string>(1), ALLOWED, null]) {
        expect(() => sameOrigin({ allowedOrigins: allowedOrigins as never })).to.throw(
          /array of origins such as https:\/\/app.example/,
        );
      }
    });
  });

  describe('the routes of the router (D12)', () => {
    afterEach(stopPanels);

    it('refuse other sites, change nothing and tell an event', async () => {
      const panel = await startPanel({ options: { allowedOrigins: [ALLOWED] } });
      const { client, phone } = await enrolled(panel);
      const before = await panel.store.get('alice');
      const code = phone.nextCode();
      panel.told();
      const routes = [
        'verify',
        'cancel',
        'setup',
        'setup/confirm',
        'setup/cancel',
        'disable',
        'recovery-codes',
        'step-up',
      ];
      for (const route of routes) {
        for (const headers of [
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
          { origin: 'null' },
        ] as Record<string, string>[]) {
          const answer = await client.post(`/two-step/${route}`, { code }, headers);
          expect(answer.status, route).to.equal(403);
          expect(answer.body.code, route).to.equal('cross-site');
        }
      }
      expect(await panel.store.get('alice')).to.equal(before);
      expect(panel.told()).to.deep.equal(Array(routes.length * 3).fill('cross-site-refused'));
      const fromApp = await client.post(
        '/two-step/step-up',
        { code },
        { origin: ALLOWED, 'sec-fetch-site': 'same-site' },
      );
      expect(fromApp.status, 'the code was not spent').to.equal(200);
    });
  });
});
