import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { wantsHtml } from '../../lib/answer/negotiate.js';

const html = (headers: Record<string, string>): boolean =>
  wantsHtml({ headers } as unknown as IncomingMessage);
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

  for (const mode of ['cors', 'same-origin', 'no-cors', 'websocket', '']) {
    it(`answers with JSON when Sec-Fetch-Mode is ${mode === '' ? 'empty' : mode}`, () => {
      expect(html({ accept: BROWSER, 'sec-fetch-mode': mode })).to.equal(false);
    });
  }
});
