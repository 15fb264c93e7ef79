import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { RedisStore } from 'connect-redis';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import session from 'express-session';
import { Cluster, Redis } from 'ioredis';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorOptions } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';
import { KEYS, SECRET } from './accounts.js';
import { passportTotp } from './peers.js';

interface User {
  readonly id: string;
  readonly login: string;
}

/** What makes up one application. */
export interface Settings {
  readonly name: ApplicationName;
  /** Servers of a Redis; more than one are a cluster. */
  readonly redis: readonly string[];
  /** Put before the key of every record. */
  readonly prefix: string;
}

interface Parts {
  readonly app: Express;
  readonly authenticator: passport.Authenticator;
  readonly redis: Redis | Cluster;
  readonly prefix: string;
}

type Build = (parts: Parts) => RequestHandler | Promise<RequestHandler>;

/** The yardstick reads as much as a record with ten recovery codes had when the marks were set. */
const YARDSTICK_BYTES = 640;
/** A session that holds as much as one of ours. */
const OUR_MARK = {
  state: 'verified',
  account: 'alice',
  stamp: 'x'.repeat(43),
  passwordAt: 1_700_000_000_000,
  enrollment: 'x'.repeat(22),
  factorAt: 1_700_000_000_000,
  method: 'otp',
};

/** Lets in who is signed in, as most applications on Passport do. */
const signedIn: RequestHandler = (req, res, next) => {
  if (req.isAuthenticated()) next();
  else res.sendStatus(401);
};

function ours(options: Partial<SecondFactorOptions<User>> = {}, inMemory = false): Build {
  return ({ app, authenticator, redis, prefix }) => {
    const secondFactor = createSecondFactor<User>({
      passport: authenticator,
      issuer: 'Bench',
      account: ({ id, login }) => ({ id, name: login, securityStamp: 1 }),
      findUser: (id) => ({ id, login: id }),
      store: inMemory ? memoryStore() : redisStore(redis, { prefix }),
      keys: KEYS.slice(0, 1),
      ...options,
    });
    app.use(secondFactor.session());
    app.use('/two-step', secondFactor.router());
    return requireSecondFactor();
  };
}

const bare: Build = () => signedIn;

const yardstick: Build = async ({ app, redis, prefix }) => {
  const key = `${prefix}yardstick`;
  await redis.set(key, 'x'.repeat(YARDSTICK_BYTES));
  app.use((_req, _res, next) => {
    redis.get(key).then(() => next(), next);
  });
  return signedIn;
};

/** As its README has it: the second step is noted in the session, and asked for by a guard. */
const totp: Build = ({ app, authenticator }) => {
  authenticator.use(passportTotp((_user, done) => done(null, SECRET, 30)));
  app.post(
    '/two-step/verify',
    express.json(),
    authenticator.authenticate('totp') as RequestHandler,
    (req, res) => {
      Object.assign(req.session, { method: 'totp' });
      res.json({ state: 'verified' });
    },
  );
  return (req, res, next) => {
    if (req.isAuthenticated() && (req.session as { method?: string }).method === 'totp') next();
    else res.sendStatus(401);
  };
};

const fresh = { deserializedUserIsFresh: true };
const recheck = { recheckSeconds: 1 };

interface Application {
  readonly build: Build;
  /** What a session holds after the password, beside what Passport puts there. */
  readonly mark?: object;
  readonly memory?: true;
}

/** The applications that are compared. */
const APPLICATIONS = {
  bare: { build: bare },
  'bare, our mark': { build: bare, mark: { passportSecondFactor: OUR_MARK } },
  yardstick: { build: yardstick, mark: { passportSecondFactor: OUR_MARK } },
  'passport-totp': { build: totp },
  ours: { build: ours() },
  'ours, fresh user': { build: ours(fresh) },
  'ours, recheck': { build: ours(recheck) },
  'ours, recheck, fresh user': { build: ours({ ...recheck, ...fresh }) },
  'bare, memory': { build: bare, memory: true },
  'passport-totp, memory': { build: totp, memory: true },
  'ours, memory': { build: ours({}, true), memory: true },
  'ours, memory, recheck': { build: ours(recheck, true), memory: true },
} satisfies Record<string, Application>;

/** The name of one of them. */
export type ApplicationName = keyof typeof APPLICATIONS;
/** All names. */
export const APPLICATION_NAMES = Object.keys(APPLICATIONS) as ApplicationName[];

/** Starts one on a free port: `/login` takes every password, and `/guarded` is behind its guard. */
export async function startApplication({ name, redis: urls, prefix }: Settings): Promise<Server> {
  const { build, mark, memory }: Application = APPLICATIONS[name];
  const redis = connect(urls);
  const authenticator = newPassport();
  const app = express();
  app.use(
    session({
      secret: 'bench',
      resave: false,
      saveUninitialized: false,
      store: memory
        ? new session.MemoryStore()
        : new RedisStore({ client: redis, prefix: `${prefix}session:` }),
    }),
  );
  app.use(authenticator.session());
  const guard = await build({ app, authenticator, redis, prefix });
  app.post('/login', express.json(), authenticator.authenticate('local') as RequestHandler, (req, res) => {
    Object.assign(req.session, mark);
    res.json({});
  });
  app.get('/guarded', guard, (_req, res) => {
    res.json({ guarded: true });
  });
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function connect(urls: readonly string[]): Redis | Cluster {
  const [url = ''] = urls;
  return urls.length === 1 ? new Redis(url) : new Cluster([...urls]);
}

function newPassport(): passport.Authenticator {
  const authenticator = new passport.Passport();
  authenticator.use(new LocalStrategy((login, _password, done) => done(null, { id: login, login })));
  authenticator.serializeUser((user, done) => done(null, (user as User).id));
  authenticator.deserializeUser((id: string, done) => done(null, { id, login: id }));
  return authenticator;
}
