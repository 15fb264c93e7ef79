import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { burst, enrolled, pending, tally, verify } from '../support/people.js';

const LIMIT = 5;

attack('B1: parallel guesses beat check-then-count %s', (attacked) => {
  for (const clients of [1, 50]) {
    it(`tells no more than ${LIMIT} outcomes to 500 guesses at once from ${clients} browser(s)`, async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const browsers = await burst(clients, () => pending(panel));
      const codes = owner.phone.wrongCodes(500);

      const told = tally(await burst(500, (i) => verify(browsers[i % clients]!, codes[i])));
      expect(told['code-invalid']).to.be.within(1, LIMIT);
      expect(Object.keys(told)).to.not.include('verified');
      expect(await failuresOf(panel)).to.be.within(told['code-invalid']!, LIMIT);

      // What a 503 left of the budget is used up, then the right code is as good as any.
      for (const code of codes.slice(0, LIMIT)) await verify(browsers[0]!, code);
      expect(await failuresOf(panel)).to.equal(LIMIT);
      const right = await verify(browsers[0]!, owner.phone.code(1));
      expect(right.status).to.equal(429);
      expect(right.body.code).to.equal('locked');
      expect(await isIn(browsers[0]!)).to.equal(false);
    });
  }

  it('does not let the right code in among wrong ones once the lock has come', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const browser = await pending(panel);
    for (const code of owner.phone.wrongCodes(LIMIT)) await verify(browser, code);
    const told = tally(await burst(100, () => verify(browser, owner.phone.code(1))));
    expect(told).to.deep.equal({ locked: 100 });
    expect(await failuresOf(panel)).to.equal(LIMIT);
  });
});
