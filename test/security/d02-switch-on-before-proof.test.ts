import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending, phoneWith, signedIn } from '../support/people.js';

attack('D2: a set-up that was begun overwrites or switches on the factor (on %s)', (panel) => {
  it('keeps the old authenticator, and knows nothing of the new one, until it is proved', async () => {
    const { client, phone } = await enrolled(panel(), 'alice');
    const before = await panel().record('alice');
    const { body } = await client.post('/two-step/setup');
    expect(body.key).to.be.a('string').and.not.to.equal(phone.key);
    expect(await panel().record('alice')).to.equal(before);

    const other = await pending(panel(), 'alice');
    const begun = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    panel().advance(30);
    const code = begun.generate({ timestamp: panel().now });
    expect((await other.post('/two-step/verify', { code })).body.code).to.equal('code-invalid');
    expect((await other.post('/two-step/verify', { code: phone.code() })).status).to.equal(200);
    expect(await other.who()).to.equal('alice');
  });

  it('asks nobody for a code who only began', async () => {
    const client = await signedIn(panel(), 'bob');
    await client.post('/two-step/setup');
    await client.post('/logout');
    expect((await new Client(panel()).login('bob')).status).to.equal(200);
    expect(await panel().record('bob')).to.equal(null);
  });

  it('drops the set-up with the session: nobody confirms it later, nor from another one', async () => {
    const client = await signedIn(panel(), 'bob');
    const { body } = await client.post('/two-step/setup');
    const code = phoneWith(panel(), String(body.key)).code();
    const copy = client.copy();
    await client.post('/logout');
    for (const other of [copy, await signedIn(panel(), 'bob')]) {
      expect((await other.post('/two-step/setup/confirm', { code })).status).to.be.oneOf([401, 409]);
    }
    expect(await panel().record('bob')).to.equal(null);
  });
});
