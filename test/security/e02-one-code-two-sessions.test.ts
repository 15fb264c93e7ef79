import { expect } from 'chai';
import { attack, isIn } from '../support/attack.js';
import { burst, enrolled, pending, said, tally, verify } from '../support/people.js';

attack('E2: one recovery code, two sessions by racing %s', (attacked) => {
  const left = async (): Promise<number> => (await attacked().secondFactor.status('alice')).recoveryCodesLeft;

  it('opens one session of 20 browsers that send the same code at once', async () => {
    const owner = await enrolled(attacked());
    const browsers = await burst(20, () => pending(attacked()));
    const answers = await burst(20, (i) => verify(browsers[i]!, owner.recoveryCodes[0]));
    expect(tally(answers).verified).to.equal(1);
    const inside = await Promise.all(browsers.map(isIn));
    expect(inside.filter(Boolean)).to.have.length(1);
    expect(await left()).to.equal(9);
  });

  it('opens one session of one browser that sends the same code 20 times at once', async () => {
    const owner = await enrolled(attacked());
    const browser = await pending(attacked());
    const copies = Array.from({ length: 20 }, () => browser.copy());
    const answers = await burst(20, (i) => verify(copies[i]!, owner.recoveryCodes[0]));
    expect(tally(answers).verified).to.equal(1);
    expect((await Promise.all(copies.map(isIn))).filter(Boolean)).to.have.length(1);
    expect(await left()).to.equal(9);
  });

  it('consumes both of two different codes that come at once', async () => {
    const owner = await enrolled(attacked());
    const browsers = await burst(2, () => pending(attacked()));
    const answers = await burst(2, (i) => verify(browsers[i]!, owner.recoveryCodes[i]));
    expect(tally(answers)).to.deep.equal({ verified: 2 });
    expect(await Promise.all(browsers.map(isIn))).to.deep.equal([true, true]);
    expect(await left()).to.equal(8);
    for (const code of owner.recoveryCodes.slice(0, 2)) {
      expect(said(await verify(await pending(attacked()), code))).to.equal('code-invalid');
    }
  });

  it('consumes each of ten different codes that come at once: no lost update', async () => {
    const owner = await enrolled(attacked());
    const browsers = await burst(10, () => pending(attacked()));
    const answers = await burst(10, (i) => verify(browsers[i]!, owner.recoveryCodes[i]));
    const opened = tally(answers).verified ?? 0;
    expect(opened).to.be.at.least(1);
    // Whoever lost too many rounds got 503, and his code is either there or spent: never given twice.
    expect(await left()).to.be.at.most(10 - opened);
    const later = await burst(10, async (i) => verify(await pending(attacked()), owner.recoveryCodes[i]));
    later.forEach((answer, i) => {
      if (said(answers[i]!) === 'verified') expect(said(answer)).to.equal('code-invalid');
    });
    expect(opened + (tally(later).verified ?? 0)).to.be.at.most(10);
  });

  it('does not open an operation with a code while it is used at another', async () => {
    const owner = await enrolled(attacked());
    const browser = await pending(attacked());
    const [code] = owner.recoveryCodes;
    const answers = await Promise.all([
      verify(browser, code),
      owner.client.copy().post('/two-step/step-up', { code }),
      owner.client.copy().post('/two-step/recovery-codes', { code }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
  });
});
