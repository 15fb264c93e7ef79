import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { enrolled, said, signedIn } from '../support/people.js';

attack('E8: recovery codes before the authenticator is proved %s', (attacked) => {
  it('makes none at set-up, and hands none out for a code that is wrong', async () => {
    const panel = attacked();
    const other = await enrolled(panel, 'bob');
    const client = await signedIn(panel, 'alice');
    const answers = [
      await client.post('/two-step/setup'),
      await client.get('/two-step/setup'),
      await client.open('/two-step/setup'),
      await client.post('/two-step/setup/confirm', { code: other.phone.wrongCodes(1)[0] }),
      await client.post('/two-step/setup/confirm', { code: '' }),
      await client.post('/two-step/recovery-codes', { code: other.phone.code() }),
      await client.get('/two-step'),
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
