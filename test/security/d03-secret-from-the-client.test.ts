import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { pending, phoneWith, signedIn } from '../support/people.js';

const OWN = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

attack('D3: the client brings the secret (on %s)', (panel) => {
  const codeOf = (key: string): string => phoneWith(panel(), key).code();

  it('ignores a secret in body and query, when beginning and when confirming', async () => {
    const client = await signedIn(panel(), 'alice');
    const given = { secret: OWN, key: OWN, uri: `otpauth://totp/x?secret=${OWN}`, sealed: OWN };
    const setup = { secret: OWN, setup: { secret: OWN, sealed: OWN } };
    const { body } = await client.post(`/two-step/setup?secret=${OWN}&key=${OWN}`, { ...given, ...setup });
    expect(body.key).not.to.equal(OWN);

    const own = await client.post(`/two-step/setup/confirm?secret=${OWN}`, { code: codeOf(OWN), ...given });
    expect(own.body.code).to.equal('code-invalid');
    expect(await panel().record('alice')).to.equal(null);

    const shown = await client.post('/two-step/setup/confirm', { code: codeOf(String(body.key)), ...given });
    expect(shown.status).to.equal(200);
    const other = await pending(panel(), 'alice');
    panel().advance(30);
    expect((await other.post('/two-step/verify', { code: codeOf(OWN) })).body.code).to.equal('code-invalid');
    expect((await other.post('/two-step/verify', { code: codeOf(String(body.key)) })).status).to.equal(200);
  });
});
