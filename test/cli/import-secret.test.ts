import { expect } from 'chai';
import { Secret } from 'otpauth';
import { runConsole } from '../support/console.js';
import { caught } from '../support/headless.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { phoneWith } from '../support/people.js';
import { TOKEN_PARAMETERS } from '../support/records.js';

const SECRET = new Secret({ size: 32 });
const TOKEN = ['--digits', '8', '--algorithm', 'sha256', '--period', '60'];

describe('cli: import', () => {
  let panel: Panel;
  beforeEach(async () => {
    panel = await startPanel();
  });
  afterEach(stopPanels);

  for (const [what, [input, ...options]] of Object.entries<readonly [string, ...string[]]>({
    base32: [`${SECRET.base32}\n`, ...TOKEN],
    hex: [`${SECRET.hex.replace(/../g, '$& ')}\n`, '--encoding', 'hex', ...TOKEN],
    'a URI': [`otpauth://totp/A:b?secret=${SECRET.base32}&digits=8&algorithm=SHA256&period=60\n`],
  })) {
    it(`reads ${what} from standard input`, async () => {
      const run = (...more: string[]): ReturnType<typeof runConsole> =>
        runConsole(panel, ['import', 'alice', ...options, '--name', 'Token 4711', ...more], input);
      expect((await run()).lines).to.deep.equal([
        'alice: two-step authentication is enabled\nnext: it has no recovery codes yet; recovery-codes makes them',
      ]);
      expect((await run()).lines).to.deep.equal([
        'alice: two-step authentication was enabled with this authenticator already',
      ]);
      expect(await run('--json')).to.deep.include({
        ...{ code: 0, lines: ['{"account":"alice","imported":false}'] },
      });
      panel.now += 120_000;
      const code = phoneWith(panel, SECRET.base32, TOKEN_PARAMETERS).code();
      expect(await panel.secondFactor.verify('alice', code)).to.include({ ok: true });
    });
  }

  for (const [what, [input, options, reason]] of Object.entries<readonly [string, string[], string]>({
    'hex that is not said to be hex': [SECRET.hex, TOKEN, 'it looks like hex: add --encoding hex'],
    'a short secret': [SECRET.base32.slice(0, 16), [], 'has 10; --allow-short accepts it'],
    'digits beside a URI': [`otpauth://totp/x?secret=${SECRET.base32}`, TOKEN, 'digits is for secret only'],
    'digits that are no number': [SECRET.base32, ['--digits', 'eight'], 'digits must be 6, 7 or 8'],
    'a hash nobody has': [SECRET.base32, ['--algorithm', 'md5'], 'algorithm must be'],
    nothing: ['', [], 'standard input is empty: pipe the secret'],
  })) {
    it(`refuses ${what} with exit code 2, and says no secret`, async () => {
      const refused = await caught(runConsole(panel, ['import', 'alice', ...options], input));
      expect(refused).to.include({ exitCode: 2 });
      expect(refused.message).to.include(reason);
      expect(refused.message).not.to.match(
        new RegExp(`${SECRET.base32.slice(0, 6)}|${SECRET.hex.slice(0, 6)}`, 'i'),
      );
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
    });
  }

  it('refuses an account that has another authenticator with exit code 1', async () => {
    await runConsole(panel, ['import', 'alice'], SECRET.base32);
    const refused = await caught(runConsole(panel, ['import', 'alice', ...TOKEN], SECRET.base32));
    expect(refused).to.include({
      exitCode: 1,
      message: 'alice: it has two-step authentication with another authenticator already; disable that first',
    });
    expect(await caught(runConsole(panel, ['import', 'bob']))).to.include({ exitCode: 2 }); // a terminal
  });
});
