import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { SessionOptions } from 'express-session';
import { Passport } from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import type { Answer, Client } from '../support/client.js';
import { enroll, enrolled, give, loggedIn, pending, phoneWith, said, verify } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, PanelParts, User } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';

const onHeaders = createRequire(createRequire(import.meta.url).resolve('express-session'))('on-headers') as (
  res: Response,
  listener: () => void,
) => void;

/** How an application keeps its sessions, and whether it writes into them on each request. */
const APPLICATIONS: Record<string, { readonly session: Partial<SessionOptions>; readonly notes: boolean }> = {
  'rolling cookies': { session: { rolling: true, cookie: { maxAge: 3_600_000 } }, notes: false },
  'a maxAge and a note on each request': { session: { cookie: { maxAge: 3_600_000 } }, notes: true },
  'cookies that end with the browser': { session: {}, notes: true },
};

let seen = 0;
const notes: RequestHandler = (req, _res, next) => {
  if (req.secondFactor?.state !== 'anonymous') Object.assign(req.session, { lastSeen: ++seen });
  next();
};

/** How an answer of the application begins. */
type Begin = (req: Request, res: Response) => void;
const json: Begin = (_req, res) => void res.json({});

/** A panel with a page that answers when the test says so. */
async function startTabs(
  parts: PanelParts & { readonly notes?: boolean },
  begin: Begin = json,
): Promise<{ panel: Panel; during: (client: Client, act: () => Promise<unknown>) => Promise<Answer> }> {
  let arrived = (): void => undefined;
  let go = (): void => undefined;
  const panel = await startPanel({
    ...parts,
    users: [user('alice'), user('bob'), user('root')],
    options: {
      account: ({ id, login, passwordChangedAt }) => {
        return { id, name: login, securityStamp: passwordChangedAt, level: id === 'root' ? 'root' : 'user' };
      },
      impersonation: { levels: ['root', 'user'] },
      ...parts.options,
    },
    beforeRouter: (made) => {
      if (parts.notes) made.app.use(notes);
      parts.beforeRouter?.(made);
    },
    routes({ app }) {
      app.get('/slow', (req, res, next) => {
        const gate = new Promise<void>((open) => (go = open));
        arrived();
        gate.then(() => begin(req, res)).catch(next);
      });
      app.post('/renew', (req, res, next) => {
        req.secondFactor?.renew(1).then(() => res.json({}), next);
      });
    },
  });
  /** Does something in one tab while another tab of the same browser waits for its page, and gives that page. */
  const during = async (client: Client, act: () => Promise<unknown>): Promise<Answer> => {
    const reached = new Promise<void>((done) => (arrived = done));
    const slow = client.get('/slow');
    await reached;
    try {
      await act();
    } finally {
      go();
    }
    return slow;
  };
  return { panel, during };
}

const cookiesOf = ({ headers }: Answer): string[] => headers['set-cookie'] ?? [];

for (const [name, { session: options, notes: notesEach }] of Object.entries(APPLICATIONS)) {
  for (const express of [4, 5] as const) {
    describe(`session/withhold-cookie: ${name}, Express ${String(express)}`, () => {
      let tabs: Awaited<ReturnType<typeof startTabs>>;
      let panel: Panel;

      beforeEach(async () => {
        tabs = await startTabs({ session: options, notes: notesEach, express });
        ({ panel } = tabs);
      });
      afterEach(stopPanels);

      /** The tab that answers late sends no cookie, and the browser stays in the session that the other tab got. */
      async function stays(client: Client, state: string, act: () => Promise<Answer>): Promise<void> {
        const before = sessionId(client);
        let after = '';
        const late = await tabs.during(client, async () => {
          expect((await act()).status).to.equal(200);
          after = sessionId(client);
        });
        expect(after).not.to.equal(before);
        expect(cookiesOf(late)).to.deep.equal([]);
        expect(sessionId(client)).to.equal(after);
        expect((await client.get('/two-step')).body.state).to.equal(state);
      }

      it('keeps the sign-in whose code was given in another tab', async () => {
        const phone = await enroll(panel);
        const client = await pending(panel);
        await stays(client, 'verified', () => verify(client, phone.nextCode()));
      });

      it('keeps the session of a step-up in another tab', async () => {
        const { client, phone } = await enrolled(panel);
        await stays(client, 'verified', () => give(client, 'step-up', phone.nextCode()));
      });

      it('keeps the session in which a set-up began, and in which it was confirmed', async () => {
        const client = await loggedIn(panel);
        let key = '';
        await stays(client, 'signed-in', async () => {
          const begun = await client.post('/two-step/setup');
          key = String(begun.body.key);
          return begun;
        });
        const phone = phoneWith(panel, key);
        await stays(client, 'verified', () => give(client, 'setup/confirm', phone.code()));
      });

      it('keeps a session that was renewed in another tab', async () => {
        const { client } = await enrolled(panel);
        await stays(client, 'verified', () => client.post('/renew'));
      });

      it('keeps the session in which somebody began to act as another, and in which they ended it', async () => {
        const { client, phone } = await enrolled(panel, 'root');
        await give(client, 'step-up', phone.nextCode());
        await stays(client, 'impersonating', () => client.actAs('bob'));
        await stays(client, 'verified', () => client.leave());
      });

      it('keeps the waiting sign-in of a session that lost its rights', async () => {
        const client = await loggedIn(panel);
        await stays(client, 'pending', async () => {
          await enroll(panel);
          return client.get('/me');
        });
      });

      it('brings no cookie back after a sign-out in another tab', async () => {
        const { client } = await enrolled(panel);
        const { cookie } = client;
        const late = await tabs.during(client, () => client.post('/logout'));
        expect(cookiesOf(late)).to.deep.equal([]);
        expect(await panel.stored(cookie)).to.equal(null);
        expect(await client.me()).to.equal(null);
      });

      it('sends what it would send without the package while the session is there', async () => {
        const { client } = await enrolled(panel);
        const before = sessionId(client);
        const late = await tabs.during(client, () => client.get('/me'));
        expect(cookiesOf(late)).to.have.length(options.cookie ? 1 : 0);
        expect(sessionId(client)).to.equal(before);
      });

      it('sends the cookie of its own new session', async () => {
        const { client, phone } = await enrolled(panel);
        const [before, answer] = [sessionId(client), await give(client, 'step-up', phone.nextCode())];
        expect(cookiesOf(answer)).to.have.length(1);
        expect(sessionId(client)).not.to.equal(before);
      });
    });
  }
}

describe('session/withhold-cookie', () => {
  const rolling = { rolling: true, cookie: { maxAge: 3_600_000 } };
  const withoutBody: Record<string, { readonly begin: Begin; readonly method?: string }> = {
    'with 204': { begin: (_req, res) => void res.sendStatus(204) },
    'with 304': { begin: (_req, res) => void res.status(304).end() },
    'to HEAD': { begin: json, method: 'HEAD' },
  };

  afterEach(stopPanels);

  for (const [name, { begin, method = 'GET' }] of Object.entries(withoutBody)) {
    it(`sends an answer ${name} that waits for the session store before the answer with the new cookie`, async () => {
      const store = new session.MemoryStore();
      const [touch, set] = [store.touch.bind(store), store.set.bind(store)];
      const events = new EventEmitter();
      let old = '';
      let release = (): void => undefined;
      store.touch = (id, one, done) => {
        const act = (): void => touch(id, one, done);
        if (id !== old) act();
        else {
          [old, release] = ['', act];
          events.emit('touch');
        }
      };
      store.set = (id, one, done) => {
        set(id, one, (error) => {
          done?.(error);
          events.emit('set');
        });
      };
      const panel = await startPanel({
        session: { ...rolling, store },
        routes: ({ app }) => app.get('/poll', begin),
      });
      const { client, phone } = await enrolled(panel);
      old = sessionId(client);
      const touched = once(events, 'touch');
      const poll = client.send(method, '/poll');
      await touched;
      const saved = once(events, 'set');
      const stepUp = give(client, 'step-up', phone.nextCode());
      await saved;
      // As long as an answer takes that waits for nothing else.
      await client.copy().get('/me', { cookie: '' });
      release();
      const [{ headers }] = await Promise.all([stepUp, poll]);
      expect(String(headers['set-cookie'])).to.contain(sessionId(client));
      expect(await client.me()).to.equal('alice');
    });
  }

  /** The cookies of a late answer to somebody who stepped up meanwhile. */
  async function lateCookies(begin: Begin, parts: PanelParts = {}): Promise<string[]> {
    const { panel, during } = await startTabs({ session: rolling, ...parts }, begin);
    const { client, phone } = await enrolled(panel);
    const late = await during(client, () => give(client, 'step-up', phone.nextCode()));
    expect(await client.me()).to.equal('alice');
    return cookiesOf(late);
  }

  it('does it no matter how an answer begins', async () => {
    const ways: Record<string, Begin> = {
      end: (_req, res) => res.end(),
      'end with a text': (_req, res) => res.end('text'),
      write: (_req, res) => {
        res.write('some');
        res.end('thing');
      },
      writeHead: (_req, res) => res.writeHead(200, 'Fine', { 'x-mine': 'here' }).end(),
      flushHeaders: (_req, res) => {
        res.flushHeaders();
        res.end();
      },
      redirect: (_req, res) => res.redirect('/me'),
      refusal: (_req, res) => void res.sendStatus(403),
    };
    for (const [name, begin] of Object.entries(ways)) {
      expect(await lateCookies(begin), name).to.deep.equal([]);
    }
  });

  it('leaves the other cookies of the application as they are', async () => {
    const begin: Begin = (_req, res) => {
      res.cookie('theme', 'dark').writeHead(200, { 'x-mine': 'here' }).end();
    };
    expect(await lateCookies(begin)).to.deep.equal(['theme=dark; Path=/']);
    const clears: Begin = (_req, res) => void res.clearCookie('theme').json({});
    expect((await lateCookies(clears)).map((line) => line.split(';')[0])).to.deep.equal(['theme=']);
  });

  it('sends the cookie of a session that the late request made itself', async () => {
    const { panel, during } = await startTabs({ session: rolling }, (req, res) => {
      req.session.regenerate(() => {
        Object.assign(req.session, { note: 'mine' });
        res.json({ id: req.sessionID });
      });
    });
    const { client, phone } = await enrolled(panel);
    const late = await during(client, () => give(client, 'step-up', phone.nextCode()));
    expect(sessionId(client)).to.equal(late.body.id);
    expect(await panel.stored(client)).to.include({ note: 'mine' });
  });

  it('refuses a late step of the old session without a cookie', async () => {
    const { panel, during } = await startTabs({ session: rolling }, (req, res) => {
      req.secondFactor
        ?.renew(1)
        .catch((error: unknown) => res.json({ code: (error as { code: string }).code }));
    });
    const { client, phone } = await enrolled(panel);
    const late = await during(client, () => give(client, 'step-up', phone.nextCode()));
    expect([said(late), cookiesOf(late)]).to.deep.equal(['sign-in-expired', []]);
    expect(await client.me()).to.equal('alice');
  });

  for (const path of ['/two-step/step-up', '/renew']) {
    it(`sends no cookie of a session that ended by ${path} while its user was looked up`, async () => {
      const authenticator = new Passport();
      let reached = (): void => undefined;
      let gate: Promise<void> | undefined;
      authenticator.deserializeUser((_id, done: (passes: 'pass') => void) => {
        const waits = gate;
        gate = undefined;
        reached();
        void Promise.resolve(waits).then(() => done('pass'));
      });
      const { panel } = await startTabs({ session: rolling, authenticator });
      const { client, phone } = await enrolled(panel);
      let open = (): void => undefined;
      gate = new Promise<void>((resolve) => (open = resolve));
      const loaded = new Promise<void>((resolve) => (reached = resolve));
      const late = client.get('/me');
      await loaded;
      const risen = await client.post(path, { code: phone.nextCode() });
      expect(risen.status).to.equal(200);
      const id = sessionId(client);
      open();
      expect(cookiesOf(await late)).to.deep.equal([]);
      expect(sessionId(client)).to.equal(id);
      expect(await client.me()).to.equal('alice');
    });
  }

  it('works with two instances on one request, and with middleware that waits for the headers too', async () => {
    let heard = 0;
    const listens: RequestHandler = (_req, res, next) => {
      onHeaders(res, () => void heard++);
      next();
    };
    const another = ({ passport }: Panel): RequestHandler =>
      createSecondFactor<User>({
        passport,
        issuer: 'Another Panel',
        account: ({ id, login }) => ({ id, name: login }),
        findUser: (id) => user(id),
        store: memoryStore(),
        keys: [randomBytes(32).toString('base64')],
        sessionKey: 'another',
        basePath: '/another',
      }).session();
    const cookies = await lateCookies(json, {
      first: ({ app }) => app.use(listens),
      beforeRouter: (panel) => panel.app.use(another(panel), listens),
    });
    expect(cookies).to.deep.equal([]);
    expect(heard)
      .to.be.greaterThan(2)
      .and.satisfy((count: number) => count % 2 === 0);
  });

  it('answers without a cookie where the application has taken the session from the request', async () => {
    const takes: Begin = (req, res) => {
      Object.assign(req, { session: null });
      res.json({});
    };
    expect(await lateCookies(takes)).to.deep.equal([]);
  });

  it('gives the request its session id back, also where the answer cannot begin', async () => {
    const ids: unknown[] = [];
    const { panel, during } = await startTabs({ session: rolling }, (req, res) => {
      ids.push(req.sessionID);
      expect(() => res.writeHead(99)).to.throw(RangeError);
      ids.push(req.sessionID);
      res.status(200).json({});
      ids.push(req.sessionID);
    });
    const { client, phone } = await enrolled(panel);
    const before = sessionId(client);
    await during(client, () => give(client, 'step-up', phone.nextCode()));
    expect(ids).to.deep.equal([before, before, before]);
  });

  it('sends the cookie where the store could not end the session', async () => {
    const sessionStore = new session.MemoryStore();
    const destroy = sessionStore.destroy.bind(sessionStore);
    let down = false;
    sessionStore.destroy = (id, done) => {
      if (down) done?.(new Error('down'));
      else destroy(id, done);
    };
    const { panel, during } = await startTabs({ session: { ...rolling, store: sessionStore } });
    const { client } = await enrolled(panel);
    down = true;
    const ended = (): Promise<unknown> =>
      new Promise((told) => {
        panel.sessionStore.destroy(sessionId(client), told);
      });
    const late = await during(client, async () => expect(await ended()).to.be.an('error'));
    expect(cookiesOf(late)).to.have.length(1);
    expect(await client.me()).to.equal('alice');
  });
});
