import { Router } from 'express';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { PassportStatic } from 'passport';
import { sameOrigin } from 'passport-second-factor';
import { HttpError } from '../http-error.js';
import { bodyText, wantsPage, whoIsThere } from '../http.js';
import { problemOf, sendProblem } from '../problem.js';
import { loginPage } from '../views/login.js';

/** Signing in and out. Whether a second step follows is none of this file's business. */
export function createSignInRoutes(passport: PassportStatic): Router {
  const router = Router();
  const options = { failWithError: true };
  const forPeople = passport.authenticate('local', {
    ...options,
    successReturnToOrRedirect: '/',
  }) as RequestHandler;
  const forPrograms = passport.authenticate('local', options) as RequestHandler;

  router.get('/login', (req, res) => {
    const { notice = null } = req.session;
    if (notice !== null) delete req.session.notice;
    res.send(loginPage({ signedInAs: signedInAs(req), notice: notice?.text ?? null }));
  });
  router.post(
    '/login',
    sameOrigin(),
    (req, res, next) => (wantsPage(req) ? forPeople : forPrograms)(req, res, next),
    (req, res) => {
      res.json(whoIsThere(req));
    },
  );
  router.use('/login', answerRefusal);
  router.post('/logout', sameOrigin(), (req, res, next) => {
    req.logout((error) => {
      if (error) next(error);
      else if (wantsPage(req)) res.redirect(303, '/login');
      else res.json({});
    });
  });
  return router;
}

/** The same answer whether the login is unknown, the password is wrong or one of them is missing. */
const answerRefusal: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof Error) || error.name !== 'AuthenticationError') {
    next(error);
    return;
  }
  const refusal = new HttpError(401, 'invalid-credentials', 'The login or the password is not right.');
  if (wantsPage(req)) {
    const login = bodyText(req, 'username') ?? '';
    const page = { signedInAs: signedInAs(req), login, error: refusal.message };
    res.status(401).send(loginPage(page));
  } else sendProblem(res, problemOf(refusal));
};

/** Who is there already when the login page is asked for: to confirm that it is them, or to become somebody else. */
function signedInAs(req: Request): string | null {
  if (!req.user) return null;
  const { user, actors } = whoIsThere(req);
  return actors[0] === undefined ? user : `${actors[0]}, acting as ${user}`;
}
