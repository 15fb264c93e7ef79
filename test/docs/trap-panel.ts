import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import session from 'express-session';
import type { SessionOptions } from 'express-session';
import { Secret, TOTP } from 'otpauth';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import type { SecondFactor, SecondFactorOptions, Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';

/** A row of the panel's own table of users. */
export interface User {
  id: string;
  login: string;
  password: string;
  passwordChangedAt: number;
}

/** A panel as somebody could have written it, before and after a trap is closed. */
export interface Panel {
  readonly app: Express;
  readonly server: Server;
  readonly port: number;
  readonly passport: passport.Authenticator;
  readonly secondFactor: SecondFactor;
  readonly sessions: express.RequestHandler;
  readonly users: User[];
  readonly store: Store;
  /** What the panel's error handler was handed. */
  readonly errors: { code?: string; status?: number }[];
  /** The panel's clock, milliseconds since 1970. */
  now: number;
}

/** What is special about one panel. */
export interface PanelParts {
  /** Creates the application; by default Express 5. */
  readonly create?: () => Express;
  /** A Passport of another version; by default the present one. */
  readonly authenticator?: passport.Authenticator;
  readonly options?: Partial<SecondFactorOptions<User>>;
  readonly session?: Partial<SessionOptions>;
  readonly store?: Store;
  readonly users?: User[];
  /** Whether every look-up gives one and the same object, as caches do. */
  readonly sharedUsers?: boolean;
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

const running: Server[] = [];

/** Ends every panel that a test started. */
export async function stopPanels(): Promise<void> {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
    if (server.listening) await once(server, 'close');
  }
}

/** Starts a panel on a free port: `/login`, `/me`, `/secret` behind the guard, and what `parts` add. */
export async function startPanel(parts: PanelParts = {}): Promise<Panel> {
  const authenticator = parts.authenticator ?? new passport.Passport();
  const users = parts.users ?? [user('alice'), user('bob')];
  const store = parts.store ?? memoryStore();
  const byId = (id: unknown): User | null => users.find((candidate) => candidate.id === id) ?? null;
  authenticator.use(
    new LocalStrategy((login, password, done) => {
      done(null, users.find((known) => known.login === login && known.password === password) ?? false);
    }),
  );
  authenticator.serializeUser((given, done) => done(null, (given as User).id));
  authenticator.deserializeUser((id, done) => {
    const found = byId(id);
    done(null, found && (parts.sharedUsers ? found : { ...found })); // new each time, as from a database
  });

  const app = (parts.create ?? express)();
  const server = createServer(app);
  const secondFactor = createSecondFactor<User>({
    passport: authenticator,
    issuer: 'Trap Panel',
    account: ({ id, login, passwordChangedAt }) => ({ id, name: login, securityStamp: passwordChangedAt }),
    findUser: byId,
    store,
    keys: [randomBytes(32).toString('base64')],
    clock: () => panel.now,
    storeTimeoutMs: 60_000,
    ...parts.options,
  });
  const sessions = session({
    secret: 'for tests',
    resave: false,
    saveUninitialized: false,
    ...parts.session,
  });
  const panel: Panel = {
    app,
    server,
    port: 0,
    passport: authenticator,
    secondFactor,
    sessions,
    users,
    store,
    errors: [],
    now: Date.now(),
  };

  parts.first?.(panel);
  app.use(sessions, authenticator.session());
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

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(server);
  return Object.assign(panel, { port: (server.address() as AddressInfo).port });
}

/** The phone of somebody who enabled the second factor: a code that was not shown before, each time. */
export type Phone = () => string;

/** Signs in with the password and enables the second factor; the client ends verified. */
export async function enroll(panel: Panel, login = 'alice', client = new Client(panel)): Promise<Phone> {
  await client.login(login);
  const { body } = await client.post('/two-step/setup');
  const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
  const phone = (): string => {
    panel.now += 30_000;
    return totp.generate({ timestamp: panel.now });
  };
  const confirmed = await client.post('/two-step/setup/confirm', { code: phone() });
  if (confirmed.status !== 200) throw new Error(`not enrolled: ${confirmed.text}`);
  return phone;
}

/** A client that signed in with both steps, and the phone. */
export async function enrolled(panel: Panel, login = 'alice'): Promise<{ client: Client; phone: Phone }> {
  const client = new Client(panel);
  return { client, phone: await enroll(panel, login, client) };
}
