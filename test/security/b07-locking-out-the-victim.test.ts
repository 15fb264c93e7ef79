import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { burst, enrolled, failuresOf, isIn, pending, said, verify } from './support/befh-people.js';
import { Client } from '../support/client.js';

attack('B7: locking the victim out on purpose', (on) => {
  it('moves no counter without the password, at whatever operation', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const [wrong] = owner.wrong(1);
    const own = await panel.signedIn('bob');
    for (const path of ['verify', 'step-up', 'disable', 'recovery-codes', 'setup/confirm', 'cancel']) {
      for (const jar of [new Client(panel), own]) {
        const body = { code: wrong, user: 'alice', account: 'alice', username: 'alice' };
        await jar.post(`/two-step/${path}`, body);
      }
    }
    await burst(20, () => new Client(panel).login('alice', 'not-the-password'));
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(await pending(panel), owner.nextCode()))).to.equal('verified');
  });

  it('lets the owner in by a recovery code, and does not cut the session he has', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const stranger = await pending(panel);
    for (const code of owner.wrong(5)) await verify(stranger, code);
    expect(await isIn(owner.jar)).to.equal(true);

    const fresh = await pending(panel);
    expect(said(await verify(fresh, owner.code(1)))).to.equal('locked');
    expect(said(await verify(fresh, owner.recoveryCodes[0]))).to.equal('verified');
    expect(await isIn(owner.jar)).to.equal(true);
  });

  it('leaves the browser that the owner is known by a budget of its own', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const known = await pending(panel);
    await verify(known, owner.nextCode());
    await known.post('/logout');
    const stranger = await pending(panel);
    for (const code of owner.wrong(5)) await verify(stranger, code);
    await known.login('alice');
    expect(said(await verify(known, owner.code(1)))).to.equal('verified');
    expect(said(await verify(stranger, owner.code(1)))).to.equal('locked');
    expect(await failuresOf(panel)).to.equal(5);
  });

  it('cannot lock the operation of recovery codes by wrong ones', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    for (let round = 0; round < 4; round++) {
      const stranger = await pending(panel);
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(said(await verify(stranger, 'A'.repeat(23) + String(i))));
      expect(answers.at(-1)).to.equal('sign-in-expired');
    }
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(await pending(panel), owner.recoveryCodes[9]))).to.equal('verified');
  });
});
