import { expect } from 'chai';
import { FROM_ANOTHER_SITE, attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack('D11: the QR code by a GET, or by a service elsewhere (on %s)', (panel) => {
  it('makes no secret by GET, HEAD or a link from elsewhere', async () => {
    const client = await signedIn(panel(), 'alice');
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      for (const path of ['setup', 'setup/', 'setup?start=1', 'setup/confirm?code=000000']) {
        const { status, text } = await client.peek(method, `/two-step/${path}`, FROM_ANOTHER_SITE);
        expect(status, `${method} ${path}`).to.be.at.most(409);
        expect(text).not.to.match(/otpauth|<svg[^>]*qr/i);
      }
    }
    expect((await client.get('/two-step/setup')).body.code).to.equal('setup-expired');
  });

  it('has no picture of the code that another site could show, and none made elsewhere', async () => {
    const client = await signedIn(panel(), 'alice');
    await client.post('/two-step/setup');
    const { text, headers } = await client.open('/two-step/setup');
    expect(text).to.contain('<svg');
    expect(text.replaceAll('http://www.w3.org/', '')).not.to.match(
      /(src|href|action|url\()\s*=?\s*["'(]?(https?:)?\/\//i,
    );
    expect(text).not.to.match(/<img[^>]*src="(?!data:)/i);
    expect(headers['content-security-policy']).to.contain("default-src 'none'");
    expect(headers['access-control-allow-origin']).to.equal(undefined);
    expect(headers['cross-origin-resource-policy']).to.equal('same-origin');
  });

  it('lets another site load neither the page of an open set-up nor the JSON with the key', async () => {
    const client = await signedIn(panel(), 'alice');
    const begun = await client.post('/two-step/setup');
    const loads = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    const picture = { ...loads, 'sec-fetch-dest': 'image', accept: 'image/*,*/*;q=0.8' };
    const json = await client.get('/two-step/setup', loads);
    for (const { body } of [begun, json]) expect(body).to.include.all.keys('key', 'uri', 'qr');
    for (const { headers } of [begun, json, await client.get('/two-step/setup', picture)]) {
      expect(headers).to.include({ 'cross-origin-resource-policy': 'same-origin' });
      expect(headers).not.to.have.property('access-control-allow-origin');
    }
  });
});
