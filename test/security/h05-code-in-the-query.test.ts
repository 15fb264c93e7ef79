import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, said, signedIn, verify } from '../support/people.js';

attack('H5: a code or a secret in the query string %s', (attacked) => {
  it('takes none from there, at any operation, and does not spend it', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    panel.advance(30);
    const code = owner.phone.code();
    const outside = await pending(panel);
    const query = `?code=${code}&rememberBrowser=true`;
    expect(said(await outside.post(`/two-step/verify${query}`))).to.equal('code-malformed');
    expect((await outside.postRaw(`/two-step/verify${query}`, '', '')).status).to.equal(400);
    expect(said(await outside.get(`/two-step/verify${query}`))).to.equal('pending');
    expect((await outside.open(`/two-step/verify${query}`)).text).to.not.include(code);
    const withHeaders = {
      'x-code': code,
      'x-otp': code,
      'x-two-factor-code': code,
      authorization: `OTP ${code}`,
    };
    expect(said(await outside.post('/two-step/verify', {}, withHeaders))).to.equal('code-malformed');
    outside.cookies.set('code', code);
    expect(said(await outside.post('/two-step/verify'))).to.equal('code-malformed');
    for (const operation of ['step-up', 'disable', 'recovery-codes']) {
      expect(said(await owner.client.post(`/two-step/${operation}${query}`)), operation).to.equal(
        'code-malformed',
      );
    }
    expect(await isIn(outside)).to.equal(false);
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(outside, code))).to.equal('verified');
  });

  it('takes no password from there either, and no secret at set-up', async () => {
    const panel = attacked();
    const client = new Client(panel);
    expect((await client.post('/login?username=bob&password=bob-password')).status).to.equal(401);
    const bob = await signedIn(panel, 'bob');
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const { body } = await bob.post(`/two-step/setup?secret=${secret}&key=${secret}`, {
      secret,
      key: secret,
    });
    expect(body.key)
      .to.match(/^[A-Z2-7]{32}$/)
      .and.not.equal(secret);
  });
});
