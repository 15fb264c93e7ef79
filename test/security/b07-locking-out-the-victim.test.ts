import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { burst, enrolled, pending, said, signedIn, verify } from '../support/people.js';

attack('B7: locking the victim out on purpose %s', (attacked) => {
  it('moves no counter without the password, at whatever operation', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const [wrong] = owner.phone.wrongCodes(1);
    const own = await signedIn(panel, 'bob');
    for (const path of ['verify', 'step-up', 'disable', 'recovery-codes', 'setup/confirm', 'cancel']) {
      for (const client of [new Client(panel), own]) {
        const body = { code: wrong, user: 'alice', account: 'alice', username: 'alice' };
        await client.post(`/two-step/${path}`, body);
      }
    }
    await burst(20, () => new Client(panel).login('alice', 'not-the-password'));
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(await pending(panel), owner.phone.nextCode()))).to.equal('verified');
  });

  it('lets the owner in by a recovery code, and does not cut the session he has', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const stranger = await pending(panel);
    for (const code of owner.phone.wrongCodes(5)) await verify(stranger, code);
    expect(await isIn(owner.client)).to.equal(true);

    const fresh = await pending(panel);
    expect(said(await verify(fresh, owner.phone.code(1)))).to.equal('locked');
    expect(said(await verify(fresh, owner.recoveryCodes[0]))).to.equal('verified');
    expect(await isIn(owner.client)).to.equal(true);
  });

  it('leaves the browser that the owner is known by a budget of its own', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const known = await pending(panel);
    await verify(known, owner.phone.nextCode());
    await known.post('/logout');
    const stranger = await pending(panel);
    for (const code of owner.phone.wrongCodes(5)) await verify(stranger, code);
    await known.login('alice');
    expect(said(await verify(known, owner.phone.code(1)))).to.equal('verified');
    expect(said(await verify(stranger, owner.phone.code(1)))).to.equal('locked');
    expect(await failuresOf(panel)).to.equal(5);
  });

  it('cannot lock the operation of recovery codes by wrong ones', async () => {
    const panel = attacked();
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
