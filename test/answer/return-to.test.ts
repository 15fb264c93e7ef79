import { expect } from 'chai';
import { safeReturnTo } from '../../lib/answer/return-to.js';

const ALLOWED = new Set(['https://app.example', 'http://localhost:3000']);
/** An origin of the panel, against which a browser would resolve a destination. */
const PANEL = 'https://panel.example';

const GOOD = [
  '/',
  '/home',
  '/a/b?c=d&e=f#g',
  '/a?next=https://e.com/',
  '/a?next=//e.com',
  '/a#//e.com',
  '/%C3%A9',
  '/ä',
  '/a:b',
  '/@alice',
  '/a/../b',
  'https://app.example',
  'https://app.example/x?y#z',
  'HTTPS://APP.EXAMPLE/x',
  'https://app.example:443/x',
  'http://localhost:3000/',
];

const HOSTILE: unknown[] = [
  '//e.com',
  '/a\ud800b',
  '///e.com',
  '/\\e.com',
  '\\\\e.com',
  '\\/e.com',
  '/%2f%2fe.com',
  '/%2F/e.com',
  '/%5ce.com',
  '/%5C%5Ce.com',
  '/%09/e.com',
  '/\t/e.com',
  '/\n/e.com',
  '/\r\nSet-Cookie: a=b',
  '/%0d%0aSet-Cookie:%20a=b',
  '/%00',
  '/\u0000',
  '/\u200b/e.com',
  '/\u2028/e.com',
  '/ /e.com',
  ' /e',
  'https:e.com',
  'https:/e.com',
  'https:///e.com',
  'https://e.com',
  'http://app.example/',
  'https://app.example.e.com/',
  'https://app.example@e.com/',
  'https://app.example:8443/',
  'https://app.example\\@e.com',
  'https://e.com#https://app.example',
  'https://e.com?https://app.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  '/a/..//e.com',
  '/.//e.com',
  '/..//e.com',
  '/a//b',
  '@e.com',
  'e.com',
  '',
  '?a',
  '#a',
  '.',
  '..',
  '%2fe.com',
  `/${'a'.repeat(1024)}`,
  undefined,
  null,
  0,
  true,
  {},
  ['/a'],
  { toString: () => '/a' },
];

describe('answer/return-to (I3)', () => {
  for (const value of GOOD) {
    it(`keeps ${value}`, () => {
      expect(safeReturnTo(value, ALLOWED)).to.equal(value);
      expect([PANEL, ...ALLOWED]).to.include(new URL(value, PANEL).origin);
    });
  }

  for (const value of HOSTILE) {
    it(`drops ${value === undefined ? 'undefined' : JSON.stringify(value).slice(0, 60)}`, () => {
      expect(safeReturnTo(value, ALLOWED)).to.equal(null);
    });
  }

  it('keeps a path of 1024 characters, and no longer one', () => {
    expect(safeReturnTo(`/${'a'.repeat(1023)}`, ALLOWED)).to.have.length(1024);
    expect(safeReturnTo(`/${'a'.repeat(1024)}`, ALLOWED)).to.equal(null);
  });

  it('keeps no other origin where none is allowed', () => {
    expect(safeReturnTo('https://app.example/', new Set())).to.equal(null);
  });

  it('leads away from the origin with no string of hostile pieces', () => {
    const pieces = [
      '/',
      '//',
      '\\',
      '%2f',
      '%5c',
      '..',
      '.',
      '@',
      ':',
      '?',
      '#',
      'e.com',
      'https:',
      '\t',
      '%09',
      'a',
    ];
    let kept = 0;
    for (const first of pieces) {
      for (const second of pieces) {
        for (const third of pieces) {
          for (const fourth of pieces) {
            const safe = safeReturnTo(first + second + third + fourth, new Set());
            if (safe === null) continue;
            kept++;
            expect(new URL(safe, PANEL).origin, safe).to.equal(PANEL);
            const decoded = decodeURIComponent(safe.replace(/[?#].*$/, ''));
            expect(new URL(decoded, PANEL).origin, `${safe} decoded`).to.equal(PANEL);
          }
        }
      }
    }
    expect(kept).to.be.above(100);
  });
});
