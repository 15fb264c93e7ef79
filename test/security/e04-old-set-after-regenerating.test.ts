import { expect } from 'chai';
import { attack, isIn } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('E4: the old recovery codes after new ones were made %s', (attacked) => {
  it('refuses every old code in a sign-in that was pending meanwhile', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const waiting = await pending(panel);
    const renewed = await owner.client.post('/two-step/recovery-codes', { code: owner.phone.nextCode() });
    for (const code of owner.recoveryCodes.slice(0, 4)) {
      expect(said(await verify(waiting, code))).to.equal('code-invalid');
    }
    expect(await isIn(waiting)).to.equal(false);
    expect(said(await verify(waiting, (renewed.body.recoveryCodes as string[])[0]))).to.equal('verified');
  });

  it('leaves exactly one set, whole, when old codes are used while new ones are made', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const browsers = [await pending(panel), await pending(panel)];
    const code = owner.phone.nextCode();
    const [renewed] = await Promise.all([
      owner.client.post('/two-step/recovery-codes', { code }),
      verify(browsers[0]!, owner.recoveryCodes[0]),
      verify(browsers[1]!, owner.recoveryCodes[1]),
    ]);
    // A recovery code used first makes the code void with which new ones were asked for.
    const now =
      renewed.status === 200 ? (renewed.body.recoveryCodes as string[]) : owner.recoveryCodes.slice(2);
    const old = renewed.status === 200 ? owner.recoveryCodes.slice(2, 4) : owner.recoveryCodes.slice(0, 2);
    for (const each of old) expect(await panel.secondFactor.verify('alice', each)).to.include({ ok: false });
    for (const each of now) expect(await panel.secondFactor.verify('alice', each)).to.include({ ok: true });
  });

  it('refuses the old codes after an operator made new ones', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const [fresh] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
    expect(said(await verify(await pending(panel), owner.recoveryCodes[0]))).to.equal('code-invalid');
    expect(said(await verify(await pending(panel), fresh))).to.equal('verified');
  });
});
