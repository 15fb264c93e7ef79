import { expect } from 'chai';
import { browserName, newBrowserToken } from '../../lib/session/browser-token.js';

describe('session/browser-token', () => {
  it('makes tokens of 256 bits, never the same', () => {
    const tokens = new Set(Array.from({ length: 1000 }, newBrowserToken));
    expect(tokens.size).to.equal(1000);
    for (const token of tokens) expect(token).to.match(/^[\w-]{43}$/);
  });

  for (const [agent, name] of [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140',
      'Microsoft Edge, Windows',
    ],
    ['strange/1.0 (X11; Linux x86_64)', 'Linux'],
    ['curl/8.1', ''],
    ['', ''],
    [undefined, ''],
  ] as const) {
    it(`calls ${String(agent)} "${name}"`, () => {
      expect(browserName(agent)).to.equal(name);
    });
  }
});
