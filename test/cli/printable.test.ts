import { expect } from 'chai';
import { printable, printableLine } from '../../lib/cli/printable.js';

describe('cli/printable', () => {
  it('leaves letters of every script and lines as they are', () => {
    const text = 'Алиса 爱丽丝 😀 "quoted"\nsecond line';
    expect(printable(text)).to.equal(text);
  });

  it('writes out what a terminal would act on, or nobody would see', () => {
    expect(printable('\x1b[2K\r\t\x7f\u009b\u202e\u200b')).to.equal(
      '\\u001b[2K\\u000d\\u0009\\u007f\\u009b\\u202e\\u200b',
    );
  });

  it('keeps what must be one line on one', () => {
    expect(printableLine('mallory\nroot')).to.equal('mallory\\u000aroot');
    expect(printableLine('\x1b[2K')).to.equal('\\u001b[2K');
  });

  it('keeps JSON what it was', () => {
    const value = { name: 'a\u009b\u202e\u{e0001}\ud800b' };
    const line = printable(JSON.stringify(value));
    expect(line).to.not.match(/\p{C}/u);
    expect(JSON.parse(line)).to.deep.equal(value);
  });
});
