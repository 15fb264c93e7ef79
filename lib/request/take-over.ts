import type { IncomingMessage, ServerResponse } from 'node:http';
import { SecondFactorError } from '../errors.js';
import type { HttpRequest, Middleware } from '../options.js';
import type { AppRequest, LogIn, LogOut } from '../session/app-request.js';
import { pathOf, requestUser, requireSession, setRequestUser } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { emit, endOfActing, firstToTell, now } from '../session/context.js';
import type { Core } from '../session/core.js';
import { guardSave, limitLife } from '../session/guard-save.js';
import { Sender } from '../session/sender.js';
import { isInTime } from '../session/evaluate-session.js';
import { createLogIn } from '../sign-in/log-in.js';
import { createLogOut } from '../sign-in/log-out.js';
import { isBefore06 } from '../passport-version.js';
import { evaluateRequest } from './evaluate-request.js';
import { RequestApi } from './request-second-factor.js';
import { withdraw } from './withdraw.js';
import { NOT_REQUIRED } from '../session/requirement.js';
import type { SessionState } from '../session/state.js';
import { isParked, readState, writeState } from '../session/state.js';
import { watchedStore } from '../session/watched-store.js';
import { withholdCookie } from '../session/withhold-cookie.js';
import type { Soon } from '../soon.js';
import { isLater } from '../soon.js';

/** The contexts of the present requests, for the router and the strategy. */
export interface Contexts {
  get(req: IncomingMessage): Context | undefined;
}

/** The contexts of an instance. A request may have one for each instance. */
export function createContexts(core: Core): Contexts {
  return {
    get(req) {
      let context = RequestApi.contextOf(req);
      while (context && context.core !== core) context = context.outer;
      return context;
    },
  };
}

/**
 * The session middleware. Replaces `req.logIn` and `req.logOut`, and checks the session of a signed-in user against the
 * account as it is now. One store read for a request of a signed-in user, none for others.
 */
export function createSessionMiddleware(core: Core, contexts: Contexts): Middleware {
  return function secondFactorSession(incoming, res, next) {
    if (contexts.get(incoming)) {
      next();
      return;
    }
    let context: Context;
    try {
      context = takeOver(core, incoming as HttpRequest, res);
    } catch (error) {
      setRequestUser(incoming, null);
      next(error);
      return;
    }
    watchPages(context);
    if (!requestUser(context.req)) {
      next();
      return;
    }
    const failed = (error: unknown): void => {
      withdraw(context);
      process.nextTick(next, error);
    };
    let evaluated: Soon<void>;
    try {
      evaluated = evaluateRequest(context, core.options.recheckSeconds * 1000);
    } catch (error) {
      failed(error);
      return;
    }
    if (isLater(evaluated)) evaluated.then(() => process.nextTick(next), failed);
    else next();
  };
}

const NOBODY: Context['actors'] = [];

/** The pages a browser is sent to, below `basePath`. */
const PAGES = ['', '/verify', '/setup', '/step-up'];

function watchPages(context: Context): void {
  const { core, req, res } = context;
  const { mountPath } = core.options;
  const url = req.originalUrl ?? req.url ?? '';
  core.mounting.atRequest();
  if (req.method !== 'GET' || !url.startsWith(mountPath)) return;
  const path = pathOf(url);
  if (!PAGES.some((page) => path === mountPath + page)) return;
  res.once('finish', () => {
    if (res.statusCode === 404 && !context.routed) core.mounting.atNotFound(path);
  });
}

function takeOver(core: Core, request: HttpRequest, res: ServerResponse): Context {
  const req = request as unknown as AppRequest;
  const session = requireSession(req);
  const { logIn, logOut } = requirePassport(core, req);
  const isEarly = req.sessionStore && watchedStore(req.sessionStore).wasEarly(session);
  const context: Context = {
    core,
    req,
    request,
    res,
    sender: new Sender(core.options, request),
    passportLogIn: logIn,
    passportLogOut: logOut,
    state: undefined,
    known: undefined,
    actors: NOBODY,
    evaluatedUser: undefined,
    expired: false,
    requirement: NOT_REQUIRED,
    isRecent: false,
    logIn: 'none',
    outer: RequestApi.contextOf(request),
    proof: undefined,
    vouched: undefined,
    hasLeft: false,
    ended: null,
    routed: false,
    isWhole: req.complete && !isEarly,
  };
  req.logIn = req.login = createLogIn(context);
  req.logOut = req.logout = createLogOut(context);
  Object.defineProperty(req, 'secondFactor', {
    configurable: true,
    enumerable: true,
    value: new RequestApi(context),
  });

  const state = readState(session, core.options.sessionKey);
  if (state || core.passport.serializedUser(session) !== undefined) {
    guardSave(req, session, core.options.sessionKey);
    withholdCookie(req, res);
  }
  if (!requestUser(req)) {
    if (isParked(state) && isInTime(state.since, state.until, now(context))) {
      context.state = state;
      limitLife(session, state.until, core.options.clock);
    } else if (state) {
      // It is too old, or Passport's own key is gone: it counts for nobody.
      writeState(session, core.options.sessionKey, undefined);
      const isFirst = firstToTell(context, true);
      tellActingOver(context, state, isFirst);
      context.expired = isParked(state);
      if (context.expired && isFirst()) emit(context, 'sign-in-ended', state.account, { reason: 'expired' });
    }
  }
  return context;
}

/** Passport no longer finds the account that was acted as, and has removed it from the session: nobody acts any more. */
function tellActingOver(context: Context, state: SessionState, isFirst: () => boolean): void {
  context.state = state;
  const { tell } = endOfActing(context, 'target-changed', isFirst);
  context.state = undefined;
  tell();
}

/** @throws {SecondFactorError} `passport-session-missing`, `passport-version`, `passport-instance` */
function requirePassport(core: Core, req: AppRequest): { logIn: LogIn; logOut: LogOut } {
  const { logIn, logOut } = req;
  const unread = core.passport.serializedUser(req.session) !== undefined && !requestUser(req);
  if (!logIn || !logOut || unread) {
    throw new SecondFactorError(
      'passport-session-missing',
      'mount app.use(passport.session()) before app.use(secondFactor.session())',
    );
  }
  if (!req._sessionManager || isBefore06(req._sessionManager)) {
    throw new SecondFactorError(
      'passport-version',
      'the passport.session() mounted before secondFactor.session() is of a Passport older than 0.6; ' +
        'install passport 0.6 or 0.7, and see `npm ls passport` for further copies',
    );
  }
  if (!core.passport.isInstanceOf(req)) {
    throw new SecondFactorError(
      'passport-instance',
      'the passport.session() mounted before secondFactor.session() belongs to another Passport instance than ' +
        'the one in the passport option. Hand both the same one; `npm ls passport` shows further copies',
    );
  }
  return { logIn, logOut };
}
