import type { PassportStrategy } from '../strategies/second-factor-strategy.js';
import { createStrategy } from '../strategies/second-factor-strategy.js';
import { checkOptions } from './check-options.js';
import type { EventSource } from './events.js';
import { createEmitter } from './events.js';
import { takesNothing } from './known-only.js';
import type { Middleware, SecondFactorOptions } from './options.js';
import { sendNotices } from './notices/send-notices.js';
import { cataloguesOf } from './pages/catalogues.js';
import { createRouter } from './pages/router.js';
import type { Admin } from './operator/admin.js';
import { createAdmin } from './operator/admin.js';
import type { Headless } from './operator/headless.js';
import { createHeadless } from './operator/headless.js';
import type { Core } from './session/core.js';
import { factorOf } from './session/core.js';
import { createMounting } from './session/mounting.js';
import { createWarnOnce } from './session/warn-once.js';
import { createPassportPort } from './session/passport-port.js';
import { createContexts, createSessionMiddleware } from './request/take-over.js';
import { parseKeyRing } from './vault/key-ring.js';
import { createSealer } from './vault/seal.js';
import { createUnderWay } from './vault/under-way.js';
import { createVault } from './vault/vault.js';

/** One instance: what {@link createSecondFactor} makes. */
export interface SecondFactor extends Headless {
  /** What operators may do. */
  readonly admin: Admin;
  /**
   * Middleware that takes over `req.logIn` and `req.logOut`, checks every signed-in request's session
   * against its account, and sets `req.secondFactor`. Mount it right after `passport.session()`.
   */
  session(): Middleware;
  /** The routes for people and programs. Mount it at `basePath`. */
  router(): Middleware;
  /** For applications that write their own code route: `passport.use(secondFactor.strategy)`. */
  readonly strategy: PassportStrategy;
  /** Every outcome, refusals included, is one event. */
  readonly events: EventSource;
  /**
   * Waits for changes and sign-ins that have begun, until their events are emitted; for late answers of the store; for
   * notices that are being sent, and for the promises of listeners. 5 s at most. Then releases the store. Requests that
   * have not got so far are not waited for, so close the server first. Connections that the application made stay open.
   */
  close(): Promise<void>;
}

/**
 * Makes the instance of an application. All state is in the session store and in `store`, so processes with the same
 * store and keys share it.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`, `key-invalid`, `store-invalid`, `passport-version`
 * @example
 * const secondFactor = createSecondFactor<User>({
 *   passport,
 *   issuer: 'Acme Panel',
 *   account: (user) => ({ id: user.id, name: user.login, securityStamp: user.passwordChangedAt }),
 *   findUser: (accountId) => users.byId(accountId),
 *   store: redisStore(redis),
 *   keys: [process.env.SECOND_FACTOR_KEY],
 * });
 */
export function createSecondFactor<User = Express.User>(options: SecondFactorOptions<User>): SecondFactor {
  const resolved = checkOptions(options);
  const sealer = createSealer(parseKeyRing(resolved.keys));
  const underWay = createUnderWay();
  const events = createEmitter((accountId, work) => {
    underWay.add(accountId, work);
  });
  const warnOnce = createWarnOnce();
  const core: Core = {
    options: resolved,
    passport: createPassportPort(resolved.passport),
    vault: createVault(resolved.store, sealer, resolved.storeTimeoutMs, underWay, factorOf, resolved.clock),
    sealer,
    events,
    underWay,
    mounting: createMounting(resolved.mountPath, warnOnce),
    warnOnce,
  };
  cataloguesOf(resolved);
  sendNotices(core);
  const contexts = createContexts(core);
  const strategy = createStrategy((req) => contexts.get(req));
  return {
    ...createHeadless(core),
    admin: createAdmin(core),
    session: (...nothing: []) => {
      takesNothing('secondFactor.session()', nothing);
      return createSessionMiddleware(core, contexts);
    },
    router: (...nothing: []) => {
      takesNothing('secondFactor.router()', nothing);
      return createRouter(core, contexts);
    },
    get strategy() {
      core.mounting.useStrategy();
      return strategy;
    },
    events: { on: (name, listener) => events.on(name, listener) },
    close: async () => {
      await underWay.end();
      await resolved.store.close?.();
    },
  };
}
