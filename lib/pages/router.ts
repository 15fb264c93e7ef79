import express from 'express';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { LONGEST, cleanText } from '../account/clean-text.js';
import { clientOf } from '../answer/negotiate.js';
import { loadPage } from '../answer/redirect.js';
import { safeReturnTo } from '../answer/return-to.js';
import { isSafeMethod, isSameOrigin } from '../answer/same-origin.js';
import { unreadableBody } from '../answer/faulty-field.js';
import { sendProblem } from '../answer/problem.js';
import { SecondFactorError, isProblemCode } from '../errors.js';
import type { Middleware } from '../options.js';
import { pathOf, requestUser } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { emit } from '../session/context.js';
import type { Core } from '../session/core.js';
import { checkAnew } from '../request/check-anew.js';
import { stillHolds } from '../request/still-holds.js';
import type { Contexts } from '../request/take-over.js';
import { answerProblem, answerRefusal } from './answers.js';
import { BodyError, parseBody } from './body.js';
import {
  postRemoveAuthenticator,
  postRevokeBrowsers,
  showBrowsers,
  postEndSessions,
} from './browser-routes.js';
import { mountable } from './mountable.js';
import { postImpersonation, postLeave } from './impersonation-routes.js';
import { forItsAccount } from './other-account.js';
import { postAddKey, postRemoveKey, postRenameKey, showKeys } from './security-key-routes.js';
import type { KeyRoute } from './security-key-routes.js';
import { postCancelSetup, postConfirm, postSetup, showSetup } from './set-up-routes.js';
import {
  postConfirmRecoveryCodes,
  postDisable,
  postRecoveryCodes,
  postStepUp,
  showSettings,
  showStepUp,
} from './settings-routes.js';
import { postCancel, postVerify, showVerify } from './sign-in-routes.js';
import { hasOddSlashes, passOnOtherSpellings } from './spelling.js';
import { refused } from '../session/refusal.js';
import type { Refused } from '../session/refusal.js';

/** The routes below `basePath`, for people and as JSON. */
export function createRouter(core: Core, contexts: Contexts): Middleware {
  const contextOf = (req: express.Request): Context => {
    const context = contexts.get(req);
    if (context) return context;
    throw new SecondFactorError(
      'session-not-mounted',
      'secondFactor.router() needs app.use(secondFactor.session()) before it',
    );
  };
  const route =
    (handle: (context: Context) => void | Promise<void>): RequestHandler =>
    async (req, _res, next) => {
      try {
        await handle(contextOf(req));
      } catch (error) {
        next(error);
      }
    };
  const ownRoute = (handle: (context: Context) => Promise<void>): RequestHandler =>
    route(forItsAccount(handle));

  const router = mountable(express.Router(), core.mounting);
  router.use(noticeRequest(core, contexts));
  router.use(refuseLost(contextOf));
  router.use(refuseOtherSites(core, contextOf));
  if (!core.options.render) router.use(loadWhole(core));
  router.use(parseBody());
  router.use(evaluateAgain(contextOf));
  router.use(passOnOtherSpellings);
  router.get('/', route(showSettings));
  router.get('/verify', route(showVerify));
  router.post('/verify', route(postVerify));
  router.post('/cancel', route(postCancel));
  router.get('/setup', route(showSetup));
  router.post('/setup', ownRoute(postSetup));
  router.post('/setup/confirm', ownRoute(postConfirm));
  router.post('/setup/cancel', ownRoute(postCancelSetup));
  router.post('/disable', ownRoute(postDisable));
  router.post('/recovery-codes', ownRoute(postRecoveryCodes));
  router.post('/recovery-codes/confirm', ownRoute(postConfirmRecoveryCodes));
  router.get('/step-up', route(showStepUp));
  router.post('/step-up', ownRoute(postStepUp));
  router.post('/authenticators/remove', ownRoute(postRemoveAuthenticator));
  router.post('/sessions/end', ownRoute(postEndSessions));
  const { webauthn } = core.options;
  if (webauthn) {
    const keyRoute = (handle: KeyRoute): RequestHandler => ownRoute((context) => handle(context, webauthn));
    router.get(
      '/security-keys',
      route((context) => showKeys(context, webauthn)),
    );
    router.post('/security-keys', keyRoute(postAddKey));
    router.post('/security-keys/remove', keyRoute(postRemoveKey));
    router.post('/security-keys/rename', keyRoute(postRenameKey));
  }
  if (core.options.rememberBrowserDays !== null) {
    router.get('/browsers', route(showBrowsers));
    router.post('/browsers/revoke', ownRoute(postRevokeBrowsers));
  }
  if (core.options.impersonation) {
    router.post('/impersonation', ownRoute(postImpersonation));
    router.post('/impersonation/leave', route(postLeave));
  }
  router.use(answerErrors(contexts));
  return router as unknown as Middleware;
}

function noticeRequest({ mounting }: Core, contexts: Contexts): RequestHandler {
  return (req, _res, next) => {
    const context = contexts.get(req);
    if (context) context.routed = true;
    const [whole, rest] = [pathOf(req.originalUrl), pathOf(req.url)];
    const place = whole.endsWith(rest) ? whole.slice(0, -rest.length) : whole;
    // Frameworks that do not strip a prefix tell no mount path. Requests for a whole URL do not either, nor those with
    // slashes that the application does not have.
    if (place.startsWith('/') && !hasOddSlashes(whole)) mounting.atRouter(place);
    next();
  };
}

/**
 * A request from an unknown sender is not carried out, and has no event. The sender has left, and waits for no answer.
 */
function refuseLost(contextOf: (req: express.Request) => Context): RequestHandler {
  return (req, _res, next) => {
    const isLost = !isSafeMethod(req) && contextOf(req).sender.isLost;
    next(isLost ? new BodyError(unreadableBody(undefined)) : undefined);
  };
}

function refuseOtherSites(core: Core, contextOf: (req: express.Request) => Context): RequestHandler {
  return (req, res, next) => {
    const { allowedOrigins } = core.options;
    const secure = core.options.secure(req);
    if (isSafeMethod(req) || isSameOrigin(req, { allowedOrigins, secure })) {
      next();
      return;
    }
    const context = contextOf(req);
    emit(context, 'cross-site-refused', context.state?.account ?? '', {
      path: cleanText(pathOf(req.originalUrl), LONGEST.path),
    });
    answerProblem(context, 'cross-site').catch(next);
  };
}

/**
 * Our pages are whole documents with their own policy. Scripts of the application load them as documents, and do not
 * show them inside a page.
 */
function loadWhole({ options }: Core): RequestHandler {
  return (req, res, next) => {
    const client = clientOf(req);
    if (req.method !== 'GET' || client === 'browser' || client === 'program') next();
    else
      loadPage(req, res, safeReturnTo(options.publicPath + req.originalUrl, new Set()) ?? options.basePath);
  };
}

/** The routes of forms that end one session and begin another. */
const FORMS_THAT_MOVE_ON = /^\/(verify|step-up|setup|security-keys)(\/|$)/i;

/**
 * What was true when the request began must still be true when its body has arrived. A sender who is not signed in may
 * be the second click of a form that was right, or may be too late. The cookie of a session that ended looks like that
 * of one that never existed. All of them get one answer, which is true for each.
 */
function evaluateAgain(contextOf: (req: express.Request) => Context): RequestHandler {
  return async (req, _res, next) => {
    try {
      const context = contextOf(req);
      // A middleware may have changed the path, so that the session was checked as on a route of the application.
      if (context.isRecent) await checkAnew(context);
      const holds = isSafeMethod(req) || context.isWhole || (await stillHolds(context));
      const nobody = !context.state && !requestUser(context.req);
      if (nobody && req.method === 'POST' && FORMS_THAT_MOVE_ON.test(req.path)) {
        await answerProblem(context, 'sign-in-expired');
      } else if (holds) next();
      else await answerProblem(context, context.expired ? 'sign-in-expired' : 'login-required');
    } catch (error) {
      next(error);
    }
  };
}

/** Errors with a code for clients are answered here. All others go to the application. */
function answerErrors(contexts: Contexts): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (!(error instanceof SecondFactorError) || !isProblemCode(error.code) || res.headersSent) {
      next(error);
      return;
    }
    const context = contexts.get(req);
    const unread = error instanceof BodyError ? error.members : undefined;
    const refusal: Refused = unread
      ? { ok: false, kind: 'body', code: 'body-malformed', unread }
      : refused(error.code);
    if (context) answerRefusal(context, refusal).catch(next);
    else sendProblem(req, res, error.code, { ...unread });
  };
}
