import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { enrolled, failuresOf, pending, said, verify } from './support/befh-people.js';
import { Client } from '../support/client.js';

attack('B3: a success elsewhere resets the counter', (on) => {
  it('keeps the count through right passwords and through sign-ins to an account of his own', async () => {
    const { panel } = on;
    const victim = await enrolled(panel, 'alice');
    const attacker = await enrolled(panel, 'bob');
    const browser = new Client(panel);
    for (const code of victim.wrong(4)) {
      await browser.login('alice');
      expect(said(await verify(browser, code))).to.equal('code-invalid');
      await browser.login('bob');
      expect(said(await verify(browser, attacker.nextCode()))).to.equal('verified');
    }
    expect(await failuresOf(panel, 'alice')).to.equal(4);
    expect(await failuresOf(panel, 'bob')).to.equal(0);
    const [fifth] = victim.wrong(1);
    await verify(await pending(panel), fifth);
    expect(said(await verify(await pending(panel), victim.code(1)))).to.equal('locked');
  });

  it('keeps the count of strangers when the owner signs in on the browser he is known by', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    await owner.jar.post('/logout');
    await owner.jar.login('alice');
    await verify(owner.jar, owner.nextCode());
    const stranger = await pending(panel);
    for (const code of owner.wrong(4)) await verify(stranger, code);

    await owner.jar.post('/logout');
    await owner.jar.login('alice');
    expect(said(await verify(owner.jar, owner.nextCode()))).to.equal('verified');
    expect(await failuresOf(panel)).to.equal(4);
  });

  // The count is not kept through a recovery code: there are ten, each is spent by it, and each has 120 bits. Whoever
  // holds one needs to guess nothing, and an owner who recovered must not be met by the lock somebody else brought.
  it('clears the count for a recovery code, which is spent by that, and not for a wrong one', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const browser = await pending(panel);
    for (const code of owner.wrong(5)) await verify(browser, code);
    expect(said(await verify(browser, 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF'))).to.equal('code-invalid');
    expect(await failuresOf(panel)).to.equal(5);

    expect(said(await verify(browser, owner.recoveryCodes[0]))).to.equal('verified');
    expect(await panel.secondFactor.status('alice')).to.include({ failures: 0, recoveryCodesLeft: 9 });
    expect(said(await verify(await pending(panel), owner.recoveryCodes[0]))).to.equal('code-invalid');
  });
});
