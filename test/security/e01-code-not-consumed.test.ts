import { expect } from 'chai';
import { attack, isIn } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('E1: a recovery code that is not consumed %s', (attacked) => {
  it('takes a recovery code once, whichever operation it came through', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const codes = [...owner.recoveryCodes];
    const left = async (): Promise<number> => (await panel.secondFactor.status('alice')).recoveryCodesLeft;
    const again = async (code: string): Promise<void> => {
      for (const operation of ['step-up', 'disable', 'recovery-codes']) {
        expect(said(await owner.client.post(`/two-step/${operation}`, { code })), operation).to.equal(
          'code-invalid',
        );
      }
      expect(await panel.secondFactor.verify('alice', code)).to.include({ reason: 'code-invalid' });
      const stranger = await pending(panel);
      expect(said(await verify(stranger, code))).to.equal('code-invalid');
      expect(said(await verify(stranger, code.toLowerCase().replaceAll('-', '')))).to.equal('code-invalid');
      expect(await isIn(stranger)).to.equal(false);
    };

    expect(said(await verify(await pending(panel), codes[0]))).to.equal('verified');
    await again(codes[0]!);
    expect(said(await owner.client.post('/two-step/step-up', { code: codes[1] }))).to.equal('verified');
    await again(codes[1]!);
    expect(await panel.secondFactor.verify('alice', codes[2])).to.include({ ok: true });
    await again(codes[2]!);
    expect(await left()).to.equal(7);

    const renewed = await owner.client.post('/two-step/recovery-codes', { code: codes[3] });
    expect(renewed.body.recoveryCodes).to.have.length(10);
    await again(codes[3]!);
    const [fresh] = renewed.body.recoveryCodes as string[];
    expect(said(await owner.client.post('/two-step/disable', { code: fresh }))).to.equal('signed-in');
    expect(await panel.secondFactor.status('alice')).to.include({ enrolled: false });
    expect(said(await owner.client.post('/two-step/disable', { code: fresh }))).to.equal('not-enrolled');
  });
});
