import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Agent, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { RedisStore } from 'connect-redis';
import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import session from 'express-session';
import type { SessionOptions } from 'express-session';
import type { Redis } from 'ioredis';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import type { SecondFactor, SecondFactorEvent, SecondFactorOptions, Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';
import { connectionsTo } from './client.js';
import type { Client } from './client.js';
import { storedSession } from './sessions.js';
import type { StoredSession } from './sessions.js';

const require = createRequire(import.meta.url);
const EXPRESS = { 4: require('express4') as typeof express, 5: express };
const PASSPORT = { 0.6: require('passport06') as typeof passport, 0.7: passport };

/** A row of the panel's own table of users. */
export interface User {
  id: string;
  login: string;
  password: string;
  passwordChangedAt: number;
  level?: string;
}

type LookUp = (idOrLogin: string) => User | undefined;

/** A small panel on a free port, whose sessions and events can be looked at. */
export interface Panel {
  readonly app: Express;
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  readonly connections?: Agent;
  readonly passport: passport.Authenticator;
  readonly secondFactor: SecondFactor;
  readonly sessions: express.RequestHandler;
  readonly sessionStore: session.Store;
  readonly users: User[];
  readonly store: Store;
  /** Every event so far, in order. */
  readonly events: SecondFactorEvent[];
  /** What the panel's error handler was handed. */
  readonly errors: { code?: string; status?: number }[];
  /** The panel's clock, milliseconds since 1970. */
  now: number;
  /** What the store has of the session of a client, or of a cookie; `null`: nothing. */
  stored(of: Client | string): Promise<StoredSession | null>;
  /** The names of the events since the last call. */
  told(): string[];
}

/** What is special about one panel. */
export interface PanelParts {
  readonly express?: 4 | 5;
  readonly passport?: 0.6 | 0.7;
  /** A Passport of another version; then `passport` says nothing. */
  readonly authenticator?: passport.Authenticator;
  readonly options?: Partial<SecondFactorOptions<User>>;
  readonly session?: Partial<SessionOptions>;
  /** Keeps sessions and records there; by default both are in memory. */
  readonly redis?: Redis;
  readonly store?: Store;
  readonly users?: User[];
  /** Whether every look-up gives one and the same object, as caches do; by default each gives a copy. */
  readonly sharedUsers?: boolean;
  /** Looks a user up by the id, which is the login too; by default `users` are searched. */
  readonly find?: LookUp;
  /** What is mounted at each place of the application. */
  readonly first?: (panel: Panel) => void;
  readonly afterPassport?: (panel: Panel) => void;
  readonly beforeRouter?: (panel: Panel) => void;
  readonly routes?: (panel: Panel) => void;
  /** Mounts neither the middleware nor the router. */
  readonly bare?: boolean;
}

/** A user whose password is "password". */
export function user(login: string, id: string = login): User {
  return { id, login, password: 'password', passwordChangedAt: 1 };
}

/** One of the panel's users, to change. */
export function userOf(panel: Pick<Panel, 'users'>, login = 'alice'): User {
  const found = panel.users.find((known) => known.login === login);
  if (!found) throw new Error(`there is no ${login}`);
  return found;
}

/** A strategy that always knows who is there: OAuth, a magic link, a remember-me cookie. */
export function knows(panel: Panel, name: string, login: (req: express.Request) => string | undefined): void {
  panel.passport.use(name, {
    authenticate(this: { success(user: User): void; pass(): void; fail(): void }, req: express.Request) {
      const found = panel.users.find((known) => known.login === login(req));
      if (found && !req.isAuthenticated()) this.success(found);
      else this.pass();
    },
  } as never);
}

const running = new Set<Server>();

/** Ends every panel that a test started. */
export async function stopPanels(): Promise<void> {
  for (const server of [...running]) await stopPanel({ server });
}

/** Ends one panel. */
export async function stopPanel({ server }: Pick<Panel, 'server'>): Promise<void> {
  running.delete(server);
  server.closeAllConnections();
  server.close();
  if (server.listening) await once(server, 'close');
}

/** Starts a panel on a free port: `/login`, `/me`, `/secret` behind the guard, and what `parts` add. */
export async function startPanel(parts: PanelParts = {}): Promise<Panel> {
  const panel = newPanel(parts);
  panel.secondFactor.events.on('*', (event) => panel.events.push(event));
  mount(panel, parts);
  panel.server.listen(0, '127.0.0.1');
  await once(panel.server, 'listening');
  running.add(panel.server);
  const { port } = panel.server.address() as AddressInfo;
  const connections = connectionsTo(panel.server);
  return Object.assign(panel, { port, url: `http://127.0.0.1:${String(port)}`, connections });
}

function newPanel(parts: PanelParts): Panel {
  const users = parts.users ?? [user('alice'), user('bob')];
  const store = parts.store ?? (parts.redis ? redisStore(parts.redis) : memoryStore());
  const byId = parts.find ?? ((id: string) => users.find((known) => known.id === id));
  const byLogin = parts.find ?? ((login: string) => users.find((known) => known.login === login));
  const authenticator = newPassport(byId, byLogin, parts);
  const sessionStore =
    parts.session?.store ??
    (parts.redis ? new RedisStore({ client: parts.redis }) : new session.MemoryStore());
  const app = EXPRESS[parts.express ?? 5]();
  const events: SecondFactorEvent[] = [];
  let seen = 0;
  const panel: Panel = {
    app,
    server: createServer(app),
    port: 0,
    url: '',
    passport: authenticator,
    secondFactor: createSecondFactor<User>({
      passport: authenticator,
      issuer: 'Trap Panel',
      account: ({ id, login, passwordChangedAt }) => ({ id, name: login, securityStamp: passwordChangedAt }),
      findUser: (id) => byId(id) ?? null,
      store,
      keys: [randomBytes(32).toString('base64')],
      clock: () => panel.now,
      storeTimeoutMs: 60_000,
      ...parts.options,
    }),
    sessions: session({
      secret: 'for tests',
      resave: false,
      saveUninitialized: false,
      ...parts.session,
      store: sessionStore,
    }),
    sessionStore,
    users,
    store,
    events,
    errors: [],
    now: Date.now(),
    stored: (of) => storedSession(sessionStore, of),
    told() {
      const names = events.slice(seen).map(({ name }) => name);
      seen = events.length;
      return names;
    },
  };
  return panel;
}

function newPassport(byId: LookUp, byLogin: LookUp, parts: PanelParts): passport.Authenticator {
  const authenticator = parts.authenticator ?? new PASSPORT[parts.passport ?? 0.7].Passport();
  authenticator.use(
    new LocalStrategy((login, password, done) => {
      const found = byLogin(login);
      done(null, found?.password === password ? found : false);
    }),
  );
  authenticator.serializeUser((given, done) => done(null, (given as User).id));
  authenticator.deserializeUser((id: string, done) => {
    const found = byId(id);
    if (!found) done(null, null);
    else done(null, parts.sharedUsers ? found : { ...found }); // new each time, as from a database
  });
  return authenticator;
}

function mount(panel: Panel, parts: PanelParts): void {
  const { app, passport: authenticator, secondFactor } = panel;
  parts.first?.(panel);
  app.use(panel.sessions, authenticator.session());
  parts.afterPassport?.(panel);
  if (!parts.bare) app.use(secondFactor.session());
  parts.beforeRouter?.(panel);
  if (!parts.bare) app.use('/two-step', secondFactor.router());
  parts.routes?.(panel);
  app.post('/login', express.json(), authenticator.authenticate('local'), (req, res) => {
    res.json({ user: (req.user as User).id });
  });
  app.post('/logout', (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.json({})));
  });
  app.get('/me', (req, res) => res.json({ user: (req.user as User | undefined)?.id ?? null }));
  if (!parts.bare) app.get('/secret', requireSecondFactor(), (_req, res) => res.json({ secret: true }));
  app.use(((error: { code?: string; status?: number; message?: string }, _req, res, _next) => {
    panel.errors.push(error);
    if (res.headersSent) res.destroy();
    else res.status(error.status ?? 500).json({ code: error.code ?? error.message });
  }) satisfies ErrorRequestHandler);
}
