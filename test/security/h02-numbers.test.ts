import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('H2: numbers in the place of a code %s', (attacked) => {
  it('takes a code with leading zeros as the text it is, and as nothing else', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    panel.advance(30);
    while (!/^00[1-9]/.test(owner.phone.code())) panel.advance(30);
    // The minute may end while the test runs: all of them are of the same code.
    const code = owner.phone.code();
    const number = Number(code);
    const client = await pending(panel);
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
      expect(said(await verify(client, typed)), JSON.stringify(typed)).to.be.oneOf([
        'code-malformed',
        'code-invalid',
      ]);
      expect(await isIn(client)).to.equal(false);
    }
    expect(await failuresOf(panel)).to.be.below(5);
    expect(said(await verify(client, code))).to.equal('verified');
  });
});
