import { wantsHtml } from '../answer/negotiate.js';
import { sendProblem } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { Context } from './context.js';
import { sessionState, updateState } from './context.js';
import type { Refusal } from './request-api.js';

/**
 * Answers a request that may not pass: a browser is sent to the page that helps and comes back to where it
 * wanted to go (GET only); a program gets a problem document with a challenge (RFC 9110 §11.6.1).
 */
export function refuse(context: Context, { code, status, location, maxAge }: Refusal): void {
  const { req, res } = context;
  if (wantsHtml(req)) {
    rememberDestination(context);
    redirect(res, location);
    return;
  }
  if (status === 401) res.setHeader('WWW-Authenticate', challenge(code, maxAge));
  sendProblem(req, res, code, { location, ...(maxAge === undefined ? {} : { maxAge }) });
}

/** RFC 9470 §3 for step-up; the same form for the rest, under a scheme that makes no browser ask. */
function challenge(code: string, maxAge: number | undefined): string {
  if (maxAge === undefined) return `Session error="${code}"`;
  return `Bearer error="insufficient_user_authentication", error_description="${code}", max_age="${String(maxAge)}"`;
}

function rememberDestination(context: Context): void {
  const { core, req } = context;
  const wanted =
    req.method === 'GET' ? safeReturnTo(req.originalUrl ?? req.url, core.options.allowedOrigins) : null;
  if (wanted === null || !req.session) return;
  const state = sessionState(context);
  if (state?.state === 'pending') updateState(context, { ...state, returnTo: wanted });
  else if (state && state.state !== 'impersonating') updateState(context, { ...state, returnTo: wanted });
  // The name Passport's successReturnToOrRedirect looks for.
  if (!state || state.state === 'signed-in') Reflect.set(req.session, 'returnTo', wanted);
}
