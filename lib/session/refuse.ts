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
 * Answers a request that may not pass. A browser is sent to the page that helps. From there it comes back to the page
 * it wanted, or to the page with the form it sent, but never to a request that carried a proof of who is there. A
 * program gets a problem document with a challenge (RFC 9110 §11.6.1), and so does a browser that only preloads the
 * page.
 *
 * @param onward where a browser goes afterwards; `null`: nowhere in particular. Default: decided by the request
 * @param more further members for programs
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
    // The application's own login page would not tell the user about it.
    const isTold = location !== context.core.options.loginPath || !isUser(context.state);
    const byKey = code === 'security-key-required';
    if (stop) rememberStop(context, isTold ? { ...stop, byKey } : { returnTo: stop.returnTo });
    redirect(req, res, location);
    return;
  }
  if (status === 401) res.setHeader('WWW-Authenticate', challenge(code, maxAge));
  sendProblem(req, res, code, { location, ...(maxAge === undefined ? {} : { maxAge }), ...more });
}

/** Where a browser is stopped; `null`: do not remember it. */
function stopOf(context: Context, code: Refusal['code'], onward: string | undefined): Stop | null {
  const { core, req, request } = context;
  const { allowedOrigins, publicPath, secure } = core.options;
  // An answer of an OAuth provider, or a magic link: its proof is used up, and park() knows where to go on.
  const broughtProof = context.logIn !== 'none' || code === 'session-required';
  const policy = { allowedOrigins, secure: secure(request) };
  if (context.state?.state === 'impersonating') {
    // Not a destination: the browser would come back to it as the target, or as the actor.
    return isSafeMethod(req) || !isSameOrigin(req, policy) ? null : { returnTo: null, stopped: 'form' };
  }
  if (onward === undefined && broughtProof) return null;
  if (req.method === 'GET' && (onward !== undefined || !wantsFragment(req))) {
    return { returnTo: onward ?? publicPath + (req.originalUrl ?? req.url ?? ''), stopped: 'page' };
  }
  // A form that another site sent is not remembered, because that site would choose where the user goes on.
  if (!isSameOrigin(req, policy)) return null;
  return { returnTo: onward ?? ownReferrer(req, policy), stopped: isSafeMethod(req) ? 'page' : 'form' };
}
