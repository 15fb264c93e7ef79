import { expect } from 'chai';
import type { Client } from '../support/client.js';
import { runConsole } from '../support/console.js';
import { guess } from '../support/headless.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('operator: known browsers in which codes are refused', () => {
  let panel: Panel;
  let phone: Phone;
  let browser: Client;

  beforeEach(async () => {
    panel = await startPanel({ options: { lockout: { after: 2, hardLimit: 3 } } });
    phone = await enroll(panel);
    browser = await loggedIn(panel);
    await browser.post('/two-step/verify', { code: phone.nextCode() }, { 'user-agent': FIREFOX });
    await browser.post('/logout');
    await browser.login('alice');
  });
  afterEach(stopPanels);

  const guessThere = (code = phone.wrongCode()) => browser.post('/two-step/verify', { code });
  const shown = async (): Promise<string[]> =>
    (await runConsole(panel, ['status', 'alice'])).lines.flatMap((line) => line.split('\n'));

  it('are told with their own count and end, until that is over', async () => {
    const { status } = panel.secondFactor;
    await guessThere();
    expect((await status('alice')).lockedBrowsers).to.deep.equal([]);
    await guessThere();
    const until = panel.now + 30_000;
    expect(await status('alice')).to.deep.include({
      failures: 0,
      locked: false,
      lockedUntil: null,
      lockedBrowsers: [{ name: 'Firefox, Linux', failures: 2, lockedUntil: until }],
    });
    const refused = `codes are refused until ${new Date(until).toISOString()} in a known browser: Firefox, Linux`;
    expect(await shown())
      .to.include(refused)
      .and.include('wrong codes in a row, in unknown browsers: 0');
    const { lines } = await runConsole(panel, ['status', 'alice', '--json']);
    expect(JSON.parse(lines[0] ?? '')).to.deep.include({
      lockedBrowsers: [{ name: 'Firefox, Linux', failures: 2, lockedUntil: until }],
    });
    panel.now = until;
    expect((await status('alice')).lockedBrowsers).to.deep.equal([]);
    expect((await shown()).join()).to.not.include('refused');
  });

  it('are told at the hard limit, and unlock lets their owner in', async () => {
    for (let times = 0; times < 3; times++) {
      panel.now += 3_600_000;
      await browser.login('alice');
      await guessThere();
    }
    panel.now += 86_400_000;
    await browser.login('alice');
    expect((await guessThere(phone.nextCode())).body).to.include({ code: 'locked', until: null });
    const { status, admin } = panel.secondFactor;
    expect((await status('alice')).lockedBrowsers).to.deep.equal([
      { name: 'Firefox, Linux', failures: 3, lockedUntil: null },
    ]);
    expect(await shown()).to.include(
      'codes are refused until recovery or unlock in a known browser: Firefox, Linux',
    );
    await admin.unlock('alice', { by: 'operator' });
    expect((await status('alice')).lockedBrowsers).to.deep.equal([]);
    expect((await guessThere(phone.nextCode())).body).to.include({ state: 'verified' });
  });

  it('are none while codes are refused to strangers', async () => {
    await guess(panel, phone.nextCode(), 2);
    const until = panel.now + 30_000;
    expect(await panel.secondFactor.status('alice')).to.deep.include({
      failures: 2,
      locked: true,
      lockedUntil: until,
      lockedBrowsers: [],
    });
    const refused = `codes are refused until ${new Date(until).toISOString()} in unknown browsers`;
    expect(await shown())
      .to.include(refused)
      .and.include('wrong codes in a row, in unknown browsers: 2');
  });
});
