import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { loggedIn } from '../support/people.js';

const STEP = 30_000;
const DAY = 86_400_000;

describe('session: a phone whose clock is wrong (M7)', () => {
  let panel: Panel;
  let client: Client;
  let totp: TOTP;
  /** Milliseconds by which the clock of the phone is ahead. */
  let ahead: number;

  beforeEach(async () => {
    panel = await startPanel();
    client = new Client(panel);
    await client.login('alice');
    const { body } = await client.post('/two-step/setup');
    expect(body.serverTime).to.equal(new Date(panel.now).toISOString());
    totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
  });
  afterEach(stopPanels);

  /** What the phone shows. */
  const shown = (): string => totp.generate({ timestamp: panel.now + ahead });
  const confirm = () => client.post('/two-step/setup/confirm', { code: shown() });

  async function signIn(code = shown()): Promise<unknown> {
    const browser = await loggedIn(panel);
    const { body } = await browser.post('/two-step/verify', { code });
    return body.code ?? body.state;
  }

  for (const seconds of [90, -90]) {
    it(`is let in as it was at set-up (${seconds} s), and once it is corrected`, async () => {
      ahead = seconds * 1000;
      expect((await confirm()).body).to.include({ state: 'verified' });
      expect(await signIn()).to.equal('code-already-used');
      for (let day = 0; day < 3; day++) {
        panel.now += DAY;
        const code = shown();
        expect(await signIn(code)).to.equal('verified');
        expect(await signIn(code)).to.equal('code-already-used');
      }

      ahead = 0; // it has found a network
      const answers: unknown[] = [];
      while (answers.at(-1) !== 'verified' && answers.length < 10) {
        answers.push(await signIn());
        panel.now += STEP;
      }
      // Whose clock was ahead waits until the steps it has used are over; nothing is charged for that.
      const waits = Array<string>(seconds > 0 ? 4 : 0).fill('code-already-used');
      expect(answers).to.deep.equal([...waits, 'verified']);
      expect(await panel.secondFactor.status('alice')).to.include({ failures: 0, locked: false });
      for (let day = 0; day < 5; day++) {
        panel.now += DAY;
        expect(await signIn(), `day ${day}`).to.equal('verified');
      }
    });
  }

  it('forgets what it learned, so that a phone that was corrected has no more codes than any other', async () => {
    ahead = 90_000;
    await confirm();
    ahead = 0;
    for (let day = 0; day < 4; day++) {
      panel.now += DAY;
      expect(await signIn()).to.equal('verified');
    }
    panel.now += DAY;
    ahead = 90_000;
    expect(await signIn()).to.equal('code-invalid');
  });

  it('is told by how many minutes it is off when that is too far, and changes nothing', async () => {
    for (const [minutes, words] of [
      [7, '7 minutes ahead of'],
      [-12, '12 minutes behind'],
    ] as const) {
      ahead = minutes * 60_000;
      const answer = await confirm();
      expect(answer).to.deep.include({ status: 422 });
      expect(answer.body).to.include({ code: 'clock-skew', minutes });
      const page = await client.post('/two-step/setup/confirm', new URLSearchParams({ code: shown() }), {
        accept: 'text/html',
        'sec-fetch-site': 'same-origin',
      });
      expect(page.status).to.equal(422);
      expect(page.text).to.include(words);
      expect(await panel.store.get('alice')).to.equal(null);
    }
    ahead = 0;
    expect((await confirm()).body).to.include({ state: 'verified' });
  });
});
