import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { enrolled, said } from './support/befh-people.js';

attack('E8: recovery codes before the authenticator is proved', (on) => {
  it('makes none at set-up, and hands none out for a code that is wrong', async () => {
    const { panel } = on;
    const other = await enrolled(panel, 'bob');
    const jar = await panel.signedIn('alice');
    const answers = [
      await jar.post('/two-step/setup'),
      await jar.get('/two-step/setup'),
      await jar.open('/two-step/setup'),
      await jar.post('/two-step/setup/confirm', { code: other.wrong(1)[0] }),
      await jar.post('/two-step/setup/confirm', { code: '' }),
      await jar.post('/two-step/recovery-codes', { code: other.code() }),
      await jar.get('/two-step'),
    ];
    for (const { text, body } of answers) {
      expect(body).to.not.have.property('recoveryCodes');
      expect(text).to.not.match(/([0-9A-HJKMNP-TV-Z]{4}-){5}/);
    }
    expect(said(answers[5]!)).to.equal('not-enrolled');
    expect(await panel.secondFactor.status('alice')).to.include({ enrolled: false, recoveryCodesLeft: 0 });
    expect(await panel.secondFactor.admin.recoveryCodes('alice', { by: 'test' })).to.equal(null);
    expect(await panel.secondFactor.verify('alice', 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF')).to.include({
      ok: false,
    });
  });
});
