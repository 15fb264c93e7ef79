import { expect } from 'chai';
import express from 'express';
import type { RequestSecondFactor } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { burst, enroll, enrolled, loggedIn, tally } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { seenBy, sessionId } from '../support/sessions.js';

/** A panel that keeps the last `req.secondFactor` it saw, as a socket would. */
async function startKeeping(): Promise<{ panel: Panel; kept: () => RequestSecondFactor }> {
  let last: RequestSecondFactor | undefined;
  const panel = await startPanel({
    options: { rememberBrowsers: { days: 30 } },
    routes({ app }) {
      app.get('/keep', (req, res) => {
        last = req.secondFactor;
        const {
          state,
          enrolled: has,
          amr,
          verifiedAt,
          actor,
          actors,
          autoSwitchSkipped,
          path,
        } = req.secondFactor!;
        res.json({ state, enrolled: has, amr, verifiedAt, actor, actors, autoSwitchSkipped, path });
      });
      app.post('/check', express.json(), (req, res) =>
        res.json(req.secondFactor?.evaluate(req.body as object)),
      );
      app.post('/new-password', async (req, res) => {
        await req.secondFactor?.renew(++userOf(panel).passwordChangedAt);
        res.json({});
      });
      app.post('/renew', async (req, res) => {
        await req.secondFactor?.renew(userOf(panel).passwordChangedAt);
        res.json({});
      });
      app.post('/overtaken', async (req, res) => {
        const own = ++userOf(panel).passwordChangedAt;
        userOf(panel).passwordChangedAt++; // The staff set another password at that moment.
        await req.secondFactor?.renew(own);
        res.json({});
      });
      app.post('/without-a-stamp', async (req, res) => {
        await req.secondFactor?.renew();
        res.json({});
      });
    },
  });
  return { panel, kept: () => last! };
}
const nobody = {
  enrolled: false,
  amr: [],
  verifiedAt: null,
  actor: null,
  actors: [],
  autoSwitchSkipped: null,
};

describe('request/request-second-factor', () => {
  afterEach(stopPanels);

  it('tells what is known of the session in every state', async () => {
    const { panel } = await startKeeping();
    const see = async (client: Client) => (await client.get('/keep')).body as Record<string, unknown>;
    const path = '/two-step';
    expect(await see(new Client(panel))).to.deep.equal({ ...nobody, state: 'anonymous', path });
    const bob = await loggedIn(panel, 'bob');
    expect(await see(bob)).to.deep.equal({ ...nobody, state: 'signed-in', amr: ['pwd'], path });
    const { client } = await enrolled(panel);
    expect(await see(client)).to.deep.equal({
      ...nobody,
      state: 'verified',
      enrolled: true,
      amr: ['pwd', 'otp', 'mfa'],
      verifiedAt: panel.now,
      path,
    });
    expect(await see(await loggedIn(panel))).to.deep.equal({ ...nobody, state: 'pending', path });
  });

  it('claims no otp for a recovery code', async () => {
    const { panel } = await startKeeping();
    await enroll(panel);
    const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'operator' }))!;
    const client = await loggedIn(panel);
    expect((await client.post('/two-step/verify', { code })).body).to.include({ recoveryCodesLeft: 9 });
    expect((await client.get('/keep')).body.amr).to.deep.equal(['pwd', 'mfa']);
  });

  it('is what the guard is, as a value, with check()', async () => {
    const { panel } = await startKeeping();
    const { client } = await enrolled(panel);
    expect((await client.post('/check')).body).to.deep.equal({ ok: true });
    panel.now += 300_001;
    expect((await client.post('/check', { maxAge: 300 })).body).to.deep.equal({
      ok: false,
      kind: 'guard',
      code: 'step-up-required',
      status: 401,
      location: '/two-step/step-up',
      maxAge: 300,
    });
    const bob = await loggedIn(panel, 'bob');
    expect((await bob.post('/check')).body).to.deep.equal({
      ok: false,
      kind: 'guard',
      code: 'enrollment-required',
      status: 403,
      location: '/two-step',
    });
    expect((await bob.post('/check', { unenrolled: 'allow' })).body).to.deep.equal({ ok: true });
    expect((await bob.post('/check', { unknown: 1 })).body.code).to.equal('option-unknown');
  });

  describe('recheck()', () => {
    for (const [what, change, expected] of [
      ['nothing changed', () => undefined, 'verified'],
      ['the password changed', (panel) => (userOf(panel).passwordChangedAt = 2), 'anonymous'],
      [
        'the factor is gone',
        (panel) => panel.secondFactor.admin.disable('alice', { by: 'operator' }),
        'signed-in',
      ],
      ['the account is gone', (panel) => panel.users.splice(0, 1), 'anonymous'],
      ['the user signed out', (_panel, client) => client.post('/logout'), 'anonymous'],
      ['the session went on under a new id', (_panel, client) => client.post('/renew'), 'anonymous'],
    ] satisfies [string, (panel: Panel, client: Client) => unknown, string][]) {
      it(`tells ${expected} when ${what}, and changes nothing`, async () => {
        const { panel, kept } = await startKeeping();
        const { client } = await enrolled(panel);
        await client.get('/keep');
        const { cookie } = client;
        await change(panel, client);
        const before = await panel.stored(cookie);
        expect(await kept().recheck()).to.equal(expected);
        expect(await panel.stored(cookie)).to.deep.equal(before);
      });
    }

    it('tells pending when the factor was replaced, or enabled for a session without one', async () => {
      const { panel, kept } = await startKeeping();
      const other = await loggedIn(panel);
      await other.get('/keep');
      const plain = kept();
      const { client } = await enrolled(panel);
      expect(await plain.recheck()).to.equal('pending');
      await client.get('/keep');
      await panel.secondFactor.admin.disable('alice', { by: 'operator' });
      await enroll(panel);
      expect(await kept().recheck()).to.equal('pending');
    });

    it('tells how a parked sign-in stands', async () => {
      const { panel, kept } = await startKeeping();
      await enroll(panel);
      const client = await loggedIn(panel);
      await client.get('/keep');
      expect(await kept().recheck()).to.equal('pending');
      panel.now += 600_000;
      expect(await kept().recheck()).to.equal('anonymous');
    });

    it('tells anonymous to strangers, and rejects while the record cannot be read', async () => {
      const { panel, kept } = await startKeeping();
      await new Client(panel).get('/keep');
      expect(await kept().recheck()).to.equal('anonymous');
      const { client } = await enrolled(panel);
      await client.get('/keep');
      panel.store.get = () => Promise.reject(new Error('down'));
      const error = await kept()
        .recheck()
        .catch((caught: unknown) => caught);
      expect(error).to.include({ code: 'store-unavailable', status: 503 });
    });
  });

  describe('renew()', () => {
    it('lets a session that a remembered browser let in go on until the code, which is asked for next', async () => {
      const { panel } = await startKeeping();
      const { phone } = await enrolled(panel);
      const client = await loggedIn(panel);
      await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      await client.post('/logout');
      await client.login('alice');
      expect((await client.get('/two-step')).body.state).to.equal('remembered');
      await client.post('/new-password');
      expect((await client.get('/two-step/verify')).body.state).to.equal('pending');
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(await client.me()).to.equal('alice');
    });

    it('lets the session of who changed their password go on, and ends their others', async () => {
      const { panel } = await startKeeping();
      const { client, phone } = await enrolled(panel);
      const other = await loggedIn(panel);
      await other.post('/two-step/verify', { code: phone.nextCode() });
      const { cookie } = client;
      const before = (await panel.stored(client))?.passportSecondFactor;
      expect((await client.post('/new-password')).status).to.equal(200);
      expect(sessionId(client)).not.to.equal(sessionId(cookie));
      expect(await client.me()).to.equal('alice');
      expect((await client.get('/secret')).status).to.equal(200);
      const after = (await panel.stored(client))?.passportSecondFactor;
      expect(after).to.include({ factorAt: before?.factorAt, enrollment: before?.enrollment });
      expect(after?.stamp).not.to.equal(before?.stamp);
      expect(await other.me()).to.equal(null);
      expect(await seenBy(panel, cookie)).to.equal(null);
    });

    it('works for an account without a second factor', async () => {
      const { panel } = await startKeeping();
      const client = await loggedIn(panel);
      await client.post('/new-password');
      expect(await client.me()).to.equal('alice');
    });

    it('ends the session when the password was changed once more meanwhile', async () => {
      const { panel } = await startKeeping();
      const { client } = await enrolled(panel);
      const { cookie } = client;
      const answer = await client.post('/overtaken');
      expect(answer.status).to.equal(401);
      expect(answer.body.code).to.equal('sign-in-expired');
      expect(await client.me()).to.equal(null);
      expect(await seenBy(panel, cookie)).to.equal(null);
      expect(panel.events.at(-1)).to.include({ name: 'session-demoted', reason: 'password-changed' });
    });

    it('tells so once, however many requests of the session ask at the same moment', async () => {
      let [waiting, go] = [0, (): void => undefined];
      const all = new Promise<void>((resolve) => (go = resolve));
      const panel = await startPanel({
        routes({ app }) {
          app.post('/overtaken', async (req, res) => {
            if (++waiting === 3) go();
            await all;
            userOf(panel).passwordChangedAt = 9;
            await req.secondFactor?.renew(8);
            res.json({});
          });
        },
      });
      const { client } = await enrolled(panel);
      panel.told();
      const answers = await burst(3, () => client.copy().post('/overtaken'));
      expect(tally(answers)).to.deep.equal({ 'sign-in-expired': 3 });
      expect(panel.told()).to.deep.equal(['session-demoted']);
    });

    it('takes nothing where the panel gives no stamp, and gives the session another id', async () => {
      const account = ({ id, login }: User): { id: string; name: string } => ({ id, name: login });
      const panel: Panel = await startPanel({
        options: { account },
        routes({ app }) {
          app.post('/renew', async (req, res) => {
            await req.secondFactor?.renew();
            res.json({});
          });
        },
      });
      const { client } = await enrolled(panel);
      const { cookie } = client;
      expect((await client.post('/renew')).status).to.equal(200);
      expect(await client.me()).to.equal('alice');
      expect(await seenBy(panel, cookie)).to.equal(null);
    });

    it('says what it is to be given, and leaves the session as it was', async () => {
      const { panel } = await startKeeping();
      const { client } = await enrolled(panel);
      const answer = await client.post('/without-a-stamp');
      expect(answer.status).to.equal(500);
      expect(answer.body.code).to.equal('account-invalid');
      expect(await client.me()).to.equal('alice');
    });

    it('rejects strangers and parked sign-ins', async () => {
      const { panel } = await startKeeping();
      await enroll(panel);
      const parked = await loggedIn(panel);
      for (const client of [new Client(panel), parked]) {
        const answer = await client.post('/renew');
        expect(answer.status).to.equal(401);
        expect(answer.body.code).to.equal('login-required');
      }
      expect((await parked.get('/two-step')).body.state).to.equal('pending');
    });

    it('rejects when the session was ended since the request began', async () => {
      const panel: Panel = await startPanel({
        routes({ app }) {
          app.post('/late', async (req, res) => {
            await new Promise((done) => panel.sessionStore.destroy(req.sessionID, done));
            await req.secondFactor?.renew(userOf(panel).passwordChangedAt);
            res.json({});
          });
        },
      });
      const { client } = await enrolled(panel);
      const { cookie } = client;
      const answer = await client.post('/late');
      expect(answer.body.code).to.equal('sign-in-expired');
      expect(await seenBy(panel, cookie)).to.equal(null);
      expect(await client.me()).to.equal(null);
    });
  });

  it('tells from when a second factor is required, and whether', async () => {
    const day = 86_400_000;
    const panel: Panel = await startPanel({
      options: { policy: () => ({ requiredFrom: new Date(panel.now + day) }) },
      routes({ app }) {
        app.get('/required', (req, res) => {
          const { required, requiredFrom } = req.secondFactor!;
          res.json({ required, requiredFrom });
        });
      },
    });
    const nothing = { required: false, requiredFrom: null };
    expect((await new Client(panel).get('/required')).body).to.deep.equal(nothing);
    const client = await loggedIn(panel);
    expect((await client.get('/required')).body).to.deep.equal({ ...nothing, requiredFrom: panel.now + day });
  });

  it('rejects renew() for an account that is gone', async () => {
    const gone: Panel = await startPanel({
      routes({ app, users }) {
        app.post('/renew', async (req, res) => {
          users.splice(0, 1);
          await req.secondFactor?.renew(1);
          res.json({});
        });
      },
    });
    const answer = await (await loggedIn(gone)).post('/renew');
    expect(answer.body.code).to.equal('account-unknown');
  });

  it('has nobody on a request whose session was ended since it began', async () => {
    const panel: Panel = await startPanel({
      routes({ app }) {
        app.post('/late', async (req, res) => {
          await new Promise((done) => panel.sessionStore.destroy(req.sessionID, done));
          const error = await req.secondFactor?.renew(1).catch((caught: unknown) => caught);
          res.json({ error: (error as { code: string }).code, user: req.user ?? null });
        });
      },
    });
    const { body } = await (await loggedIn(panel)).post('/late');
    expect(body).to.deep.equal({ error: 'sign-in-expired', user: null });
  });
});
