import type { Request, RequestHandler } from 'express';
import type { RequestSecondFactor } from 'passport-second-factor';
import { requireSecondFactor } from 'passport-second-factor';
import { HttpError } from './http-error.js';
import type { Level } from './levels.js';
import type { User } from './users.js';

/** Whether a person is answered, with a page; programs and `fetch` get JSON. */
export function wantsPage(req: Request): boolean {
  const mode = req.get('sec-fetch-mode') ?? 'navigate';
  const accept = req.get('accept') ?? '';
  return mode === 'navigate' && accept.includes('text/html') && !req.is(['json', '+json']);
}

/** A text of the body, `null` when it is missing or anything else. */
export function bodyText(req: Request, name: string): string | null {
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return null;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}

/** Who is signed in, or acted as, on a route behind {@link requireSignedIn}. */
export function userOf(req: Request): User {
  if (!req.user) throw new HttpError(401, 'login-required', 'Sign in first.');
  return req.user as User;
}

/** What is known of the session. */
export function sessionOf(req: Request): RequestSecondFactor {
  if (!req.secondFactor) throw new Error('secondFactor.session() is not mounted');
  return req.secondFactor;
}

/** After something that took a while: makes sure that who is there is no less than when the request began. */
export async function requireStillThere(req: Request): Promise<void> {
  const session = sessionOf(req);
  if ((await session.recheck()) !== session.state)
    throw new HttpError(401, 'login-required', 'Sign in first.');
}

/** Lets everybody pass who is completely signed in; others are sent to do it and come back. */
export const requireSignedIn = requireSecondFactor({ unenrolled: 'allow' });

/** How old a proof may be where other accounts are managed: as for acting as them (`freshSeconds`). */
const FRESH_SECONDS = 900;
const requireFresh = requireSecondFactor({ unenrolled: 'allow', maxAge: FRESH_SECONDS });

/**
 * Guards what changes other accounts: asks for a code, or without a second factor the password, of the last 15 minutes, so
 * that a cookie is not worth everybody's account. Who acts as an admin gave that proof to begin with; acting ends after
 * an hour.
 */
export const requireFreshProof: typeof requireFresh = (req, res, next) => {
  const { state } = sessionOf(req as Request);
  (state === 'impersonating' ? requireSignedIn : requireFresh)(req, res, next);
};

/** Lets the levels pass whose place it is. */
export function requireLevel(...levels: readonly Level[]): RequestHandler {
  return (req, _res, next) => {
    if (levels.includes(userOf(req).level)) next();
    else next(new HttpError(403, 'level-too-low', 'This place is not for your level.'));
  };
}

/** Who is there: logins only. */
export function whoIsThere(req: Request): { user: string; level: Level; actors: string[] } {
  const { login, level } = userOf(req);
  return { user: login, level, actors: sessionOf(req).actors.map(({ name }) => name) };
}
