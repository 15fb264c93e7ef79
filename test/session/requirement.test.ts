import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { Policy } from '../../lib/index.js';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';
import type { Panel, PanelParts } from '../support/panel.js';

const HTML = { accept: 'text/html' };

describe('session/requirement: a second factor that is a must', () => {
  let policy: Policy | Promise<Policy>;

  beforeEach(() => {
    policy = 'required';
  });
  afterEach(stopPanels);

  const start = (parts: PanelParts = {}): Promise<Panel> =>
    startPanel({ ...parts, options: { policy: () => policy, ...parts.options } });

  async function confirm(panel: Panel, client: Client): Promise<Record<string, unknown>> {
    const { body } = await client.post('/two-step/setup');
    const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    const code = totp.generate({ timestamp: panel.now });
    return (await client.post('/two-step/setup/confirm', { code })).body as Record<string, unknown>;
  }

  it('lets an account without one only enable it, or cancel (must-enroll)', async () => {
    const panel = await start();
    const client = new Client(panel);
    const answer = await client.login('alice');
    expect(answer).to.deep.include({ status: 403 });
    expect(answer.body).to.include({ code: 'enrollment-required', setup: '/two-step/setup' });
    expect(answer.body).to.have.property('until', new Date(panel.now + 600_000).toISOString());
    expect(await client.me()).to.equal(null);
    expect((await client.get('/secret')).body).to.include({
      code: 'enrollment-required',
      location: '/two-step/setup',
    });
    expect((await client.get('/two-step')).body).to.include({
      state: 'must-enroll',
      setup: '/two-step/setup',
    });
    for (const path of ['verify', 'disable', 'recovery-codes', 'step-up', 'authenticators/remove']) {
      expect((await client.post(`/two-step/${path}`, { code: '123456' })).status, path).to.be.within(
        401,
        403,
      );
    }
    expect((await client.post('/two-step/cancel')).body).to.deep.equal({ state: 'anonymous' });
    expect((await client.post('/two-step/setup')).body.code).to.equal('sign-in-expired');
    expect(await panel.store.get('alice')).to.equal(null);
  });

  it('signs in with the code that confirms, under a new session id, where the user wanted to go', async () => {
    const methods: unknown[] = [];
    const panel = await start({
      options: {
        onSignedIn: (_req, _res, user, { method, carried }) => {
          methods.push([user.id, method, carried]);
        },
        carry: () => ({ cart: 1 }),
      },
    });
    const client = new Client(panel);
    await client.get('/secret', HTML);
    await client.login('alice');
    const before = sessionId(client);
    const confirmed = await confirm(panel, client);
    expect(confirmed).to.include({ state: 'verified', returnTo: '/secret' });
    expect(confirmed.recoveryCodes).to.have.length(10);
    expect(sessionId(client)).not.to.equal(before);
    expect(await client.me()).to.equal('alice');
    expect((await client.get('/secret')).status).to.equal(200);
    expect(methods).to.deep.equal([['alice', 'otp', { cart: 1 }]]);
    expect(panel.told()).to.deep.equal(['enrollment-required', 'setup-started', 'enrolled', 'signed-in']);
  });

  it('shows a browser the way without making a secret (D11)', async () => {
    const panel = await start();
    const client = new Client(panel);
    const login = await client.post('/login', { username: 'alice', password: 'password' });
    expect(login.status).to.equal(403);
    const page = await client.get('/two-step/setup', HTML);
    expect(page.status).to.equal(200);
    expect(page.text).to.include('Two-step authentication is required').and.not.include('otpauth');
    expect((await client.get('/two-step/setup')).body.code).to.equal('setup-expired');
    expect((await panel.stored(client))?.passportSecondFactor).not.to.have.property('setup');
  });

  it('counts only for an account that still has no second factor, and is still the same (D1, A12)', async () => {
    const changes: ((panel: Panel) => unknown)[] = [
      async (panel) => {
        policy = 'optional';
        await enroll(panel);
        policy = 'required';
      },
      (panel) => panel.users[0]!.passwordChangedAt++,
      (panel) => panel.users.splice(0, 1),
    ];
    for (const change of changes) {
      const panel = await start();
      const client = await loggedIn(panel);
      const { body } = await client.post('/two-step/setup');
      await change(panel);
      const before = await panel.store.get('alice');
      const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      const code = totp.generate({ timestamp: panel.now });
      const answer = await client.post('/two-step/setup/confirm', { code });
      expect(answer.body.code).to.equal('sign-in-expired');
      expect(await client.me()).to.equal(null);
      expect(await panel.store.get('alice')).to.equal(before);
    }
  });

  it('ends after ten minutes, however often it is asked for', async () => {
    const panel = await start();
    const client = await loggedIn(panel);
    await client.post('/two-step/setup');
    for (let minute = 1; minute < 10; minute++) {
      panel.now += 60_000;
      expect((await client.get('/two-step/setup')).status).to.equal(200);
    }
    panel.now += 60_000;
    expect((await client.post('/two-step/setup/confirm', { code: '123456' })).body.code).to.equal(
      'sign-in-expired',
    );
    expect(await client.me()).to.equal(null);
  });

  it('takes effect on sessions that are there, and again when an operator disables (D21)', async () => {
    policy = 'optional';
    const panel = await start();
    const client = await loggedIn(panel);
    expect(await client.me()).to.equal('alice');
    policy = 'required';
    expect(await client.me()).to.equal(null);
    expect(panel.events.at(-1)).to.include({ name: 'session-demoted', reason: 'factor-required' });
    expect(await confirm(panel, client)).to.include({ state: 'verified' });

    await panel.secondFactor.admin.disable('alice', { by: 'test' });
    expect(await client.me()).to.equal(null);
    expect((await client.get('/two-step')).body).to.include({ state: 'must-enroll' });
    expect((await new Client(panel).login('alice')).body.code).to.equal('enrollment-required');
  });

  it('refuses to disable, costing no code, and lets the authenticator be replaced', async () => {
    policy = 'optional';
    const panel = await start();
    const client = new Client(panel);
    const phone = await enroll(panel, 'alice', client);
    policy = 'required';
    const before = await panel.store.get('alice');
    const code = phone.nextCode();
    expect((await client.post('/two-step/disable', { code })).body.code).to.equal('disable-refused');
    expect(await panel.store.get('alice')).to.equal(before);
    expect((await client.get('/two-step')).body).to.include({ required: true, requiredFrom: null });
    expect(await confirm(panel, client)).to.include({ state: 'verified' });
    expect(await panel.store.get('alice')).not.to.equal(before);
  });

  it('lets everything work before the day, and tells it', async () => {
    const panel = await start();
    policy = { requiredFrom: new Date(panel.now + 86_400_000) };
    const client = new Client(panel);
    expect((await client.login('alice')).status).to.equal(200);
    expect((await client.get('/two-step')).body).to.include({
      required: false,
      requiredFrom: policy.requiredFrom.toISOString(),
    });
    const page = await client.get('/two-step', HTML);
    expect(page.text).to.include(policy.requiredFrom.toISOString().slice(0, 10)).and.include('Later');
    panel.now += 86_400_000;
    expect(await client.me()).to.equal(null);
    expect((await new Client(panel).login('alice')).body.code).to.equal('enrollment-required');
  });

  it('waits for a policy that has to ask, and lets nobody in when it fails', async () => {
    policy = Promise.resolve('required');
    const panel = await start();
    expect((await new Client(panel).login('alice')).body.code).to.equal('enrollment-required');
    for (const wrong of ['yes', true, null, { requiredFrom: 'tomorrow' }, { requiredFrom: new Date(NaN) }]) {
      policy = wrong as never;
      const client = new Client(panel);
      expect((await client.login('alice')).body.code, JSON.stringify(wrong)).to.equal('option-invalid');
      expect(await client.me()).to.equal(null);
    }
  });

  it('hands the callback of req.logIn an error that tells the way', async () => {
    const errors: object[] = [];
    const panel = await start({
      options: { whenCodeRequired: 'error' },
      routes({ app, users }) {
        app.get('/custom', (req, res) => {
          req.logIn(users[0]!, (error: object) => {
            errors.push(error);
            res.json({ user: req.user ?? null });
          });
        });
      },
    });
    expect((await new Client(panel).get('/custom')).body).to.deep.equal({ user: null });
    expect(errors[0]).to.include({
      name: 'SecondFactorRequiredError',
      code: 'enrollment-required',
      status: 403,
      location: '/two-step/setup',
    });
  });

  it('keeps a strategy that fires on every request waiting under basePath', async () => {
    const panel = await start({
      beforeRouter({ app, users }) {
        app.use((req, _res, next) => {
          if (req.headers['x-always'] === undefined || req.user) next();
          else req.logIn(users[0]!, next);
        });
      },
    });
    const client = await loggedIn(panel);
    const { until } = (await client.get('/two-step')).body;
    panel.now += 60_000;
    const always = { 'x-always': '1' };
    expect((await client.get('/two-step', always)).body).to.include({ state: 'must-enroll', until });
    expect((await client.post('/two-step/setup', {}, always)).status).to.equal(200);
  });

  it('has who holds an old session sign in again before they may enable one (D5)', async () => {
    policy = 'optional';
    const panel = await start();
    const [old, fresh] = [new Client(panel), new Client(panel)];
    await old.login('alice');
    panel.now += 15 * 60_000 + 1;
    await fresh.login('alice');
    policy = 'required';
    expect(await old.me()).to.equal(null);
    expect((await old.post('/two-step/setup')).body.code).to.equal('sign-in-expired');
    expect(panel.events.at(-1)).to.include({ name: 'session-demoted', reason: 'factor-required' });
    expect(await fresh.me()).to.equal(null);
    expect((await confirm(panel, fresh)).state).to.equal('verified');
  });

  it('has an old session sign in again also after an operator took the second factor off', async () => {
    const panel = await start();
    const owner = await loggedIn(panel);
    await confirm(panel, owner);
    panel.now += 15 * 60_000 + 1;
    await panel.secondFactor.admin.disable('alice', { by: 'operator' });
    expect(await owner.me()).to.equal(null);
    expect((await owner.post('/two-step/setup')).body.code).to.equal('sign-in-expired');
    await owner.login('alice');
    expect((await confirm(panel, owner)).state).to.equal('verified');
  });

  it('lets nobody in by a password without a session either', async () => {
    const panel = await start({
      routes({ app, users }) {
        for (const whenCodeRequired of ['respond', 'error']) {
          app.post(`/dav/${whenCodeRequired}`, (req, res, next) => {
            const options = { session: false, whenCodeRequired } as never;
            req.logIn(users[0] as Express.User, options, (error) => (error ? next(error) : res.json({})));
          });
        }
      },
    });
    for (const path of ['/dav/respond', '/dav/error']) {
      const answer = await new Client(panel).post(path);
      expect(answer.status, path).to.equal(403);
      expect(answer.body.code, path).to.equal('enrollment-required');
      expect(panel.events.at(-1)).to.include({ name: 'sign-in-refused', reason: 'enrollment-required' });
    }
    policy = 'optional';
    expect((await new Client(panel).post('/dav/respond')).status).to.equal(200);
  });

  it('is told by verify(), so that no token is minted for the password alone', async () => {
    const panel = await start();
    const refused = { ok: false, reason: 'enrollment-required' };
    expect(await panel.secondFactor.verify('alice', '123456')).to.deep.equal(refused);
    policy = 'optional';
    expect(await panel.secondFactor.verify('alice', '123456')).to.include({ reason: 'not-enrolled' });
  });
});
