import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import type { Store } from 'passport-second-factor';
import { Secret, TOTP } from 'otpauth';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn, phoneWith } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

/** A panel that keeps a flag of its own; `log` has what happened to record and flag, in order. */
async function startFlagged(): Promise<{
  panel: Panel;
  log: string[];
  fail: (value: boolean) => void;
}> {
  const log: string[] = [];
  let failing = false;
  const store: Store = memoryStore();
  const swap = store.compareAndSet.bind(store);
  store.compareAndSet = (id, expected, next) => {
    if ((expected === null) !== (next === null)) log.push(next === null ? 'record off' : 'record on');
    return swap(id, expected, next);
  };
  const panel = await startPanel({
    store,
    options: {
      async setEnrolled(id, value) {
        log.push(`flag ${value ? 'on' : 'off'}${failing ? ' fails' : ''}`);
        await Promise.resolve();
        if (failing) throw new Error(`the table of ${id} is locked`);
      },
    },
  });
  return { panel, log, fail: (value) => (failing = value) };
}

describe('settings/set-up and session/manage: setEnrolled', () => {
  afterEach(stopPanels);

  it('writes the record first and then the flag, and in reverse on disabling', async () => {
    const { panel, log } = await startFlagged();
    const { client, phone } = await enrolled(panel);
    expect(log).to.deep.equal(['record on', 'flag on']);
    log.length = 0;
    expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(200);
    expect(log).to.deep.equal(['flag off', 'record off']);
    await enroll(panel, 'bob');
    log.length = 0;
    await panel.secondFactor.admin.disable('bob', { by: 'operator' });
    expect(log).to.deep.equal(['flag off', 'record off']);
  });

  it('takes the record back when the flag cannot be set: 503, nothing enabled, and it can be tried again', async () => {
    const { panel, log, fail } = await startFlagged();
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    fail(true);
    const refused = await client.post('/two-step/setup/confirm', {
      code: totp.generate({ timestamp: panel.now }),
    });
    expect(refused.status).to.equal(503);
    expect(refused.body.code).to.equal('store-unavailable');
    expect(log).to.deep.equal(['record on', 'flag on fails', 'flag off fails', 'record off']);
    expect(await panel.store.get('alice')).to.equal(null);
    expect((await new Client(panel).login('alice')).status, 'M1 again').to.equal(200);
    expect(panel.told()).not.to.include('enrolled');

    fail(false);
    panel.now += 30_000;
    const confirmed = await client.post('/two-step/setup/confirm', {
      code: totp.generate({ timestamp: panel.now }),
    });
    expect(confirmed.body.recoveryCodes).to.have.length(10);
  });

  it('leaves the factor on when the flag cannot be cleared', async () => {
    const { panel, fail } = await startFlagged();
    const { client, phone } = await enrolled(panel);
    fail(true);
    const answer = await client.post('/two-step/disable', { code: phone.nextCode() });
    expect(answer).to.deep.include({ status: 503 });
    expect(answer.body.code).to.equal('store-unavailable');
    expect(await panel.store.get('alice')).to.be.a('string');
    expect((await client.get('/secret')).status).to.equal(200);
    const error = await panel.secondFactor.admin
      .disable('alice', { by: 'operator' })
      .catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'store-unavailable' });
    expect(((error as Error).cause as Error).message).to.equal('the table of alice is locked');
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
  });

  it('enables nothing twice: of two confirmations at once one is told it is enabled already', async () => {
    const { panel } = await startFlagged();
    const clients = [await loggedIn(panel), await loggedIn(panel)];
    const codes = await Promise.all(
      clients.map(async (browser) => {
        const { body } = await browser.post('/two-step/setup');
        return phoneWith(panel, String(body.key)).code();
      }),
    );
    const answers = await Promise.all(
      clients.map((browser, i) => browser.post('/two-step/setup/confirm', { code: codes[i] })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)[0]).to.equal(200);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    const states = await Promise.all(
      clients.map(async (browser) => (await browser.get('/two-step')).body.state as unknown),
    );
    expect(states.sort()).to.deep.equal(['pending', 'verified']);
  });

  it('changes nothing for the account until the code is confirmed (M6, D2)', async () => {
    const { panel, log } = await startFlagged();
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    expect(body).to.have.all.keys('id', 'account', 'issuer', 'key', 'uri', 'qr', 'expiresAt', 'serverTime');
    expect((await client.post('/two-step/setup/confirm', { code: '000000' })).status).to.be.oneOf([401, 422]);
    await client.post('/two-step/setup/cancel');
    expect(log).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(null);
    expect((await client.post('/two-step/setup/confirm', { code: '000000' })).body.code).to.equal(
      'setup-expired',
    );
    expect((await new Client(panel).login('alice')).status).to.equal(200);
  });

  for (const [how, end] of Object.entries({
    'is cancelled': (owner: Client) => owner.post('/two-step/setup/cancel'),
    'is dropped after ten wrong codes': async (owner: Client) => {
      for (let wrong = 0; wrong < 10; wrong++)
        await owner.post('/two-step/setup/confirm', { code: '000000' });
    },
  })) {
    it(`brings no set-up back that ${how} while another request holds the session`, async () => {
      let meanwhile: (() => Promise<unknown>) | undefined;
      const panel = await startPanel({
        options: {
          policy: async () => {
            const act = meanwhile;
            meanwhile = undefined;
            await act?.();
            return 'optional' as const;
          },
        },
        routes: ({ app }) => {
          app.get('/visit', (req, res) => {
            Object.assign(req.session, { visited: true });
            res.json({});
          });
        },
      });
      const owner = await loggedIn(panel);
      const seen = (await owner.post('/two-step/setup')).body.key as string;
      const { cookie } = owner;
      const thief = new Client(panel);
      expect((await thief.get('/two-step/setup', { cookie })).body.key).to.equal(seen);
      meanwhile = () => end(owner);
      // It writes its session, as it was before.
      await thief.get('/visit', { cookie });
      expect(meanwhile, 'it was held').to.equal(undefined);
      expect((await owner.get('/two-step/setup')).body.code).to.equal('setup-expired');
      expect((await owner.post('/two-step/setup')).body.key)
        .to.be.a('string')
        .that.does.not.equal(seen);
      expect(await thief.me()).to.equal(null);
    });
  }

  it('does not let a parked sign-in, an old proof or a stranger begin one for an enrolled account (D1)', async () => {
    const { panel } = await startFlagged();
    const { client } = await enrolled(panel);
    panel.now += 901_000;
    const parked = await loggedIn(panel);
    const before = await panel.store.get('alice');
    for (const [browser, code] of [
      [parked, 'code-required'],
      [client, 'step-up-required'],
      [new Client(panel), 'sign-in-expired'],
    ] as const) {
      expect((await browser.post('/two-step/setup')).body.code).to.equal(code);
      const confirm = await browser.post('/two-step/setup/confirm', { code: '123456' });
      const expired = code === 'step-up-required' ? 'setup-expired' : code;
      expect(confirm.body.code).to.equal(expired);
      const shown = code === 'sign-in-expired' ? 'login-required' : expired;
      expect((await browser.get('/two-step/setup')).body.code).to.equal(shown);
    }
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('drops an unfinished set-up after ten wrong codes, and at its time', async () => {
    const { panel } = await startFlagged();
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    const near = new Set(
      Array.from({ length: 301 }, (_, i) => totp.generate({ timestamp: panel.now + (i - 150) * 30_000 })),
    );
    const wrong = ['111111', '222222', '333333', '444444'].find((code) => !near.has(code))!;
    for (let attempt = 1; attempt <= 10; attempt++) {
      expect((await client.post('/two-step/setup/confirm', { code: wrong })).body.code).to.equal(
        'code-invalid',
      );
    }
    const code = totp.generate({ timestamp: panel.now });
    expect((await client.post('/two-step/setup/confirm', { code })).body.code).to.equal('setup-expired');

    const second = await client.post('/two-step/setup');
    expect(second.body.key).not.to.equal(body.key);
    panel.now += 600_000;
    const late = phoneWith(panel, String(second.body.key)).code();
    expect((await client.post('/two-step/setup/confirm', { code: late })).body.code).to.equal(
      'setup-expired',
    );
    expect(await panel.store.get('alice')).to.equal(null);
  });

  it('wants a fresh password to begin one (D5)', async () => {
    const { panel } = await startFlagged();
    const client = await loggedIn(panel);
    panel.now += 900_001;
    const answer = await client.post('/two-step/setup');
    expect(answer.status).to.equal(401);
    expect(answer.body).to.include({ code: 'step-up-required', location: '/login', maxAge: 900 });
    await client.login('alice');
    expect((await client.post('/two-step/setup')).status).to.equal(200);
  });
});
