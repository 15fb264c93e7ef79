import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const HOUR = 3_600_000;

describe('session: a way round a lock-out on purpose (B7)', () => {
  let panel: Panel;
  let phone: Phone;
  let owner: Client;

  beforeEach(async () => {
    panel = await startPanel();
    phone = await enroll(panel);
    owner = new Client(panel);
    await owner.login('alice');
    await owner.post('/two-step/verify', { code: phone.nextCode() });
    await owner.post('/logout');
  });
  afterEach(stopPanels);

  /** A code that may be right already, while the clock stands still. */
  const early = (): string => {
    const code = phone.nextCode();
    panel.now -= 30_000;
    return code;
  };

  async function guess(client: Client, times: number): Promise<string[]> {
    const code = phone.wrongCode();
    const answers: string[] = [];
    for (let i = 0; i < times; i++) {
      answers.push(String((await client.post('/two-step/verify', { code })).body.code));
    }
    return answers;
  }

  it('lets the owner in on their own browser while a stranger has locked the codes', async () => {
    const stranger = await loggedIn(panel);
    expect((await guess(stranger, 8)).filter((code) => code === 'code-invalid')).to.have.length(5);
    expect((await stranger.post('/two-step/verify', { code: early() })).body.code).to.equal('locked');

    await owner.login('alice');
    expect((await owner.post('/two-step/verify', { code: early() })).body.state).to.equal('verified');
    const again = await stranger.post('/two-step/verify', { code: early() });
    expect(again.body.code).to.equal('locked');
    expect((await panel.secondFactor.status('alice')).failures).to.equal(5);
  });

  it('gives strangers 100 guesses in all, and not 100 between two visits of the owner', async () => {
    let told = 0;
    for (let visit = 0; visit < 130; visit++) {
      const stranger = await loggedIn(panel);
      told += (await guess(stranger, 2)).filter((code) => code === 'code-invalid').length;
      panel.now += HOUR;
      await owner.login('alice');
      expect((await owner.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
        'verified',
      );
      await owner.post('/logout');
    }
    expect(told).to.equal(100);
    const last = await loggedIn(panel);
    expect((await last.post('/two-step/verify', { code: phone.nextCode() })).body).to.include({
      code: 'locked',
      until: null,
    });
  });

  it('gives the browser of the owner no more than its own budget', async () => {
    await owner.login('alice');
    expect((await guess(owner, 7)).filter((code) => code === 'code-invalid')).to.have.length(5);
    expect((await owner.post('/two-step/verify', { code: early() })).body.code).to.equal('locked');

    // Another session, another login: the budget goes with the browser, not with the session.
    await owner.post('/two-step/cancel');
    await owner.login('alice');
    expect((await owner.post('/two-step/verify', { code: early() })).body.code).to.equal('locked');

    // Who is new is not locked by it.
    const stranger = await loggedIn(panel);
    expect((await stranger.post('/two-step/verify', { code: early() })).body.state).to.equal('verified');
  });

  it('has one budget for all operations of a browser (B5)', async () => {
    await owner.login('alice');
    await owner.post('/two-step/verify', { code: early() });
    const code = phone.wrongCode();
    const operations = ['step-up', 'disable', 'recovery-codes'];
    const answers: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      answers.push((await owner.post(`/two-step/${operations[i % 3]}`, { code })).body.code);
    }
    expect(answers).to.deep.equal([...Array<string>(5).fill('code-invalid'), 'locked']);
  });

  it('knows no browser by a token that was made up', async () => {
    const stranger = await loggedIn(panel);
    await guess(stranger, 5);
    const name = /(second-factor-\w+)=/.exec(owner.cookie)![1];
    const forged = await loggedIn(panel);
    const cookie = `${forged.cookie}; ${name}=${'A'.repeat(43)}`;
    expect((await forged.post('/two-step/verify', { code: early() }, { cookie })).body.code).to.equal(
      'locked',
    );
  });

  it('gives the browser a new token at every sign-in, and the old one is worth nothing once that was used', async () => {
    const [name, old] = /(second-factor-\w+)=([\w-]+)/.exec(owner.cookie)!.slice(1);
    for (let times = 0; times < 2; times++) {
      const before = owner.cookie;
      await owner.login('alice');
      await owner.post('/two-step/verify', { code: phone.nextCode() });
      await owner.post('/logout');
      expect(owner.cookie).not.to.include(/second-factor-[^;]+/.exec(before)![0]);
    }

    const stranger = await loggedIn(panel);
    await guess(stranger, 5);
    const cookie = `${stranger.cookie}; ${name}=${old}`;
    expect((await stranger.post('/two-step/verify', { code: early() }, { cookie })).body.code).to.equal(
      'locked',
    );
  });
});
