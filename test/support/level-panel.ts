import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { Strategy } from 'passport-local';
import { Secret, TOTP } from 'otpauth';
import { memoryStore } from '../../adapters/memory.js';
import { createSecondFactor, requireNotImpersonating, requireSecondFactor } from '../../lib/index.js';
import type {
  ImpersonationOptions,
  RequestSecondFactor,
  SecondFactor,
  SecondFactorEvent,
  SecondFactorOptions,
  Store,
} from '../../lib/index.js';
import type { Client } from './client.js';

/** A user of the panel of the tests. */
export interface LevelUser {
  id: string;
  level: string;
  stamp: number;
}

/** A panel with root, admins and users; every password is `x`. */
export interface LevelPanel {
  readonly users: Map<string, LevelUser>;
  readonly events: SecondFactorEvent[];
  readonly secondFactor: SecondFactor;
  readonly store: Store;
  readonly sessions: session.Store;
  /** Users for whom `onSignedIn` was called. */
  readonly signedIn: string[];
  /** `req.secondFactor` of the last request, as it was when that was over. */
  last: RequestSecondFactor | undefined;
  /** What happens after the sign-in of `POST /login/slow` and before its answer. */
  whileSlow(sessionId: string): unknown;
  /** Milliseconds since 1970; move it as you like. */
  now: number;
  readonly port: number;
  readonly passwordOf: () => string;
  /** Enables the second factor in a jar; the key, for {@link LevelPanel.code}. */
  enroll(jar: Client): Promise<string>;
  /** The code of a key, some time steps from now. */
  code(key: string, steps?: number): string;
  /** The same panel started anew, over the same users, sessions and records, with other options. */
  restart(impersonation: ImpersonationOptions | undefined): Promise<LevelPanel>;
  close(): Promise<void>;
}

const USERS = { root: 'root', admin: 'admin', admin2: 'admin', alice: 'user', bob: 'user', lost: 'nowhere' };

/** Starts the panel; what `kept` does not name is new, and in memory. */
export async function startLevelPanel(
  impersonation: ImpersonationOptions | undefined,
  kept?: {
    users?: Map<string, LevelUser>;
    store?: Store;
    sessions?: session.Store;
    key?: string;
    now?: number;
  },
  options: Partial<SecondFactorOptions<LevelUser>> = {},
): Promise<LevelPanel> {
  const users =
    kept?.users ?? new Map(Object.entries(USERS).map(([id, level]) => [id, { id, level, stamp: 1 }]));
  const store = kept?.store ?? memoryStore();
  const sessions = kept?.sessions ?? new session.MemoryStore();
  const key = kept?.key ?? randomBytes(32).toString('base64');
  const passport = new Authenticator();
  const events: SecondFactorEvent[] = [];
  const signedIn: string[] = [];

  passport.use(
    new Strategy((name, password, done) => {
      done(null, password === 'x' ? (users.get(name) ?? false) : false);
    }),
  );
  passport.serializeUser((user, done) => done(null, (user as LevelUser).id));
  passport.deserializeUser((id: string, done) => done(null, users.get(id) ?? false));

  const panel: LevelPanel = {
    users,
    events,
    store,
    sessions,
    signedIn,
    last: undefined,
    whileSlow: () => undefined,
    now: kept?.now ?? Date.now(),
    secondFactor: createSecondFactor<LevelUser>({
      passport,
      issuer: 'Levels',
      account: (user) => ({ id: user.id, name: user.id, level: user.level, securityStamp: user.stamp }),
      findUser: (id) => users.get(id),
      store,
      keys: [key],
      clock: () => panel.now,
      impersonation,
      onSignedIn: (_req, _res, user) => {
        signedIn.push(user.id);
      },
      ...options,
    }),
    port: 0,
    passwordOf: () => 'x',
    async enroll(jar) {
      const setup = await jar.post('/two-step/setup');
      const confirmed = await jar.post('/two-step/setup/confirm', { code: panel.code(setup.body.key) });
      if (confirmed.status !== 200) throw new Error(`not enrolled: ${JSON.stringify(confirmed.body)}`);
      return setup.body.key as string;
    },
    code: (secret, steps = 0) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: panel.now + steps * 30_000 }),
    async restart(other) {
      await panel.close();
      return startLevelPanel(other, { users, store, sessions, key, now: panel.now }, options);
    },
    close: () => new Promise((done) => server.close(() => done())),
  };
  panel.secondFactor.events.on('*', (event) => events.push(event));

  const app = express();
  app.set('env', 'test'); // no stack traces on the console
  app.use(session({ secret: 'levels', store: sessions, resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.use(panel.secondFactor.session());
  app.use((req, _res, next) => {
    panel.last = req.secondFactor;
    next();
  });
  app.use('/two-step', panel.secondFactor.router());
  app.post('/login/slow', express.json(), passport.authenticate('local'), async (req, res) => {
    await panel.whileSlow(req.sessionID);
    Object.assign(req.session, { note: 'from a slow request' });
    res.json({});
  });
  app.post('/login', express.json(), passport.authenticate('local'), (req, res) => {
    res.json({ user: (req.user as LevelUser | undefined)?.id });
  });
  app.post('/logout', (req, res, next) => {
    req.logout({ keepSessionInfo: true }, (error) => (error ? next(error) : res.json({})));
  });
  app.all('/me', (req, res) => {
    const actors = req.secondFactor?.actors.map(({ id }) => id);
    const user = (req.user as LevelUser | undefined | null)?.id ?? null;
    res.json({ user, state: req.secondFactor?.state, actors, skipped: req.secondFactor?.autoSwitchSkipped });
  });
  app.post('/renew', async (req, res) => {
    await req.secondFactor?.renew(1);
    res.json({});
  });
  app.get('/recheck', async (req, res) => res.json({ state: await req.secondFactor?.recheck() }));
  app.get('/may/:id', async (req, res) => {
    res.json(await req.secondFactor?.mayImpersonate(req.params.id));
  });
  app.get('/api/secret', requireSecondFactor(), (_req, res) => res.json({ secret: true }));
  app.get('/api/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => res.json({ danger: true }));
  app.get('/api/lenient', requireSecondFactor({ unenrolled: 'allow' }), (_req, res) =>
    res.json({ ok: true }),
  );
  app.post('/password', requireNotImpersonating(), (_req, res) => res.json({ changed: true }));
  app.post('/note', express.json(), (req, res) => {
    Object.assign(req.session, { note: 'kept by the target' });
    res.json({});
  });
  app.get('/note', (req, res) => res.json({ note: (req.session as { note?: string }).note ?? null }));
  const server: Server = app.listen(0);
  await new Promise((listening) => server.once('listening', listening));
  return Object.assign(panel, { port: (server.address() as AddressInfo).port });
}
