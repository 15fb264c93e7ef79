import { randomBytes } from 'node:crypto';
import express from 'express';
import type { Store as SessionStore } from 'express-session';
import { memoryStore } from '../../adapters/memory.js';
import { requireNotImpersonating, requireSecondFactor } from '../../lib/index.js';
import type {
  ImpersonationOptions,
  RequestSecondFactor,
  SecondFactorOptions,
  Store,
} from '../../lib/index.js';
import type { Client } from './client.js';
import { startPanel, stopPanel, user } from './panel.js';
import type { Panel, User } from './panel.js';

/** A user of a level. */
export type LevelUser = User & { level: string };

/** A small panel with root, admins and users, where people act as others. */
export interface LevelPanel extends Omit<Panel, 'users'> {
  readonly users: Map<string, LevelUser>;
  /** Users for whom `onSignedIn` was called. */
  readonly signedIn: string[];
  /** `req.secondFactor` of the last request, as it was when that was over. */
  last: RequestSecondFactor | undefined;
  /** What happens after the sign-in of `POST /login/slow` and before its answer. */
  whileSlow(sessionId: string): unknown;
  /** The same panel started anew, over the same users, sessions and records, with other options. */
  restart(impersonation: ImpersonationOptions | undefined): Promise<LevelPanel>;
  close(): Promise<void>;
}

/** What a panel goes on from; what it does not name is new, and in memory. */
interface Kept {
  readonly users?: Map<string, LevelUser>;
  readonly store?: Store;
  readonly sessions?: SessionStore;
  readonly key?: string;
  readonly now?: number;
}

const USERS = { root: 'root', admin: 'admin', admin2: 'admin', alice: 'user', bob: 'user', lost: 'nowhere' };

/** Starts the panel. */
export async function startLevelPanel(
  impersonation: ImpersonationOptions | undefined,
  kept: Kept = {},
  options: Partial<SecondFactorOptions<LevelUser>> = {},
): Promise<LevelPanel> {
  const users =
    kept.users ?? new Map(Object.entries(USERS).map(([id, level]) => [id, { ...user(id), level }]));
  const store = kept.store ?? memoryStore();
  const key = kept.key ?? randomBytes(32).toString('base64');
  const signedIn: string[] = [];
  const extras = {
    signedIn,
    last: undefined as RequestSecondFactor | undefined,
    whileSlow: (_sessionId: string): unknown => undefined,
  };
  const panel = await startPanel({
    find: (id) => users.get(id),
    sharedUsers: true,
    store,
    session: kept.sessions ? { store: kept.sessions } : {},
    options: {
      issuer: 'Levels',
      account: ({ id, level, passwordChangedAt }) => ({
        id,
        name: id,
        level,
        securityStamp: passwordChangedAt,
      }),
      findUser: (id) => users.get(id),
      keys: [key],
      impersonation,
      onSignedIn: (_req, _res, { id }) => void signedIn.push(id),
      ...(options as Partial<SecondFactorOptions<User>>),
    },
    beforeRouter: ({ app }) =>
      app.use((req, _res, next) => {
        levels.last = req.secondFactor;
        next();
      }),
    routes: (started) => addRoutes(started, () => levels),
  });
  const levels: LevelPanel = Object.assign(panel, extras, {
    users,
    async restart(other: ImpersonationOptions | undefined) {
      await levels.close();
      const { sessionStore: sessions, now } = levels;
      return startLevelPanel(other, { users, store, sessions, key, now }, options);
    },
    close: () => stopPanel(panel),
  });
  if (kept.now !== undefined) levels.now = kept.now;
  return levels;
}

/** Who is there, from who signed in to who is acted as; the last one is `null` when nobody is. */
export async function whoIs(client: Client): Promise<(string | null)[]> {
  const { user: last, actors } = (await client.get('/me')).body as { user: string | null; actors: string[] };
  return [...actors, last];
}

function addRoutes({ app, passport }: Panel, levels: () => LevelPanel): void {
  app.post('/login/slow', express.json(), passport.authenticate('local'), async (req, res) => {
    await levels().whileSlow(req.sessionID);
    Object.assign(req.session, { note: 'from a slow request' });
    res.json({});
  });
  app.post('/logout', (req, res, next) => {
    req.logout({ keepSessionInfo: true }, (error) => (error ? next(error) : res.json({})));
  });
  app.all('/me', (req, res) => {
    const actors = req.secondFactor?.actors.map(({ id }) => id);
    const found = (req.user as LevelUser | undefined | null)?.id ?? null;
    const { state, autoSwitchSkipped: skipped } = req.secondFactor ?? {};
    res.json({ user: found, state, actors, skipped });
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
}
