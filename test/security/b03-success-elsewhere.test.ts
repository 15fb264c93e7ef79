import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, failuresOf } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('B3: a success elsewhere resets the counter %s', (attacked) => {
  it('keeps the count through right passwords and through sign-ins to an account of his own', async () => {
    const panel = attacked();
    const victim = await enrolled(panel, 'alice');
    const attacker = await enrolled(panel, 'bob');
    const browser = new Client(panel);
    for (const code of victim.phone.wrongCodes(4)) {
      await browser.login('alice');
      expect(said(await verify(browser, code))).to.equal('code-invalid');
      await browser.login('bob');
      expect(said(await verify(browser, attacker.phone.nextCode()))).to.equal('verified');
    }
    expect(await failuresOf(panel, 'alice')).to.equal(4);
    expect(await failuresOf(panel, 'bob')).to.equal(0);
    const [fifth] = victim.phone.wrongCodes(1);
    await verify(await pending(panel), fifth);
    expect(said(await verify(await pending(panel), victim.phone.code(1)))).to.equal('locked');
  });

  it('keeps the count of strangers when the owner signs in on the browser he is known by', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    await owner.client.post('/logout');
    await owner.client.login('alice');
    await verify(owner.client, owner.phone.nextCode());
    const stranger = await pending(panel);
    for (const code of owner.phone.wrongCodes(4)) await verify(stranger, code);

    await owner.client.post('/logout');
    await owner.client.login('alice');
    expect(said(await verify(owner.client, owner.phone.nextCode()))).to.equal('verified');
    expect(await failuresOf(panel)).to.equal(4);
  });

  // The count is not kept through a recovery code: there are ten, each is spent by it, and each has 120 bits. Whoever
  // holds one needs to guess nothing, and an owner who recovered must not be met by the lock somebody else brought.
  it('clears the count for a recovery code, which is spent by that, and not for a wrong one', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const browser = await pending(panel);
    for (const code of owner.phone.wrongCodes(5)) await verify(browser, code);
    expect(said(await verify(browser, 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF'))).to.equal('code-invalid');
    expect(await failuresOf(panel)).to.equal(5);

    expect(said(await verify(browser, owner.recoveryCodes[0]))).to.equal('verified');
    expect(await panel.secondFactor.status('alice')).to.include({ failures: 0, recoveryCodesLeft: 9 });
    expect(said(await verify(await pending(panel), owner.recoveryCodes[0]))).to.equal('code-invalid');
  });
});
