import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack('D13: a framed page tricks the user into showing or disabling', (panel) => {
  it('lets no answer of ours be framed, errors included', async () => {
    const { jar } = await panel().enrolled('alice');
    await jar.post('/two-step/setup');
    const pending = await panel().pending('alice');
    const answers = [
      ...(await Promise.all(
        ['', '/setup', '/step-up', '/verify'].map((path) => jar.open(`/two-step${path}`)),
      )),
      await pending.open('/two-step/verify'),
      await pending.submit('/two-step/verify', { code: '000000' }),
      await pending.submit('/two-step/verify', { code: '' }),
      await jar.submit('/two-step/disable', { code: '000000' }),
      await jar.submit('/two-step/disable', { code: 'x' }),
      await jar.get('/two-step/'),
      await jar.post('/two-step/setup/confirm', { code: '000000' }),
      await new Client(panel()).post('/two-step/disable', {}),
      await new Client(panel()).open('/two-step/'),
    ];
    for (const { headers, status } of answers) {
      expect(headers['x-frame-options'], String(status)).to.equal('DENY');
      expect(headers['content-security-policy'], String(status)).to.contain("frame-ancestors 'none'");
    }
    const refused = await jar.peek('POST', '/two-step/disable', { origin: 'https://evil.example' });
    expect(refused.status).to.equal(403);
    expect(refused.headers['x-frame-options']).to.equal('DENY');
    expect(refused.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
  });
});
