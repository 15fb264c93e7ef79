import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { signedIn, enable, enrolled } from '../support/people.js';

const PAGES = ['', '/', '/setup', '/verify', '/step-up', '/recovery-codes', '/browsers', '/setup/confirm'];

attack('D10: the secret can be read after the confirmation (on %s)', (panel) => {
  it('shows neither key nor QR code nor recovery code on any page any more', async () => {
    const client = await signedIn(panel(), 'alice');
    const { body: setup } = await client.post('/two-step/setup');
    const { phone } = await enable(panel(), client);
    const { body } = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
    const secrets = [phone.key, String(setup.key), ...(body.recoveryCodes as string[])];

    const paths = [...PAGES.map((path) => `/two-step${path}`), '/', '/settings', '/api/me', '/api/secret'];
    for (const path of paths) {
      for (const { text, headers } of [await client.get(path), await client.open(path)]) {
        const all = text + JSON.stringify(headers);
        for (const secret of secrets) expect(all, path).not.to.contain(secret);
        expect(all, path).not.to.match(/otpauth/i);
      }
    }
    expect((await client.get('/two-step/setup')).body.code).to.equal('setup-expired');
  });

  it('begins with another secret when the owner sets up anew', async () => {
    const { client, phone } = await enrolled(panel(), 'alice');
    const { body } = await client.post('/two-step/setup');
    expect(body.key).not.to.equal(phone.key);
  });
});
