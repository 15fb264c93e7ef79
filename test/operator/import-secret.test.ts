import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const BY = { by: 'migration' };

describe('operator/import-secret', () => {
  let panel: Panel;
  beforeEach(async () => {
    panel = await startPanel();
  });
  afterEach(stopPanels);

  it('takes the secret of another system over, in every spelling of base32', async () => {
    const secret = new Secret({ size: 20 });
    const spellings = [
      secret.base32,
      secret.base32.toLowerCase(),
      secret.base32.replace(/.{4}/g, '$& '),
      secret.base32.replace(/.{4}(?=.)/g, '$&-'),
      `${secret.base32}======`,
    ];
    for (const spelling of spellings) {
      await panel.secondFactor.admin.import('alice', { secret: spelling, ...BY });
      expect(panel.events.at(-1)).to.deep.include({ name: 'imported', accountId: 'alice', ...BY });
      const totp = new TOTP({ secret });
      const client = new Client(panel);
      expect((await client.login('alice')).body.code).to.equal('code-required');
      const read = totp.generate({ timestamp: panel.now });
      expect((await client.post('/two-step/verify', { code: read })).body.code).to.equal('code-already-used');
      panel.now += 60_000;
      const code = totp.generate({ timestamp: panel.now });
      expect((await client.post('/two-step/verify', { code })).body.state).to.equal('verified');
      expect(await panel.secondFactor.status('alice')).to.include({
        enrolled: true,
        recoveryCodesLeft: 0,
        authenticators: 1,
      });
      await panel.secondFactor.admin.disable('alice', BY);
    }
  });

  it('takes short secrets down to 80 bits only when told so', async () => {
    for (const [size, plain, allowed] of [
      [9, false, false],
      [10, false, true],
      [15, false, true],
      [16, true, true],
      [64, true, true],
      [65, false, false],
    ] as const) {
      const secret = new Secret({ size }).base32;
      for (const [dangerouslyAllowShortSecret, expected] of [
        [false, plain],
        [true, allowed],
      ] as const) {
        const given = { secret, dangerouslyAllowShortSecret, ...BY };
        const outcome = await panel.secondFactor.admin.import('alice', given).then(
          () => true,
          (caught: unknown) => {
            const error = caught as { code: string; message: string };
            expect(error.code).to.equal('option-invalid');
            expect(error.message).not.to.include(secret);
            return false;
          },
        );
        expect(outcome, `${size} bytes`).to.equal(expected);
        expect(await panel.secondFactor.admin.disable('alice', BY)).to.equal(expected);
      }
    }
    const secret = new Secret({ size: 10 });
    await panel.secondFactor.admin.import('alice', {
      secret: secret.base32,
      dangerouslyAllowShortSecret: true,
      ...BY,
    });
    panel.now += 60_000;
    const code = new TOTP({ secret }).generate({ timestamp: panel.now });
    expect(await panel.secondFactor.verify('alice', code)).to.include({ ok: true });
  });

  it('refuses what is no secret, and accounts that are not there or enrolled already, and changes nothing', async () => {
    for (const secret of ['', '   ', 'not base32!', '01890189018901890189', undefined, 7, {}]) {
      const error = await panel.secondFactor.admin
        .import('alice', { secret: secret as string, ...BY })
        .catch((caught: unknown) => caught as { code: string });
      expect(error).to.include({ code: 'option-invalid' });
    }
    const secret = new Secret({ size: 20 }).base32;
    const codeOf = (id: string, given: object): Promise<unknown> =>
      panel.secondFactor.admin.import(id, given as never).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await codeOf('alice', { secret })).to.equal('option-invalid');
    expect(await codeOf('nobody', { secret, ...BY })).to.equal('account-unknown');
    await enroll(panel);
    const before = await panel.store.get('alice');
    expect(await codeOf('alice', { secret, ...BY })).to.equal('already-enrolled');
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('takes no placeholder for a secret, and nothing but true for leave to take a short one', async () => {
    const { import: take } = panel.secondFactor.admin;
    for (const secret of ['A'.repeat(32), '7'.repeat(32), 'AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA']) {
      expect(await refusedBy(take('alice', { secret, ...BY })), secret).to.include('is not random');
    }
    const secret = new Secret({ size: 10 }).base32;
    for (const allowed of ['false', 'true', 1, null]) {
      const given = { secret, dangerouslyAllowShortSecret: allowed as never, ...BY };
      expect(await refusedBy(take('alice', given)), String(allowed)).to.include('must be a boolean');
    }
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
  });

  it('says of a secret that is too short whether it would be taken all the same', async () => {
    const refusal = async (size: number, dangerouslyAllowShortSecret: boolean): Promise<string> => {
      const secret = new Secret({ size }).base32;
      const given = { secret, dangerouslyAllowShortSecret, ...BY };
      const error: unknown = await panel.secondFactor.admin
        .import('alice', given)
        .catch((caught: unknown) => caught);
      return (error as Error).message;
    };
    for (const size of [10, 15]) {
      expect(await refusal(size, false)).to.match(
        /16 to 64 bytes, has 1[05]; dangerouslyAllowShortSecret: true/,
      );
    }
    for (const size of [9, 65]) {
      expect(await refusal(size, false)).to.match(/16 to 64 bytes, has \d+$/);
      expect(await refusal(size, true)).to.match(/10 to 64 bytes, has \d+$/);
    }
  });

  it('lets one of many imports at once count', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        panel.secondFactor.admin.import('alice', { secret: new Secret({ size: 20 }).base32, ...BY }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('takes no code that could be read when it was imported, also not of a phone that is ahead', async () => {
    const secret = new Secret({ size: 20 });
    await panel.secondFactor.admin.import('alice', { secret: secret.base32, ...BY });
    const code = (steps: number): string =>
      new TOTP({ secret }).generate({ timestamp: panel.now + steps * 30_000 });
    for (const steps of [-1, 0, 1]) {
      const outcome = await panel.secondFactor.verify('alice', code(steps));
      expect(outcome, String(steps)).to.include({ ok: false, reason: 'code-already-used' });
    }
    panel.now += 30_000;
    expect(await panel.secondFactor.verify('alice', code(1))).to.include({ ok: true });
  });
});

async function refusedBy(taking: Promise<boolean>): Promise<string> {
  return taking.then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  );
}
