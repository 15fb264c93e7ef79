import { expect } from 'chai';
import { attack, failuresOf } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

const LONGEST_WAIT_SECONDS = 3600;

attack('B8: wait until the lock is over and count from zero %s', (attacked) => {
  it('refuses every code from the hundredth failure on, however long the guesser waits', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    let told = 0;
    const stranger = await pending(panel);
    for (const code of owner.phone.wrongCodes(5))
      if (said(await verify(stranger, code)) === 'code-invalid') told++;
    // The same budget at the operation without a password, which costs the test less time (B5).
    for (let i = 0; i < 96; i++) {
      panel.advance(LONGEST_WAIT_SECONDS);
      const guess = await panel.secondFactor.verify('alice', owner.phone.wrongCodes(1)[0]);
      if (!guess.ok && guess.reason === 'code-invalid') told++;
    }
    expect(told).to.equal(100);
    expect(await failuresOf(panel)).to.equal(100);

    panel.advance(365 * 86_400);
    const right = await verify(await pending(panel), owner.phone.code());
    expect(right.body).to.include({ code: 'locked', until: null });
    expect(right.headers).to.not.have.property('retry-after');
    expect(said(await verify(await pending(panel), owner.recoveryCodes[0]))).to.equal('verified');
  });

  it('goes on counting after each wait, which doubles', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const browser = await pending(panel);
    for (const code of owner.phone.wrongCodes(4)) await verify(browser, code);
    const waits: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      await verify(browser, owner.phone.wrongCodes(1)[0]);
      const locked = await verify(browser, owner.phone.code(1));
      expect(said(locked)).to.equal('locked');
      waits.push(Number(locked.headers['retry-after']));
      panel.advance(waits.at(-1) as number);
    }
    expect(waits).to.deep.equal([30, 60, 120]);
    expect(await failuresOf(panel)).to.equal(7);
  });
});
