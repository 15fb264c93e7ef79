import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('B2: log in again for a fresh budget of guesses %s', (attacked) => {
  for (const end of ['with new cookies', 'by cancel and a login in the same browser'] as const) {
    it(`locks at the same total ${end}`, async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const codes = owner.phone.wrongCodes(8);
      const same = await pending(panel);
      const answers: string[] = [];
      for (let round = 0; round < 4; round++) {
        const browser = end === 'with new cookies' ? await pending(panel) : same;
        for (const code of codes.splice(0, 2)) answers.push(said(await verify(browser, code)));
        expect(await isIn(browser)).to.equal(false);
        if (browser === same) {
          await same.post('/two-step/cancel');
          await same.login('alice');
        }
      }
      expect(answers).to.deep.equal([
        ...Array<string>(5).fill('code-invalid'),
        ...Array<string>(3).fill('locked'),
      ]);
      expect(await failuresOf(panel)).to.equal(5);
    });
  }
});
