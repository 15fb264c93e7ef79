import { join } from 'node:path';
import { expect } from 'chai';
import type { SecondFactor } from 'passport-second-factor';
import { Secret, TOTP } from 'otpauth';
import { programOf } from '../support/doc-program.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

type WayIn = (instance: SecondFactor, id: string, operator: string, ticket: string) => Promise<string | null>;

describe('docs/recovery.md', () => {
  afterEach(stopPanels);

  it('leads somebody without phone and paper to a new phone and new recovery codes, by one code', async () => {
    const folder = programOf('docs/recovery.md');
    const { wayIn } = (await import(join(folder.path, 'support.ts'))) as { wayIn: WayIn };
    folder.remove();
    const panel = await startPanel();
    expect(await wayIn(panel.secondFactor, 'alice', 'support', 'ticket 7')).to.equal(null);
    const lost = await enroll(panel);
    const code = (await wayIn(panel.secondFactor, 'alice', 'support', 'ticket 7')) ?? '';
    expect(code).to.match(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);

    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/verify', { code: code.toLowerCase().replaceAll('-', ' ') });
    expect(body).to.include({ state: 'verified', recoveryCodesLeft: 9 });
    panel.now += 600_000;
    const setup = await client.post('/two-step/setup');
    const totp = new TOTP({ secret: Secret.fromBase32(String(setup.body.key)) });
    const shown = (): string => {
      panel.now += 30_000;
      return totp.generate({ timestamp: panel.now });
    };
    const confirmed = await client.post('/two-step/setup/confirm', { code: shown() });
    expect(confirmed.body).to.deep.equal({ state: 'verified', returnTo: '/two-step' });
    expect((await client.post('/two-step/recovery-codes', { code: lost.nextCode() })).body.code).to.equal(
      'code-invalid',
    );
    expect(
      (await client.post('/two-step/recovery-codes', { code: shown() })).body.recoveryCodes,
    ).to.have.length(10);
  });
});
