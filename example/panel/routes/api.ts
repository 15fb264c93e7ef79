import { Router } from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import { requireSignedIn, userOf, whoIsThere } from '../http.js';

/** How old the code may be where it matters most. */
const DANGER_SECONDS = 300;

/** Routes for programs: who is there, and two that only open with both steps done. */
export function createApiRoutes(): Router {
  const router = Router();
  router.get('/api/me', requireSignedIn, (req, res) => {
    res.json(whoIsThere(req));
  });
  router.get('/api/secret', requireSecondFactor(), (req, res) => {
    res.json({ secret: 'Only with both steps done.', user: userOf(req).login });
  });
  router.get('/api/danger', requireSecondFactor({ maxAge: DANGER_SECONDS }), (req, res) => {
    res.json({ danger: 'Only with a fresh code.', user: userOf(req).login });
  });
  return router;
}
