import express from 'express';
import type { Express } from 'express';
import type { SecondFactor, Store } from 'passport-second-factor';
import { answerError, answerNotFound, answerPathsOnly } from './error-handler.js';
import { readBodies } from './read-bodies.js';
import { servePublicFiles } from './public-files.js';
import { securityHeaders } from './security-headers.js';
import { createApiRoutes } from './routes/api.js';
import { createHomeRoutes } from './routes/home.js';
import { createSettingsRoutes } from './routes/settings.js';
import { createSignInRoutes } from './routes/sign-in.js';
import { createStaffRoutes } from './routes/staff.js';
import { createPanelSecondFactor } from './second-factor.js';
import { loadSecrets } from './secrets.js';
import { createSessions } from './sessions.js';
import { originOf, policyOf, portOf, rememberBrowserDaysOf, storeTimeoutMsOf } from './settings.js';
import { createPassport } from './sign-in.js';
import { tellEnds } from './tell-ends.js';
import { openStorage } from './storage.js';

/** What a panel is made of. */
export interface PanelOptions {
  /** Users, and without Redis the second factors. Created when it is not there. */
  readonly databaseFile: string;
  /** Sessions and second factors; without it they are in this process and in the database. */
  readonly redisUrl?: string | undefined;
  /** Where browsers reach the panel. Default `http://localhost` with `PORT`. */
  readonly origin?: string | undefined;
  /** Second factors somewhere else than by default. */
  readonly records?: Store | undefined;
  /** How long sessions and second factors may take to be read or changed, in milliseconds. Default `PANEL_TIMEOUT_MS`. */
  readonly storeTimeoutMs?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly clock?: (() => number) | undefined;
  /** Where `SECOND_FACTOR_KEY` and `SESSION_SECRET` are looked up. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** What a password costs to hash, the N of scrypt; lower for tests. Default 16384. */
  readonly passwordCost?: number | undefined;
  /** Takes one line of JSON for each event. Default `console.log`. */
  readonly log?: ((line: string) => void) | undefined;
  /** Takes one line of JSON for each mail that an owner would get. Default `console.log`. */
  readonly mail?: ((line: string) => void) | undefined;
}

/** A panel that can be served. */
export interface Panel {
  readonly app: Express;
  readonly secondFactor: SecondFactor;
  close(): Promise<void>;
}

/** Makes the panel. */
export async function createPanel(options: PanelOptions): Promise<Panel> {
  const { databaseFile, redisUrl, clock, env = process.env, log = console.log, mail = console.log } = options;
  const { storeTimeoutMs = storeTimeoutMsOf(env) } = options;
  const secrets = loadSecrets(databaseFile, env);
  const storage = await openStorage(databaseFile, redisUrl, options.passwordCost, storeTimeoutMs);
  const { users, redis } = storage;
  const passport = createPassport(users);
  const secondFactor = createPanelSecondFactor({
    passport,
    storage: { ...storage, ...(options.records && { records: options.records }) },
    key: secrets.secondFactorKey,
    policy: policyOf(env),
    origin: options.origin ?? originOf(env, portOf(env)),
    rememberBrowserDays: rememberBrowserDaysOf(env),
    mail,
    storeTimeoutMs,
    clock,
  });
  const tell = (event: object): void => log(JSON.stringify(event));
  secondFactor.events.on('*', tell);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false); // nothing is taken from the query string, no password either
  app.use(securityHeaders);
  app.use(servePublicFiles());

  // Before anybody is checked: a body may take minutes, and rights can be gone when it has come.
  app.use(readBodies);
  app.use(answerPathsOnly);
  app.use(createSessions(secrets.sessionSecret, redis));
  app.use(passport.session());
  app.use(secondFactor.session());
  app.use(tellEnds);
  app.use('/two-step', secondFactor.router());

  app.use(createSignInRoutes(passport));
  app.use(createHomeRoutes(users, secondFactor));
  app.use(createSettingsRoutes(users, tell));
  app.use(createStaffRoutes(users, secondFactor, tell));
  app.use(createApiRoutes());
  app.use(answerNotFound);
  app.use(answerError);

  return {
    app,
    secondFactor,
    async close() {
      await secondFactor.close();
      await storage.close();
    },
  };
}
