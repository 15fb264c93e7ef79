import { expect } from 'chai';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';

const statusOf = (text: string): string | undefined =>
  /<p class="notice good" role="status">.*?<span>([^<]*)</s.exec(text)?.[1];

describe('what was done', () => {
  let panel: Panel;
  let alice: Client;
  let phone: Phone;
  beforeEach(async () => {
    panel = await startPagePanel({ rememberBrowsers: { days: 30 } });
    alice = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', alice));
  });
  afterEach(stopPanels);

  async function addPhone(add: Record<string, string>): Promise<void> {
    await alice.submit('/two-step/setup', add);
    const { body } = await alice.get('/two-step/setup');
    const code = phoneWith(panel, String(body.key)).code();
    await alice.submit('/two-step/setup/confirm', { code, id: String(body.id) });
  }

  async function browser(): Promise<void> {
    const remembered = new Client(panel);
    await remembered.logInByForm();
    panel.now += 60_000;
    await remembered.submit('/two-step/verify', { code: phone.nextCode(), rememberBrowser: 'on' });
  }

  const idOf = async (): Promise<string> =>
    String((await alice.get('/two-step/browsers')).body.browsers[0].id);

  /** Each change, the page that it leads to, and what is said there. */
  const CHANGES: Record<string, readonly [string, RegExp, () => Promise<unknown>]> = {
    'an authenticator added': ['/two-step', /was added/, () => addPhone({ add: 'on' })],
    'a phone replaced': ['/two-step', /taken the place/, () => addPhone({})],
    'an authenticator removed': [
      '/two-step',
      /was removed/,
      async () => {
        await addPhone({ add: 'on' });
        const { body } = await alice.get('/two-step');
        await alice.submit('/two-step/authenticators/remove', { id: body.authenticators[0].id });
      },
    ],
    'a browser forgotten': [
      '/two-step/browsers',
      /^The browser was forgotten/,
      async () => {
        await browser();
        await alice.submit('/two-step/browsers/revoke', { id: await idOf() });
      },
    ],
    'all browsers forgotten': [
      '/two-step/browsers',
      /^All browsers/,
      async () => {
        await browser();
        await alice.submit('/two-step/browsers/revoke', { all: 'on' });
      },
    ],
    'the factor disabled': [
      '/two-step',
      /disabled/,
      () => alice.submit('/two-step/disable', { code: phone.nextCode() }),
    ],
  };
  for (const [what, [path, said, change]] of Object.entries(CHANGES)) {
    it(`is said as a status, once: ${what}`, async () => {
      await change();
      const { text, status } = await alice.open(path);
      expect(status).to.equal(200);
      expect(statusOf(text)).to.match(said);
      expect(text).to.not.contain('role="alert" id="error"');
      expect(statusOf((await alice.open(path)).text)).to.equal(undefined);
    });
  }

  it('is kept for a page that somebody sees', async () => {
    await alice.submit('/two-step/disable', { code: phone.nextCode() });
    await alice.open('/two-step', { 'sec-purpose': 'prefetch' });
    await alice.get('/two-step');
    expect(statusOf((await alice.open('/two-step')).text)).to.match(/disabled/);
  });

  it('is not said to programs, which were answered, nor of what another session did', async () => {
    const other = new Client(panel);
    await other.logInByForm();
    panel.now += 60_000;
    await other.submit('/two-step/verify', { code: phone.nextCode() });
    await addPhone({ add: 'on' });
    expect(statusOf((await other.open('/two-step')).text)).to.equal(undefined);
    await alice.open('/two-step');
    await alice.post('/two-step/disable', { code: phone.nextCode() });
    expect(statusOf((await alice.open('/two-step')).text)).to.equal(undefined);
  });

  it('is not that codes were shown, where a set-up ran out of time', async () => {
    await alice.submit('/two-step/setup');
    const { body } = await alice.get('/two-step/setup');
    panel.now += 700_000;
    const code = phoneWith(panel, String(body.key)).code();
    const { status, text } = await alice.submit('/two-step/setup/confirm', { code, id: String(body.id) });
    expect(status).to.equal(409);
    expect(text).to.contain('That set-up is over');
  });
});
