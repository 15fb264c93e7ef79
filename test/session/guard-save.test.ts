import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { Request } from 'express';
import session from 'express-session';
import type { Redis } from 'ioredis';
import { connectRedis, sharedRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { KEYS, ORIGIN, askedBy, creationFor, keyOwner } from '../support/key-panel.js';
import { enroll, enrolled, loggedIn, phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { seenBy, sessionId } from '../support/sessions.js';
import { SoftKey } from '../support/soft-key.js';

/** A store below whatever is put around it, whose look-ups can be replaced. */
function replaceable() {
  const sessionStore = new session.MemoryStore();
  const get = sessionStore.get.bind(sessionStore);
  const store: Pick<session.Store, 'get'> = { get };
  sessionStore.get = (id, done) => {
    store.get(id, done);
  };
  return { sessionStore, store, get };
}

function saved(req: Request): Promise<void> {
  return new Promise((done, fail) => {
    req.session.save((error: unknown) => (error ? fail(new Error('not saved')) : done()));
  });
}

/** A panel with a route that holds its session until the test says go. */
async function startSlow(resave: boolean, redis: Redis) {
  let arrived = (): void => undefined;
  let go = (): void => undefined;
  const panel: Panel = await startPanel({
    redis,
    options: { webauthn: KEYS },
    session: { resave, rolling: resave },
    routes({ app }) {
      app.post('/slow', async (req, res) => {
        const saves = Number(req.query.saves);
        if (!resave) await new Promise((done) => req.session.reload(done)); // as sockets do
        for (let round = 0; round <= saves; round++) {
          const gate = new Promise<void>((open) => (go = open));
          arrived();
          await gate;
          Object.assign(req.session, { note: 'written late', round });
          if (round < saves) await saved(req);
        }
        res.json({ user: req.user ? 'still' : null });
      });
    },
  });
  /** Runs something while a slow request of a client is under way, which saves its session between what is run. */
  const during = async (client: Client, ...acts: (() => Promise<unknown>)[]): Promise<void> => {
    const { cookie } = client;
    const isThere = (): Promise<void> => new Promise((done) => (arrived = done));
    let reached = isThere();
    const slow = new Client(panel).post(`/slow?saves=${String(acts.length - 1)}`, {}, { cookie });
    for (const act of acts) {
      await reached;
      await act();
      reached = isThere();
      go();
    }
    await slow;
  };
  return { panel, during };
}

for (const resave of [true, false]) {
  describe(`session/guard-save with resave: ${resave} (G3)`, () => {
    let server: RedisServer;
    let redis: Redis;

    before(async () => {
      server = await sharedRedis();
      redis = connectRedis(server);
    });
    afterEach(async () => {
      await stopPanels();
      await redis.flushall();
    });
    after(async () => {
      redis.disconnect();
    });

    /** The session that the slow request held is not there any more, and brings nobody back. */
    async function staysDead(panel: Panel, cookie: string): Promise<void> {
      expect(await panel.stored(cookie)).to.equal(null);
      const late = new Client(panel);
      expect((await late.get('/me', { cookie })).body.user).to.equal(null);
      expect((await new Client(panel).get('/secret', { cookie })).body.code).to.equal('login-required');
    }

    it('does not bring a session back that was signed out meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client } = await enrolled(panel);
      const { cookie } = client;
      await during(client, () => client.post('/logout'));
      await staysDead(panel, cookie);
    });

    it('does not bring a parked sign-in back whose code was given meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const { cookie } = client;
      await during(client, () => client.post('/two-step/verify', { code: phone.nextCode() }));
      await staysDead(panel, cookie);
      expect(await client.me()).to.equal('alice');
    });

    it('does not bring a session back that was parked because the factor was enabled elsewhere', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const other = await loggedIn(panel);
      const { cookie } = other;
      await during(other, async () => {
        await enroll(panel);
        await other.get('/me');
      });
      await staysDead(panel, cookie);
      expect((await other.get('/two-step')).body.state).to.equal('pending');
    });

    it('does not bring a session back whose second factor was disabled meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client, phone } = await enrolled(panel);
      const { cookie } = client;
      await during(client, () => client.post('/two-step/disable', { code: phone.nextCode() }));
      await staysDead(panel, cookie);
    });

    it('writes as always while the session is there', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client } = await enrolled(panel);
      await during(client, () => client.get('/me'));
      expect(await panel.stored(client)).to.include({ note: 'written late' });
      expect(await client.me()).to.equal('alice');
    });

    it('keeps the challenges that pages asked for meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client, key } = await keyOwner(panel);
      let form = await client.get('/me');
      await during(client, async () => (form = await client.get('/two-step/step-up')));
      expect(await panel.stored(client)).to.include({ note: 'written late' });
      const proved = await client.post('/two-step/step-up', { credential: key.get(askedBy(form)) });
      expect(proved.status, proved.text).to.equal(200);
      let made = {};
      await during(client, async () => (made = new SoftKey(ORIGIN).create(await creationFor(client))));
      const added = await client.post('/two-step/security-keys', { credential: made });
      expect(added.status, added.text).to.equal(200);
    });

    it('keeps a set-up that was begun meanwhile, and each wrong code of it', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const client = await loggedIn(panel);
      let phone: Phone | undefined;
      await during(client, async () => {
        phone = phoneWith(panel, String((await client.post('/two-step/setup')).body.key));
      });
      const [first, second, third] = phone!
        .wrongCodes(3)
        .map((code) => () => client.post('/two-step/setup/confirm', { code }));
      await during(client, first!);
      await during(client, second!, third!);
      const { passportSecondFactor: state } = (await panel.stored(client)) ?? {};
      expect(state).to.have.nested.property('setup.failures', 3);
      const confirmed = await client.post('/two-step/setup/confirm', { code: phone!.code() });
      expect(confirmed.status, confirmed.text).to.equal(200);
    });

    it('keeps each wrong recovery code of a sign-in that waits', async () => {
      const { panel, during } = await startSlow(resave, redis);
      await enroll(panel);
      const client = await loggedIn(panel);
      const code = 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA';
      for (const _attempt of [1, 2]) {
        await during(client, () => client.post('/two-step/verify', { code }));
      }
      const { passportSecondFactor: state } = (await panel.stored(client)) ?? {};
      expect(state).to.include({ state: 'pending', recoveryFailures: 2 });
    });

    it('does not act on a session that ended while the body of the request was under way', async () => {
      const { panel } = await startSlow(resave, redis);
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const [first, second] = [phone.nextCode(), phone.nextCode()];
      const headers = {
        cookie: client.cookie,
        'content-type': 'application/json',
        accept: 'application/json',
      };
      const late = request({
        port: panel.port,
        path: '/two-step/verify',
        method: 'POST',
        headers,
        agent: false,
      });
      const answered = once(late, 'response') as Promise<[IncomingMessage]>;
      late.write('{"code":');
      await client.post('/two-step/verify', { code: first });
      const sealed = await panel.store.get('alice');
      late.end(JSON.stringify(second) + '}');
      const [answer] = await answered;
      expect(answer.statusCode).to.equal(401);
      expect(await panel.store.get('alice'), 'the code was not spent').to.equal(sealed);
    });
  });
}

describe('session/guard-save', () => {
  afterEach(stopPanels);

  it('gives to the callback what a write throws, which thrown in the store would end the process', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/unserializable', async (req, res, next) => {
          await req.secondFactor?.renew((req.user as User).passwordChangedAt);
          Object.assign(req.session, { total: 10n });
          req.session.save((error) => {
            Reflect.deleteProperty(req.session, 'total');
            if (error) next(error);
            else res.json({});
          });
        });
      },
    });
    const client = await loggedIn(panel);
    const answer = await client.post('/unserializable');
    expect(answer.status).to.equal(500);
    expect(answer.body.code).to.include('BigInt');
    expect(await client.me()).to.equal('alice');
  });

  it('writes what was written and taken back again after a sign-in', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/there-and-back', async (req, res) => {
          await req.secondFactor?.renew((req.user as User).passwordChangedAt);
          Object.assign(req.session, { note: 'for a moment' });
          await saved(req);
          Reflect.deleteProperty(req.session, 'note');
          if (req.query.saves === 'itself') await saved(req);
          res.json({});
        });
      },
    });
    for (const saves of ['itself', 'express-session']) {
      const client = await loggedIn(panel);
      expect((await client.post(`/there-and-back?saves=${saves}`)).status).to.equal(200);
      expect(await panel.stored(client), saves).to.not.have.property('note');
      expect(await client.me()).to.equal('alice');
    }
  });

  /** A panel with a route that does something with its session, which is ended at that moment. */
  async function startEnding(act: (req: Request) => unknown): Promise<Panel> {
    const panel: Panel = await startPanel({
      routes({ app }) {
        app.post('/forget-the-mark', (req, res) => {
          Reflect.deleteProperty(req.session, 'passportSecondFactor');
          res.json({});
        });
        app.post('/act', async (req, res) => {
          await act(req);
          await new Promise((done) => panel.sessionStore.destroy(req.sessionID, done));
          Object.assign(req.session, { note: 'written late' });
          await saved(req);
          res.json({ id: req.sessionID });
        });
      },
    });
    return panel;
  }

  const acts: Record<string, (req: Request) => unknown> = {
    'as it was loaded': () => undefined,
    'that was loaded again': (req) => new Promise((done) => req.session.reload(done)),
    'that moved on under a new id': (req) => req.secondFactor?.renew((req.user as User).passwordChangedAt),
  };
  for (const [what, act] of Object.entries(acts)) {
    it(`brings back no session ${what}`, async () => {
      const panel = await startEnding(act);
      const client = await loggedIn(panel);
      const { id } = (await client.post('/act')).body;
      expect(await panel.stored(`connect.sid=s:${String(id)}.x`)).to.equal(null);
      expect(await client.me()).to.equal(null);
    });
  }

  it('brings back no session from before the package, which has no mark', async () => {
    const panel = await startEnding(() => undefined);
    const client = await loggedIn(panel);
    const { cookie } = client;
    await client.post('/forget-the-mark');
    await client.post('/act');
    expect(await panel.stored(cookie)).to.equal(null);
  });

  it('passes on what the session store says when it is asked, written to or read again', async () => {
    let trouble: Error | undefined;
    const { sessionStore, store, get } = replaceable();
    const panel = await startPanel({
      session: { store: sessionStore },
      routes({ app }) {
        for (const name of ['save', 'reload'] as const) {
          app.post(`/${name}`, (req, res, next) => {
            trouble = new Error(`no ${name}`);
            store.get = (_id, done) => {
              done(trouble);
            };
            req.session[name]((error: unknown) => {
              store.get = get;
              if (error) next(error);
              else res.json({});
            });
          });
        }
      },
    });
    const client = await loggedIn(panel);
    for (const name of ['save', 'reload']) {
      expect((await client.post(`/${name}`)).status, name).to.equal(500);
      expect(panel.errors.at(-1), name).to.equal(trouble);
    }
    expect(await client.me()).to.equal('alice');
  });

  /** A panel whose route writes to its session; what is done when the look-up of that write is answered. */
  async function startOvertaken(act: (panel: Panel, go: () => void) => void): Promise<Panel> {
    const { sessionStore, store, get } = replaceable();
    const panel: Panel = await startPanel({
      session: { store: sessionStore },
      routes({ app }) {
        app.post('/write', (req, res) => {
          store.get = (id, done) => {
            store.get = get;
            get(id, (...found) => {
              act(panel, () => {
                done(...found);
              });
            });
          };
          Object.assign(req.session, { note: 'written late' });
          res.json({});
        });
      },
    });
    return panel;
  }

  it('brings back no session that was destroyed between its look-up and its write (G3)', async () => {
    let cookie = '';
    const panel = await startOvertaken(({ sessionStore }, go) => {
      sessionStore.destroy(sessionId(cookie), go);
    });
    ({ cookie } = await loggedIn(panel));
    expect((await new Client(panel).post('/write', {}, { cookie })).status).to.equal(200);
    expect(await panel.stored(cookie)).to.equal(null);
    expect(await seenBy(panel, cookie)).to.equal(null);
  });

  it('lets who signs out or steps up at that moment end the session all the same (G3)', async () => {
    for (const path of ['/logout', '/two-step/step-up']) {
      let ending: Promise<{ status: number }> | undefined;
      let end = (): unknown => undefined;
      const panel = await startOvertaken((_panel, go) => {
        end();
        go();
      });
      const { client, phone } = await enrolled(panel);
      const { cookie } = client;
      const code = phone.nextCode();
      end = () => (ending = client.post(path, { code }));
      await new Client(panel).post('/write', {}, { cookie });
      expect((await ending)?.status, path).to.equal(200);
      expect(await panel.stored(cookie), path).to.equal(null);
      expect(await seenBy(panel, cookie), path).to.equal(null);
    }
  });
});
