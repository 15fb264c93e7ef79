import { expect } from 'chai';
import fc from 'fast-check';
import { cleanText, isPrintable, withoutUnprintable } from '../../lib/account/clean-text.js';

/** Any text JavaScript can hold: lone surrogates, control characters, and what people write. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
    .map((units) => String.fromCharCode(...units)),
);

describe('account/clean-text', () => {
  it('gives one line without anything that is not seen, whatever it is given', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, most) => {
        const clean = cleanText(text, most);
        expect(clean).to.not.match(/\p{C}|[^\P{Z} ]|^ | $| {2}/u);
        expect(Array.from(clean).length).to.be.at.most(most);
        expect(cleanText(clean, most), 'again').to.equal(clean);
      }),
    );
  });

  it('leaves what people write as it is', () => {
    for (const text of ['Алиса', '爱丽丝', '😀 phone', 'O’Brien & Söhne <x>']) {
      expect(cleanText(text, 40)).to.equal(text);
    }
  });

  it('cuts between two characters', () => {
    expect(cleanText('a😀😀', 2)).to.equal('a😀');
    expect(cleanText('😀'.repeat(1000), 10)).to.equal('😀'.repeat(10));
  });

  it('makes of no text one that is printable and another one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = withoutUnprintable(text);
        expect(shown).to.not.match(/\p{C}/u);
        expect(isPrintable(shown)).to.equal(isPrintable(text));
        if (isPrintable(text)) expect(shown).to.equal(text);
      }),
    );
  });
});
