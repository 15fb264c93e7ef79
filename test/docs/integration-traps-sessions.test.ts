import { enroll, enrolled, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { EventEmitter, once } from 'node:events';
import { ServerResponse, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { RedisStore } from 'connect-redis';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { Redis } from 'ioredis';
import { requireSecondFactor } from 'passport-second-factor';
import type { RequestSecondFactor } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

describe('integration traps: sessions', () => {
  afterEach(stopPanels);

  describe('The options of express-session', () => {
    it('give a stranger a session of their own unless saveUninitialized is off', async () => {
      const open = await startPanel({ session: { saveUninitialized: true } });
      expect((await new Client(open).get('/me')).headers).to.have.property('set-cookie');
      const closed = await startPanel();
      expect((await new Client(closed).get('/me')).headers).not.to.have.property('set-cookie');
    });

    it('make a cookie that no sibling domain and no script can touch', async () => {
      const cookie = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const;
      const panel = await startPanel({
        first: ({ app }) => app.set('trust proxy', 1),
        session: { name: '__Host-panel', cookie },
      });
      const bob = { username: 'bob', password: 'password' };
      const plain = await new Client(panel).post('/login', bob);
      expect(plain.headers).not.to.have.property('set-cookie');
      const { headers } = await new Client(panel).post('/login', bob, { 'x-forwarded-proto': 'https' });
      expect(headers['set-cookie']?.[0]).to.match(
        /^__Host-panel=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
    });
  });

  describe('A new session after the sign-in', () => {
    it('leaves a user signed in who can enable nothing, unless it is left to req.logIn', async () => {
      const panel = await startPanel({
        routes: ({ app, passport }) => {
          const local = passport.authenticate('local') as RequestHandler;
          app.post('/old-login', express.json(), local, (req, res, next) => {
            const session = req.session as { passport?: object };
            const kept = session.passport;
            req.session.regenerate((error) => {
              Object.assign(req.session, { passport: kept });
              if (error) next(error);
              else res.json({});
            });
          });
        },
      });
      const old = new Client(panel);
      expect((await old.post('/old-login', { username: 'bob', password: 'password' })).status).to.equal(200);
      expect(await old.me()).to.equal('bob');
      expect((await old.post('/two-step/setup')).body.code).to.equal('step-up-required');
      expect((await (await loggedIn(panel, 'bob')).post('/two-step/setup')).status).to.equal(200);
    });
  });

  describe('Sub-applications', () => {
    const subApplication = (made: Panel): void => {
      const sub = express();
      sub.use(made.passport.session());
      sub.get('/secret', requireSecondFactor(), (req, res) => res.json({ user: (req.user as User).id }));
      made.app.use('/sub', sub);
    };

    it('keep the judgement, and find nobody after a demotion', async () => {
      const panel = await startPanel({ routes: subApplication });
      const { client } = await enrolled(panel);
      expect((await client.get('/sub/secret')).body).to.deep.equal({ user: 'alice' });
      Object.assign(panel.users[0]!, { passwordChangedAt: 2 });
      expect((await client.get('/sub/secret')).status).to.equal(401);
    });

    it('refuse everybody when account() is async, and pass them when it is not', async () => {
      const account = ({ id, login }: User) => ({ id, name: login });
      for (const [options, status] of [
        [{ account: async (given: User) => account(given) }, 401],
        [{ account }, 200],
      ] as const) {
        const panel = await startPanel({ options, routes: subApplication });
        const { client } = await enrolled(panel);
        expect((await client.get('/secret')).status).to.equal(200);
        expect((await client.get('/sub/secret')).status).to.equal(status);
      }
    });
  });

  describe('A userProperty of your own', () => {
    it('is honoured when passport.initialize() sets it before passport.session()', async () => {
      const panel = await startPanel({
        first: ({ app, passport }) => app.use(passport.initialize({ userProperty: 'account' })),
        routes({ app }) {
          app.get('/account', (req, res) => {
            const { account } = req as unknown as { account?: User };
            res.json({ account: account?.id ?? null });
          });
          app.post('/sign-in', (req, res, next) => {
            req.logIn(panelUser, (error) => (error ? next(error) : res.json({})));
          });
        },
      });
      const panelUser = panel.users[0]!;
      const client = new Client(panel);
      await client.post('/sign-in');
      const setup = await client.post('/two-step/setup');
      expect(setup.status).to.equal(200);
      expect((await client.get('/account')).body.account).to.equal('alice');
      expect((await client.get('/secret')).body.code).to.equal('enrollment-required');
    });
  });

  describe('Redis', () => {
    let redis: RedisServer;
    const clients: Redis[] = [];
    const connect = (options: { maxRetriesPerRequest?: number; commandTimeout?: number } = {}): Redis => {
      const client = new Redis(redis.url, options);
      client.on('error', () => {});
      clients.push(client);
      return client;
    };
    before(async () => {
      redis = await startRedis();
    });
    afterEach(() => {
      redis.resume();
      clients.splice(0).forEach((client) => client.disconnect());
    });
    after(() => redis.stop());

    describe('Session stores that queue', () => {
      it('hang while Redis is away, and fail fast when they are told to', async () => {
        const panels = [];
        for (const options of [{}, { maxRetriesPerRequest: 1, commandTimeout: 500 }]) {
          const client = connect(options);
          panels.push(await startPanel({ session: { store: new RedisStore({ client }) } }));
        }
        const browsers = panels.map((panel) => new Client(panel));
        for (const browser of browsers) await browser.login('bob');
        redis.pause();
        const answers = browsers.map((browser) => browser.get('/me'));
        answers.forEach((answer) => void answer.catch(() => undefined));
        expect((await answers[1]!).status).to.equal(500);
        expect(await Promise.race([answers[0], setImmediate('hangs')])).to.equal('hangs');
        redis.resume();
        expect((await answers[0]!).status, 'until Redis is back').to.equal(200);
      });
    });

    describe('Several applications on one Redis', () => {
      const start = (name: string, own: boolean): Promise<Panel> => {
        const client = connect();
        return startPanel({
          users: [user('alice')],
          options: { account: ({ id, login }) => ({ id, name: login }) },
          store: redisStore(client, own ? { prefix: `${name}:second-factor:` } : {}),
          session: {
            store: new RedisStore({ client, ...(own && { prefix: `${name}:session:` }) }),
          },
        });
      };

      it('meet in one record and one session, unless each has its prefixes', async () => {
        const [open, openNeighbour] = [await start('a', false), await start('b', false)];
        const stranger = await loggedIn(open);
        const there = await openNeighbour.secondFactor.status('alice');
        expect(there.enrolled).to.equal(false);
        expect((await new Client(openNeighbour).get('/me', { cookie: stranger.cookie })).body.user).to.equal(
          'alice',
        );
        await enroll(open);
        expect((await new Client(openNeighbour).login('alice')).body.code).to.equal('record-unreadable');

        const [closed, neighbour] = [await start('c', true), await start('d', true)];
        const { client } = await enrolled(closed);
        expect((await new Client(neighbour).get('/me', { cookie: client.cookie })).body.user).to.equal(null);
        expect((await new Client(neighbour).login('alice')).status).to.equal(200);
      });
    });
  });

  describe('WebSockets', () => {
    /** A server that speaks no more than the handshake, and says who came. */
    const listen = (panel: Panel, gate: RequestHandler): void => {
      panel.server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
        socket.on('error', () => socket.destroy());
        const res = new ServerResponse(req);
        res.shouldKeepAlive = false;
        res.assignSocket(socket);
        res.once('finish', () => socket.destroySoon());
        void gate(req as express.Request, res as express.Response, (error?: unknown) => {
          res.detachSocket(socket);
          const head = error ? 'HTTP/1.1 503 Service Unavailable' : 'HTTP/1.1 101 Switching Protocols';
          socket.write(`${head}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
        });
      });
    };
    const upgrade = (panel: Panel, client: Client, headers = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request({
          port: panel.port,
          path: '/socket',
          agent: false,
          headers: { connection: 'Upgrade', upgrade: 'websocket', cookie: client.cookie, ...headers },
        });
        sent.on('upgrade', (res, socket) => {
          socket.destroy();
          resolve(res.statusCode ?? 0);
        });
        sent.on('response', (res) => {
          res.resume();
          resolve(res.statusCode ?? 0);
        });
        sent.on('error', reject).end();
      });
    const gateOf = (panel: Panel): RequestHandler =>
      express
        .Router()
        .use(panel.sessions, panel.passport.session(), panel.secondFactor.session(), requireSecondFactor());

    it('open for a parked sign-in until the middleware runs on the upgrade', async () => {
      const open = await startPanel();
      listen(open, open.sessions);
      const parked = new Client(open);
      await enroll(open);
      await parked.login('alice');
      expect(await upgrade(open, parked)).to.equal(101);

      const closed = await startPanel();
      listen(closed, gateOf(closed));
      const { client, phone } = await enrolled(closed);
      const pending = await loggedIn(closed);
      expect(await upgrade(closed, pending)).to.equal(401);
      expect(await upgrade(closed, new Client(closed))).to.equal(401);
      expect(await upgrade(closed, client)).to.equal(101);
      await pending.post('/two-step/verify', { code: phone.nextCode() });
      expect(await upgrade(closed, pending)).to.equal(101);
    });

    it('open for pages of other sites until the Origin is looked at', async () => {
      const panel = await startPanel();
      const gate = gateOf(panel);
      listen(panel, (req, res, next) => {
        if (req.headers.origin === 'https://panel.example') void gate(req, res, next);
        else {
          res.statusCode = 403;
          res.end();
        }
      });
      const { client } = await enrolled(panel);
      expect(await upgrade(panel, client, { origin: 'https://evil.example' })).to.equal(403);
      expect(await upgrade(panel, client, { origin: 'https://panel.example' })).to.equal(101);
    });

    it('are refused without a crash where the response is only a few methods', async () => {
      const panel = await startPanel();
      const ended: number[] = [];
      panel.server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
        const headers = new Map<string, unknown>();
        const res = {
          statusCode: 200,
          req,
          socket,
          setHeader: (name: string, value: unknown) => headers.set(name, value),
          getHeader: (name: string) => headers.get(name),
          removeHeader: (name: string) => headers.delete(name),
          write() {},
          writeHead() {},
          end() {
            ended.push(res.statusCode);
            socket.destroy();
          },
        };
        try {
          panel.sessions(req as never, res as never, () => {
            (panel.passport.session() as RequestHandler)(req as never, res as never, () => {
              panel.secondFactor.session()(req, res as never, () => {
                try {
                  requireSecondFactor()(req, res as never, () => socket.destroy());
                } catch (error) {
                  ended.push(0);
                  socket.destroy(error as Error);
                }
              });
            });
          });
        } catch {
          ended.push(-1);
          socket.destroy();
        }
        socket.on('error', () => {});
      });
      await upgrade(panel, new Client(panel)).catch(() => undefined);
      expect(ended).to.deep.equal([401]);
    });
  });

  describe('Sockets and streams that outlive their request', () => {
    const rechecks = new EventEmitter();
    const stream = ({ app }: Panel): void => {
      app.get('/stream', requireSecondFactor({ unenrolled: 'allow' }), (req, res) => {
        res.flushHeaders();
        const { state } = req.secondFactor!;
        const timer = setInterval(() => {
          const evaluate = async (): Promise<boolean> => (await req.secondFactor!.recheck()) === state;
          const end = (): void => {
            clearInterval(timer);
            res.end('over');
          };
          evaluate().then((same) => (same ? rechecks.emit('same') : end()), end);
        }, 20);
        res.on('close', () => clearInterval(timer));
      });
      app.get('/endless', requireSecondFactor({ unenrolled: 'allow' }), (_req, res) => res.flushHeaders());
    };
    const open = async (panel: Panel, client: Client, path: string): Promise<IncomingMessage> => {
      const sent = request({ port: panel.port, path, headers: { cookie: client.cookie } }).end();
      const [res] = (await once(sent, 'response')) as [IncomingMessage];
      res.on('error', () => {});
      return res.resume();
    };
    const ends = async (res: IncomingMessage): Promise<void> => {
      if (!res.readableEnded) await once(res, 'end');
    };
    const goesOn = async (res: IncomingMessage): Promise<void> => {
      await once(rechecks, 'same');
      expect(res.readableEnded).to.equal(false);
    };

    it('go on after the second factor is gone, and end with recheck()', async () => {
      const panel = await startPanel({ routes: stream });
      const { client } = await enrolled(panel);
      const endless = await open(panel, client, '/endless');
      const rechecked = await open(panel, client, '/stream');
      await goesOn(rechecked);
      await panel.secondFactor.admin.disable('alice', { by: 'root' });
      await ends(rechecked);
      expect(endless.readableEnded).to.equal(false);
      endless.destroy();
    });

    it('end with a logout, a changed password, an enrollment elsewhere, and a new session id', async () => {
      const ways: ((panel: Panel, client: Client, phone: Phone) => unknown)[] = [
        (_panel, client) => client.post('/logout'),
        ({ users }) => Object.assign(users[0]!, { passwordChangedAt: 2 }),
        (_panel, client, phone) => client.post('/two-step/step-up', { code: phone.nextCode() }),
      ];
      for (const happens of ways) {
        const panel = await startPanel({ routes: stream });
        const { client, phone } = await enrolled(panel);
        const res = await open(panel, client, '/stream');
        await goesOn(res);
        await happens(panel, client, phone);
        await ends(res);
      }
      const panel = await startPanel({ routes: stream });
      const other = await loggedIn(panel);
      const res = await open(panel, other, '/stream');
      await enroll(panel);
      await ends(res);
    });

    it('have recheck() on the request of the handshake', async () => {
      let kept: RequestSecondFactor | undefined;
      const panel = await startPanel({
        routes: ({ app }) => app.get('/keep', (req, res) => res.json({ ok: (kept = req.secondFactor) && 1 })),
      });
      const { client } = await enrolled(panel);
      await client.get('/keep');
      expect(await kept!.recheck()).to.equal('verified');
      await panel.secondFactor.admin.disable('alice', { by: 'root' });
      expect(await kept!.recheck()).to.equal('signed-in');
    });
  });
});
