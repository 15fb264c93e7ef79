import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending } from '../support/people.js';

attack('D13: a framed page tricks the user into showing or disabling (on %s)', (panel) => {
  it('lets no answer of ours be framed, errors included', async () => {
    const { client } = await enrolled(panel(), 'alice');
    await client.post('/two-step/setup');
    const waiting = await pending(panel(), 'alice');
    const answers = [
      ...(await Promise.all(
        ['', '/setup', '/step-up', '/verify'].map((path) => client.open(`/two-step${path}`)),
      )),
      await waiting.open('/two-step/verify'),
      await waiting.submit('/two-step/verify', { code: '000000' }),
      await waiting.submit('/two-step/verify', { code: '' }),
      await client.submit('/two-step/disable', { code: '000000' }),
      await client.submit('/two-step/disable', { code: 'x' }),
      await client.get('/two-step/'),
      await client.post('/two-step/setup/confirm', { code: '000000' }),
      await new Client(panel()).post('/two-step/disable', {}),
      await new Client(panel()).open('/two-step/'),
    ];
    for (const { headers, status } of answers) {
      expect(headers['x-frame-options'], String(status)).to.equal('DENY');
      expect(headers['content-security-policy'], String(status)).to.contain("frame-ancestors 'none'");
    }
    const refused = await client.peek('POST', '/two-step/disable', { origin: 'https://evil.example' });
    expect(refused.status).to.equal(403);
    expect(refused.headers['x-frame-options']).to.equal('DENY');
    expect(refused.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
  });
});
