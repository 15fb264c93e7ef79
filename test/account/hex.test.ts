import { expect } from 'chai';
import { decodeHex } from '../../lib/account/hex.js';

describe('lib/account/hex', () => {
  it('reads bytes in every spelling of the makers of tokens', () => {
    const bytes = Buffer.from('00ff7f80deadbeef0123456789abcdef', 'hex');
    const hex = bytes.toString('hex');
    const spellings = [
      ...[hex, hex.toUpperCase(), ` ${hex}\n`, hex.replace(/../g, '$& ')],
      ...[hex.replace(/..(?=.)/g, '$&:'), hex.replace(/.{4}(?=.)/g, '$&-'), hex.replace(/..(?=.)/g, '$& : ')],
    ];
    for (const spelling of spellings) expect(decodeHex(spelling), spelling).to.deep.equal(bytes);
  });

  it('is nothing when it is anything else', () => {
    const refused = ['', ' ', 'abc', '0x00ff', 'a b', 'a-b1', '00fg', '00,ff', 'zz', '::', '-00', '００'];
    for (const typed of refused) expect(decodeHex(typed), typed).to.equal(null);
  });
});
