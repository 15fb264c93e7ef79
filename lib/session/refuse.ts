import { challenge } from '../answer/challenge.js';
import { wantsHtml } from '../answer/negotiate.js';
import { sendProblem } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { Context } from './context.js';
import { now, sessionState, updateState } from './context.js';
import { limitLife } from './guard-save.js';
import type { Refusal } from './request-api.js';

/** A request is for a path of the application. */
const NO_ORIGINS: ReadonlySet<string> = new Set();

/**
 * Answers a request that may not pass: a browser is sent to the page that helps and comes back to where it
 * wanted to go; a program gets a problem document with a challenge (RFC 9110 §11.6.1).
 *
 * @param onward where a browser goes on afterwards; default: where the request wanted to go, by GET only, and
 *   never a request that brought a proof of who is there
 */
export function refuse(
  context: Context,
  { code, status, location, maxAge }: Refusal,
  onward: string | null = destinationOf(context, code),
): void {
  const { req, res } = context;
  if (wantsHtml(req)) {
    rememberDestination(context, onward);
    redirect(res, location);
    return;
  }
  if (status === 401) res.setHeader('WWW-Authenticate', challenge(code, maxAge));
  sendProblem(req, res, code, { location, ...(maxAge === undefined ? {} : { maxAge }) });
}

function destinationOf({ core, req, logInCalled }: Context, code: Refusal['code']): string | null {
  // The answer of an OAuth provider, a magic link: its proof is spent, and park() knows where to go on.
  const broughtProof = logInCalled || code === 'session-required';
  if (req.method !== 'GET' || broughtProof) return null;
  return safeReturnTo(core.options.publicPath + (req.originalUrl ?? req.url ?? ''), NO_ORIGINS);
}

function rememberDestination(context: Context, wanted: string | null): void {
  const { core, req } = context;
  if (wanted === null || !req.session) return;
  const state = sessionState(context);
  if (state && state.state !== 'impersonating') updateState(context, { ...state, returnTo: wanted });
  if (state && state.state !== 'signed-in') return;
  // Strangers without end could fill the store: what only remembers where one wanted to go lives briefly.
  const empty = Object.keys(req.session).every((key) => key === 'cookie' || key === 'returnTo');
  if (empty) limitLife(req.session, now(context) + core.options.pendingSeconds * 1000, core.options.clock);
  // The name Passport's successReturnToOrRedirect looks for.
  Reflect.set(req.session, 'returnTo', wanted);
}
