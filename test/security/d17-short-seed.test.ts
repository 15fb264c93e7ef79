import { expect } from 'chai';
import { Secret } from 'otpauth';
import { attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack('D17: the seed is too short to be a secret (on %s)', (panel) => {
  it('makes 160 bits, new ones each time', async () => {
    const keys = new Set<string>();
    for (const login of ['admin', 'alice', 'bob']) {
      const client = await signedIn(panel(), login);
      const key = String((await client.post('/two-step/setup')).body.key);
      expect(Secret.fromBase32(key).bytes).to.have.length(20);
      keys.add(key);
    }
    expect(keys.size).to.equal(3);
  });

  it('refuses to take over less than 128 bits unless it is said, and never less than 80', async () => {
    const { secondFactor } = panel();
    const base32 = (bytes: number): string => new Secret({ size: bytes }).base32;
    const taken = (bytes: number, dangerouslyAllowShortSecret?: boolean): Promise<unknown> =>
      secondFactor.admin
        .import('alice', { by: 'test', secret: base32(bytes), dangerouslyAllowShortSecret })
        .then(
          () => 'taken',
          (error: unknown) => (error as { code?: string }).code,
        );
    for (const bytes of [1, 9, 10, 15]) expect(await taken(bytes), String(bytes)).to.equal('option-invalid');
    for (const bytes of [1, 9]) expect(await taken(bytes, true), String(bytes)).to.equal('option-invalid');
    expect(await panel().record('alice')).to.equal(null);
    expect(await taken(16)).to.equal('taken');
  });
});
