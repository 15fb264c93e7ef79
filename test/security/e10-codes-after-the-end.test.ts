import { expect } from 'chai';
import { attack, isIn } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('E10: recovery codes that outlive the factor, and the last of them %s', (attacked) => {
  it('wipes them with the factor: they open nothing in the next one', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    await owner.client.post('/two-step/disable', { code: owner.phone.nextCode() });
    expect(await panel.secondFactor.status('alice')).to.include({ enrolled: false, recoveryCodesLeft: 0 });
    const next = await enrolled(panel);
    for (const code of owner.recoveryCodes.slice(0, 4)) {
      expect(said(await verify(await pending(panel), code))).to.equal('code-invalid');
    }
    expect(said(await verify(await pending(panel), next.recoveryCodes[0]))).to.equal('verified');
  });

  it('tells how many are left, down to the last, after which the owner makes new ones', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const left: unknown[] = [];
    let browser = owner.client;
    for (const code of owner.recoveryCodes) {
      browser = await pending(panel);
      left.push((await verify(browser, code)).body.recoveryCodesLeft);
    }
    expect(left).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(await isIn(browser)).to.equal(true);
    expect((await browser.get('/two-step')).body).to.include({ enrolled: true, recoveryCodesLeft: 0 });
    expect((await browser.open('/two-step')).text).to.match(/recovery codes/i);

    // A code of the authenticator still works, and gives ten new ones.
    panel.advance(60);
    const renewed = await browser.post('/two-step/recovery-codes', { code: owner.phone.nextCode() });
    expect(renewed.body.recoveryCodes).to.have.length(10);
    expect((await browser.get('/two-step')).body).to.include({ recoveryCodesLeft: 10 });
  });
});
