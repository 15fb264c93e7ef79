import { challenge } from '../answer/challenge.js';
import { wantsFragment, wantsHtml } from '../answer/negotiate.js';
import { sendProblem } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { safeReturnTo } from '../answer/return-to.js';
import { isSafeMethod, isSameOrigin, ownReferrer } from '../answer/same-origin.js';
import type { Context } from './context.js';
import { now, sessionState, updateState } from './context.js';
import { limitLife } from './guard-save.js';
import type { Refusal } from './request-api.js';
import type { Stopped } from './state.js';
import { isParked, isUser, writeStopped } from './state.js';

/** A request is for a path of the application. */
const NO_ORIGINS: ReadonlySet<string> = new Set();

/** Where a browser goes on afterwards, and what it wanted there. */
interface Stop {
  /** `null`: home. */
  readonly returnTo: string | null;
  readonly stopped: Stopped;
}

/**
 * Answers a request that may not pass: a browser is sent to the page that helps and comes back to where it
 * wanted to go, or to the page of the form it sent, and never to a request that brought a proof of who is there; a
 * program gets a problem document with a challenge (RFC 9110 §11.6.1).
 *
 * @param onward where a browser goes on afterwards, `null`: nowhere in particular; default: by the request
 */
export function refuse(
  context: Context,
  { code, status, location, maxAge }: Refusal,
  onward?: string | null,
): void {
  const { req, res } = context;
  if (wantsHtml(req)) {
    const stop = onward === null ? null : stopOf(context, code, onward);
    if (stop) remember(context, stop, location);
    redirect(req, res, location);
    return;
  }
  if (status === 401) res.setHeader('WWW-Authenticate', challenge(code, maxAge));
  sendProblem(req, res, code, { location, ...(maxAge === undefined ? {} : { maxAge }) });
}

function stopOf(context: Context, code: Refusal['code'], onward: string | undefined): Stop | null {
  const { core, req, request } = context;
  const { allowedOrigins, publicPath, secure } = core.options;
  // The answer of an OAuth provider, a magic link: its proof is spent, and park() knows where to go on.
  const broughtProof = context.logIn !== 'none' || code === 'session-required';
  if (onward === undefined && broughtProof) return null;
  if (req.method === 'GET' && (onward !== undefined || !wantsFragment(req))) {
    const returnTo = onward ?? safeReturnTo(publicPath + (req.originalUrl ?? req.url ?? ''), NO_ORIGINS);
    return returnTo === null ? null : { returnTo, stopped: 'page' };
  }
  const policy = { allowedOrigins, secure: secure(request) };
  // Of a form that another site sent nothing is remembered: it would choose where the user goes on.
  if (!isSameOrigin(req, policy)) return null;
  const returnTo = onward ?? safeReturnTo(ownReferrer(req, policy), NO_ORIGINS);
  return { returnTo, stopped: isSafeMethod(req) ? 'page' : 'form' };
}

function remember(context: Context, { returnTo, stopped }: Stop, location: string): void {
  const { core, req } = context;
  if (!req.session) return;
  const { sessionKey, loginPath, pendingSeconds, clock } = core.options;
  const state = sessionState(context);
  if (state && isParked(state)) updateState(context, { ...state, returnTo, stopped });
  else if (isUser(state)) {
    // The application's own login page tells nothing of it.
    const told = location === loginPath ? undefined : stopped;
    updateState(context, { ...state, returnTo: returnTo ?? undefined, stopped: told });
  }
  if (returnTo === null || (state && state.state !== 'signed-in')) return;
  if (!state) {
    writeStopped(req.session, sessionKey, stopped);
    // Strangers without end could fill the store: what only remembers where one wanted to go lives briefly.
    const empty = Object.keys(req.session).every((key) => ['cookie', 'returnTo', sessionKey].includes(key));
    if (empty) limitLife(req.session, now(context) + pendingSeconds * 1000, clock);
  }
  // The name Passport's successReturnToOrRedirect looks for.
  Reflect.set(req.session, 'returnTo', returnTo);
}
