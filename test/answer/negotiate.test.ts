import { expect } from 'chai';
import { clientOf, shownStatus, wantsFragment, wantsHtml } from '../../lib/answer/negotiate.js';

const html = (headers: Record<string, string>): boolean => wantsHtml({ headers });
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('answer/negotiate', () => {
  it('answers a browser that navigates with a page', () => {
    expect(html({ accept: BROWSER, 'sec-fetch-mode': 'navigate' })).to.equal(true);
    expect(html({ accept: BROWSER })).to.equal(true);
    expect(html({ accept: 'TEXT/HTML' })).to.equal(true);
    expect(html({ accept: 'application/xml, text/html;q=0.9' })).to.equal(true);
    expect(html({ accept: BROWSER, 'content-type': 'application/x-www-form-urlencoded' })).to.equal(true);
    expect(html({ accept: BROWSER, 'content-type': 'multipart/form-data; boundary=json' })).to.equal(true);
  });

  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/*',
    'application/json',
    'text/html-like',
    'x-text/html',
    'text/htmlx',
  ]) {
    it(`answers with JSON when Accept is ${accept ?? 'absent'}`, () => {
      expect(html({ ...(accept !== undefined && { accept }) })).to.equal(false);
    });
  }

  for (const type of [
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/problem+json',
    ' application/json',
    'text/json',
  ]) {
    it(`answers with JSON to a body of ${type}`, () => {
      expect(html({ accept: BROWSER, 'content-type': type })).to.equal(false);
    });
  }

  it('answers a navigation with a page that a service worker sent again', () => {
    const again = { accept: BROWSER, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'same-origin' };
    expect(clientOf({ headers: again })).to.equal('browser');
    expect(html({ ...again, 'content-type': 'application/x-www-form-urlencoded' })).to.equal(true);
    expect(html({ ...again, 'sec-fetch-mode': 'cors', 'upgrade-insecure-requests': '1' })).to.equal(true);
  });

  it('answers with JSON to a script that fetches in the mode same-origin', () => {
    for (const accept of ['*/*', 'application/json', 'text/html']) {
      expect(html({ accept, 'sec-fetch-mode': 'same-origin' }), accept).to.equal(false);
    }
    const json = { accept: BROWSER, 'content-type': 'application/json', 'sec-fetch-mode': 'same-origin' };
    expect(html(json)).to.equal(false);
  });

  for (const mode of ['cors', 'no-cors', 'websocket', '']) {
    it(`answers with JSON when Sec-Fetch-Mode is ${mode === '' ? 'empty' : mode}`, () => {
      expect(html({ accept: BROWSER, 'sec-fetch-mode': mode })).to.equal(false);
    });
  }

  describe('scripts that send forms by fetch', () => {
    const own = { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' };
    const TURBO = { ...own, accept: 'text/vnd.turbo-stream.html, text/html, application/xhtml+xml' };
    const TURBO_GET = { ...own, accept: 'text/html, application/xhtml+xml', 'x-turbo-request-id': '1' };
    const HTMX = { ...own, accept: '*/*', 'hx-request': 'true' };
    const UNPOLY = { ...own, accept: '*/*', 'x-up-version': '3.14.3' };
    const client = (headers: Record<string, string>): string => clientOf({ headers });

    it('are known by what they send', () => {
      expect([TURBO, TURBO_GET, HTMX, UNPOLY].map(client)).to.deep.equal([
        'turbo',
        'turbo',
        'htmx',
        'unpoly',
      ]);
      const { 'sec-fetch-site': _site, 'sec-fetch-mode': _mode, ...older } = TURBO;
      expect(client(older), 'a browser without Sec-Fetch-Site').to.equal('turbo');
      expect(client({ ...HTMX, 'content-type': 'application/json' })).to.equal('htmx');
      const sameOrigin = { 'sec-fetch-mode': 'same-origin' };
      expect(client({ ...HTMX, ...sameOrigin, accept: 'text/html' }), 'htmx 4').to.equal('htmx');
      expect(client({ ...TURBO_GET, ...sameOrigin }), 'through a service worker').to.equal('turbo');
    });

    for (const site of ['cross-site', 'same-site', 'none', '']) {
      it(`are programs where Sec-Fetch-Site is ${site || 'empty'}`, () => {
        for (const headers of [TURBO, TURBO_GET, HTMX, UNPOLY])
          expect(client({ ...headers, 'sec-fetch-site': site })).to.equal('program');
      });
    }

    it('are programs where they ask for JSON, or take no page', () => {
      for (const headers of [HTMX, UNPOLY, TURBO]) {
        expect(client({ ...headers, accept: 'application/json' })).to.equal('program');
        expect(client({ ...headers, accept: 'text/html, application/problem+json' })).to.equal('program');
      }
      expect(client({ ...TURBO_GET, accept: 'image/png' })).to.equal('program');
      expect(client({ ...HTMX, 'hx-request': 'false' })).to.equal('program');
      expect(client({ ...own, accept: 'text/html' })).to.equal('program');
    });

    it('ask for a part of a page by htmx without boost, and in a frame of Turbo', () => {
      const asks = [HTMX, { ...HTMX, 'hx-boosted': 'true' }, TURBO, { ...TURBO, 'turbo-frame': 'a' }, UNPOLY];
      expect(asks.map((headers) => wantsFragment({ headers }))).to.deep.equal([
        true,
        false,
        false,
        true,
        false,
      ]);
    });

    it('are answered with a status under which they show a page', () => {
      const shown = (headers: Record<string, string>, method: string): number[] =>
        [200, 401, 503].map((status) => shownStatus({ headers, method }, status));
      expect(shown(HTMX, 'POST')).to.deep.equal([200, 200, 200]);
      expect(shown(TURBO, 'POST')).to.deep.equal([201, 401, 503]);
      for (const [headers, method] of [
        [TURBO_GET, 'GET'],
        [UNPOLY, 'POST'],
        [{ accept: BROWSER }, 'POST'],
      ] as const)
        expect(shown(headers, method)).to.deep.equal([200, 401, 503]);
    });
  });
});
