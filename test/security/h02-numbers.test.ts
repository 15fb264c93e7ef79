import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { enrolled, failuresOf, isIn, pending, said, verify } from './support/befh-people.js';

attack('H2: numbers in the place of a code', (on) => {
  it('takes a code with leading zeros as the text it is, and as nothing else', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    panel.advance(30);
    while (!/^00[1-9]/.test(owner.code())) panel.advance(30);
    // The minute may end while the test runs: all of them are of the same code.
    const code = owner.code();
    const number = Number(code);
    const jar = await pending(panel);
    const refused: unknown[] = [
      number,
      String(number),
      `${number}.0`,
      number + 0.5,
      `${number / 1000}e3`,
      '1e5',
      `+0${number}`,
      `+${code}`,
      `-${number}`,
      `0x${number.toString(16)}`,
      `0${number.toString(8)}`,
      `0${code}`,
      `${code}0`,
      `${code}.`,
      `${code}n`,
      [code],
      true,
    ];
    for (const typed of refused) {
      // What has six digits is a code, and a wrong one is told so.
      expect(said(await verify(jar, typed)), JSON.stringify(typed)).to.be.oneOf([
        'code-malformed',
        'code-invalid',
      ]);
      expect(await isIn(jar)).to.equal(false);
    }
    expect(await failuresOf(panel)).to.be.below(5);
    expect(said(await verify(jar, code))).to.equal('verified');
  });
});
