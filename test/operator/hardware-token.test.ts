import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { runConsole } from '../support/console.js';
import { Client } from '../support/client.js';
import { give, loggedIn, phoneWith, said, verify } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { TOKEN_PARAMETERS } from '../support/records.js';

const MINUTE = 60_000;
const OPTIONS = ['--encoding', 'hex', '--digits', '8', '--algorithm', 'sha256', '--period', '60'];
/** The seed of RFC 6238 appendix B for SHA-256. */
const SEED = Buffer.from('12345678901234567890123456789012');

/** A hardware token whose clock may be off. */
interface Token {
  /** Minutes by which its clock is ahead. */
  ahead: number;
  /** What it shows. */
  shows(): string;
  /** Waits for its next code. */
  next(): string;
}

describe('a hardware token: eight digits of SHA-256, a minute each', () => {
  let panel: Panel;
  let token: Token;

  beforeEach(async () => {
    panel = await startPagePanel({ lockout: { after: 5 } });
    const ended = await runConsole(panel, ['import', 'alice', ...OPTIONS], `${SEED.toString('hex')}\n`);
    expect([ended.code, ended.lines]).to.deep.equal([
      0,
      [
        'alice: two-step authentication is enabled\nnext: it has no recovery codes yet; recovery-codes makes them',
      ],
    ]);
    const totp = new TOTP({ secret: Secret.fromHex(SEED.toString('hex')), ...TOKEN_PARAMETERS });
    token = {
      ahead: 0,
      shows: () => totp.generate({ timestamp: panel.now + token.ahead * MINUTE }),
      next() {
        panel.now += MINUTE;
        return token.shows();
      },
    };
    panel.now += MINUTE; // what could be read when it was imported is void
  });
  afterEach(stopPanels);

  it('signs in, once with each code, and not with what it showed at the import', async () => {
    panel.now -= MINUTE;
    expect(said(await verify(await loggedIn(panel), token.shows()))).to.equal('code-already-used');
    panel.now += MINUTE;
    const code = token.next();
    expect(code).to.match(/^\d{8}$/);
    expect(said(await verify(await loggedIn(panel), `${code.slice(0, 4)} ${code.slice(4)}`))).to.equal(
      'verified',
    );
    expect(said(await verify(await loggedIn(panel), code))).to.equal('code-already-used');
    panel.now += MINUTE;
    expect(said(await verify(await loggedIn(panel), code)), 'a minute later').to.equal('code-already-used');
    expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
  });

  it('is told to programs and people by the number of its digits', async () => {
    const login = await new Client(panel).login('alice');
    expect(login.body).to.include({ code: 'code-required' });
    expect(login.body.digits).to.deep.equal([8]);
    const browser = new Client(panel);
    await browser.logInByForm();
    const form = await browser.open('/two-step/verify');
    expect(form.text).to.include('Enter the eight-digit code that your authenticator shows now.');
    expect(form.text).not.to.include('six').and.not.to.include('phone');
    const refused = await browser.submit('/two-step/verify', { code: token.shows().slice(2) });
    expect(refused.text).to.include('The code must be eight digits, or a recovery code.');
    expect((await browser.submit('/two-step/verify', { code: token.next() })).status).to.equal(303);
    expect((await browser.open('/two-step/step-up')).text).to.include('a fresh eight-digit code');
    const settings = (await browser.open('/two-step')).text;
    expect(settings).to.include('enter the eight-digit code that your authenticator shows now');
    expect((await browser.get('/two-step')).body.digits).to.deep.equal([8]);
  });

  for (const [clock, ahead] of [
    ['ahead', 1],
    ['behind', -1],
  ] as const) {
    it(`is followed when its clock runs ${clock}, a step at a time`, async () => {
      for (let minutes = 1; minutes <= 5; minutes++) {
        token.ahead = ahead * minutes;
        panel.now += 10 * MINUTE;
        expect(said(await verify(await loggedIn(panel), token.shows())), String(minutes)).to.equal(
          'verified',
        );
      }
    });

    it(`is refused when its clock is two steps ${clock} all at once, and charged`, async () => {
      token.ahead = 2 * ahead;
      panel.now += 10 * MINUTE;
      expect(said(await verify(await loggedIn(panel), token.shows()))).to.equal('code-invalid');
      expect((await panel.secondFactor.status('alice')).failures).to.equal(1);
    });
  }

  it('takes a code for as long as three of its steps, and no longer', async () => {
    panel.now = Math.ceil(panel.now / MINUTE) * MINUTE + 10 * MINUTE;
    const code = token.shows();
    panel.now += 2 * MINUTE;
    expect(said(await verify(await loggedIn(panel), code))).to.equal('code-invalid');
    panel.now -= 1;
    expect(said(await verify(await loggedIn(panel), code))).to.equal('verified');
  });

  it('is charged for wrong codes of eight digits, and locked after five', async () => {
    const wrong = phoneWith(panel, Secret.fromHex(SEED.toString('hex')).base32, TOKEN_PARAMETERS).wrongCodes(
      5,
    );
    const client = await loggedIn(panel);
    for (const code of wrong) expect(said(await verify(client, code))).to.equal('code-invalid');
    expect(said(await verify(client, token.shows()))).to.equal('locked');
  });

  it('steps up, makes recovery codes and disables like any app', async () => {
    const client = await loggedIn(panel);
    await verify(client, token.next());
    panel.now += 10 * MINUTE;
    expect(said(await client.get('/danger'))).to.equal('step-up-required');
    expect(said(await give(client, 'step-up', token.shows()))).to.equal('verified');
    expect((await client.get('/danger')).status).to.equal(200);
    expect((await give(client, 'recovery-codes', token.next())).body.recoveryCodes).to.have.length(10);
    expect(said(await give(client, 'disable', token.next()))).to.equal('signed-in');
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
  });

  it('is replaced by an app, and then opens nothing', async () => {
    const client = await loggedIn(panel);
    await verify(client, token.next());
    const app = phoneWith(panel, String((await client.post('/two-step/setup')).body.key));
    expect((await give(client, 'setup/confirm', `00${app.code()}`)).body.code).to.equal('code-malformed');
    expect((await give(client, 'setup/confirm', app.code())).status).to.equal(200);
    const again = await loggedIn(panel);
    expect(said(await verify(again, token.next()))).to.equal('code-malformed');
    expect(said(await verify(again, app.nextCode()))).to.equal('verified');
    expect((await panel.secondFactor.status('alice')).digits).to.deep.equal([6]);
  });

  it('has an app beside it: either signs in, and the page says both numbers', async () => {
    const client = await loggedIn(panel);
    await verify(client, token.next());
    const app = phoneWith(panel, String((await client.post('/two-step/setup', { add: true })).body.key));
    expect((await give(client, 'setup/confirm', app.code())).status).to.equal(200);
    expect((await new Client(panel).login('alice')).body.digits).to.deep.equal([6, 8]);
    const browser = new Client(panel);
    await browser.logInByForm();
    expect((await browser.open('/two-step/verify')).text).to.include('Enter the six- or eight-digit code');
    expect(said(await verify(await loggedIn(panel), app.nextCode()))).to.equal('verified');
    expect(said(await verify(await loggedIn(panel), token.next()))).to.equal('verified');
    expect(said(await verify(await loggedIn(panel), '1234567'))).to.equal('code-malformed');
    const { lines } = await runConsole(panel, ['status', 'alice']);
    expect(lines.join('\n')).to.include('\nauthenticators: 2, with codes of 6 or 8 digits\n');
  });
});
