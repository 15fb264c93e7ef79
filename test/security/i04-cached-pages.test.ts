import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

attack('I4: a page with a secret lies in a cache', (panel) => {
  it('forbids every cache, and gives nothing to ask a cache with', async () => {
    const jar = await panel().signedIn('alice');
    const answers = [await jar.post('/two-step/setup'), await jar.get('/two-step/setup')];
    answers.push(await jar.open('/two-step/setup'));
    const phone = await panel().enroll(jar);
    answers.push(await jar.post('/two-step/recovery-codes', { code: phone.nextCode() }));
    answers.push(await jar.submit('/two-step/recovery-codes', { code: phone.nextCode() }));
    const pending = await panel().pending('alice');
    for (const path of [
      '/two-step/',
      '/two-step/verify',
      '/two-step/setup',
      '/two-step/step-up',
      '/',
      '/settings',
    ]) {
      answers.push(
        await jar.open(path),
        await jar.get(path),
        await pending.open(path),
        await pending.get(path),
      );
    }
    answers.push(await pending.post('/two-step/verify', { code: '000000' }));
    for (const { headers, status } of answers) {
      expect(headers['cache-control'], String(status)).to.equal('no-store');
      expect(headers.vary).to.match(/\bcookie\b/i);
      expect(headers).not.to.have.any.keys('etag', 'last-modified', 'expires');
    }
    expect(answers.some(({ text }) => text.includes('otpauth'))).to.equal(true);
  });
});
