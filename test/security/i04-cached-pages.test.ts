import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { signedIn, enable, pending } from '../support/people.js';

attack('I4: a page with a secret lies in a cache (on %s)', (panel) => {
  it('forbids every cache, and gives nothing to ask a cache with', async () => {
    const client = await signedIn(panel(), 'alice');
    const answers = [await client.post('/two-step/setup'), await client.get('/two-step/setup')];
    answers.push(await client.open('/two-step/setup'));
    const { phone } = await enable(panel(), client);
    answers.push(await client.post('/two-step/recovery-codes', { code: phone.nextCode() }));
    answers.push(await client.submit('/two-step/recovery-codes', { code: phone.nextCode() }));
    const waiting = await pending(panel(), 'alice');
    for (const path of [
      '/two-step/',
      '/two-step/verify',
      '/two-step/setup',
      '/two-step/step-up',
      '/',
      '/settings',
    ]) {
      answers.push(
        await client.open(path),
        await client.get(path),
        await waiting.open(path),
        await waiting.get(path),
      );
    }
    answers.push(await waiting.post('/two-step/verify', { code: '000000' }));
    for (const { headers, status } of answers) {
      expect(headers['cache-control'], String(status)).to.equal('no-store');
      expect(headers.vary).to.match(/\bcookie\b/i);
      expect(headers).not.to.have.any.keys('etag', 'last-modified', 'expires');
    }
    expect(answers.some(({ text }) => text.includes('otpauth'))).to.equal(true);
  });
});
