import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import { Secret, TOTP } from 'otpauth';
import { Canaries } from './canaries.js';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';

describe('I5: secrets in events, notices, errors and session values', () => {
  afterEach(stopPanels);

  it('has no trace of a key, code, recovery code or token in any of them', async () => {
    const canaries = new Canaries();
    const notices: unknown[] = [];
    const sessions: unknown[] = [];
    const kept = memoryStore();
    let isAway = false;
    const panel = await startPanel({
      store: {
        ...kept,
        get: (id) => (isAway ? Promise.reject(new Error('away')) : kept.get(id)),
      },
      options: {
        rememberBrowsers: { days: 30 },
        notify: (account, notice) => void notices.push({ account, notice }),
      },
    });
    const client = new Client(panel);
    const post = async (path: string, body: object = {}) => {
      const answer = await client.post(path, body);
      sessions.push(await panel.stored(client));
      return answer;
    };
    await client.login('alice');
    const key = String((await post('/two-step/setup')).body.key);
    canaries.addKey(key);
    const totp = new TOTP({ secret: Secret.fromBase32(key) });
    const code = (): string => {
      panel.now += 30_000;
      const shown = totp.generate({ timestamp: panel.now });
      canaries.addCode(shown);
      return shown;
    };
    const confirmed = await post('/two-step/setup/confirm', { code: code() });
    const codes = confirmed.body.recoveryCodes as string[];
    for (const each of codes) canaries.add('recovery code', each);
    await client.post('/logout');
    await client.login('alice');
    await post('/two-step/verify', { code: '000000' });
    await post('/two-step/verify', { code: code(), rememberBrowser: true });
    canaries.add('browser token', /second-factor-\w+=([\w-]+)/.exec(client.cookie)![1]!);
    await post('/two-step/step-up', { code: codes[0] });
    isAway = true;
    panel.now += 90_000;
    expect((await client.post('/two-step/step-up', { code: code() })).status).to.equal(503);
    isAway = false;
    expect((await post('/two-step/recovery-codes', { code: code() })).status).to.equal(200);
    expect((await post('/two-step/disable', { code: code() })).status).to.equal(200);

    expect(panel.events.map(({ name }) => name)).to.include.members([
      'code-refused',
      'store-unavailable',
      'disabled',
    ]);
    expect(notices).to.not.be.empty;
    for (const held of [
      panel.events,
      notices,
      sessions,
      panel.errors.map((error) => Object.assign({}, error)),
    ]) {
      expect(canaries.foundIn(JSON.stringify(held))).to.deep.equal([]);
    }
    for (const error of panel.errors)
      expect(canaries.foundIn(String((error as Error).stack))).to.deep.equal([]);
  });
});
