import type { ProblemMembers } from '../api.js';
import { challenge } from '../answer/challenge.js';
import { isLoadedAhead, wantsFragment, wantsHtml } from '../answer/negotiate.js';
import { sendProblem } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { isSafeMethod, isSameOrigin, ownReferrer } from '../answer/same-origin.js';
import { debug } from '../debug.js';
import { pathOf } from './app-request.js';
import type { Context } from './context.js';
import type { Refusal } from './request-api.js';
import { isUser } from './state.js';
import type { Stop } from './stop-cookie.js';
import { rememberStop } from './stop-cookie.js';

/**
 * Answers a request that may not pass: a browser is sent to the page that helps and comes back to where it
 * wanted to go, or to the page of the form it sent, and never to a request that brought a proof of who is there; a
 * program, and a browser that only loads ahead, gets a problem document with a challenge (RFC 9110 §11.6.1).
 *
 * @param onward where a browser goes on afterwards, `null`: nowhere in particular; default: by the request
 * @param more what a program is told beside
 */
export function refuse(
  context: Context,
  { code, status, location, maxAge }: Refusal,
  onward?: string | null,
  more: ProblemMembers = {},
): void {
  const { req, res } = context;
  debug('%s %s refused: %s, on to %s', req.method, pathOf(req.originalUrl ?? req.url), code, location);
  if (wantsHtml(req) && !isLoadedAhead(req)) {
    const stop = onward === null ? null : stopOf(context, code, onward);
    // The application's own login page tells nothing of it.
    const isTold = location !== context.core.options.loginPath || !isUser(context.state);
    const byKey = code === 'security-key-required';
    if (stop) rememberStop(context, isTold ? { ...stop, byKey } : { returnTo: stop.returnTo });
    redirect(req, res, location);
    return;
  }
  if (status === 401) res.setHeader('WWW-Authenticate', challenge(code, maxAge));
  sendProblem(req, res, code, { location, ...(maxAge === undefined ? {} : { maxAge }), ...more });
}

/** Where a browser is stopped; `null`: nothing of it is remembered. */
function stopOf(context: Context, code: Refusal['code'], onward: string | undefined): Stop | null {
  const { core, req, request } = context;
  const { allowedOrigins, publicPath, secure } = core.options;
  // The answer of an OAuth provider, a magic link: its proof is spent, and park() knows where to go on.
  const broughtProof = context.logIn !== 'none' || code === 'session-required';
  const policy = { allowedOrigins, secure: secure(request) };
  if (context.state?.state === 'impersonating') {
    // No destination: it would be gone back to as the target, or as the actor.
    return isSafeMethod(req) || !isSameOrigin(req, policy) ? null : { returnTo: null, stopped: 'form' };
  }
  if (onward === undefined && broughtProof) return null;
  if (req.method === 'GET' && (onward !== undefined || !wantsFragment(req))) {
    return { returnTo: onward ?? publicPath + (req.originalUrl ?? req.url ?? ''), stopped: 'page' };
  }
  // Of a form that another site sent nothing is remembered: it would choose where the user goes on.
  if (!isSameOrigin(req, policy)) return null;
  return { returnTo: onward ?? ownReferrer(req, policy), stopped: isSafeMethod(req) ? 'page' : 'form' };
}
