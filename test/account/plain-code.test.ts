import { expect } from 'chai';
import { plainCode } from '../../lib/account/plain-code.js';

/** All characters of the basic plane that become something else. */
const changed = (): Map<string, string> =>
  new Map(
    Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit))
      .map((character) => [character, plainCode(character)] as const)
      .filter(([character, plain]) => plain !== character),
  );

describe('lib/account/plain-code', () => {
  it('takes away spaces, dashes, line breaks and what nobody sees, and nothing that is a letter, a digit or a sign', () => {
    const gone = [...changed()].filter(([, plain]) => plain === '').map(([character]) => character);
    expect(gone).to.include.members([' ', '-', '\n', '\r', '\t', '\u00a0', '\u2013', '\u200f', '\ufeff']);
    for (const character of gone) expect(character).to.match(/[^\p{L}\p{N}\p{M}\p{S}]|\u2212/u);
    expect(gone).to.not.include.members(['\0', '.', ',', '_', '+']);
  });

  it('reads 113 characters each as the one of ASCII that it looks like', () => {
    const read = [...changed()].filter(([, plain]) => plain !== '');
    // 94 full-width forms without the dash, and two runs of ten digits.
    expect(read).to.have.length(93 + 20);
    for (const [, plain] of read) expect(plain).to.match(/^[!-~]$/);
    expect(plainCode('٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０９Ａｚ')).to.equal('0123456789012345678909Az');
  });

  it('leaves everything else as it is', () => {
    for (const text of ['123456', 'ABC', '१२३', '²', '①', 'ſ', 'ı', 'K', 'ﬆ', '𝟏', '\ud800']) {
      expect(plainCode(text)).to.equal(text);
    }
  });
});
