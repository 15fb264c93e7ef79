import { Router } from 'express';
import type { Request, Response } from 'express';
import { requireNotImpersonating, sameOrigin } from 'passport-second-factor';
import { HttpError } from '../http-error.js';
import {
  bodyText,
  requireSignedIn,
  requireStillThere,
  sessionOf,
  userOf,
  wantsPage,
  whoIsThere,
} from '../http.js';
import { refuseNewPassword } from '../new-password.js';
import { sendPage } from '../page.js';
import type { Users } from '../users.js';
import { settingsView } from '../views/settings.js';
import type { PasswordRefusal } from '../views/settings.js';

/** Settings → User settings: one's own password and two-step authentication. */
export function createSettingsRoutes(users: Users, tell: (event: object) => void): Router {
  const router = Router();
  router.use('/settings', requireSignedIn);

  router.get('/settings', (req, res) => {
    showSettings(req, res, null);
  });
  router.post('/settings/password', sameOrigin(), requireNotImpersonating(), async (req, res) => {
    const { id, login, stamp } = userOf(req);
    const password = bodyText(req, 'newPassword');
    const refusal = await refuseChange(users, login, bodyText(req, 'currentPassword'), password);
    if (password === null || refusal !== null) {
      const { message, code } = refusal ?? {
        message: 'The new password is missing.',
        code: 'password-refused',
      };
      if (!wantsPage(req)) throw new HttpError(422, code, message);
      res.status(422);
      showSettings(req, res, refusal);
      return;
    }
    const hash = await users.hash(password);
    await requireStillThere(req);
    const changed = await users.setPassword(id, hash, stamp);
    if (changed === null) {
      // Somebody else changed it while the current one was checked: that one stays, and this session has ended.
      throw new HttpError(401, 'login-required', 'Sign in first.');
    }
    tell({ name: 'password-changed', at: Date.now(), accountId: id, actorId: id });
    // This session goes on; all others of the account end.
    await sessionOf(req).renew(changed);
    if (wantsPage(req)) {
      req.session.notice = {
        text: 'Your password is changed. All your other sessions have ended.',
        isDone: true,
      };
      res.redirect(303, '/settings');
    } else res.json(whoIsThere(req));
  });
  return router;
}

function showSettings(req: Request, res: Response, refusal: PasswordRefusal | null): void {
  const { login, level } = userOf(req);
  const { enrolled, required, actors, path } = sessionOf(req);
  const isActing = actors.length > 0;
  const model = { login, level, enrolled, required, isActing, twoStepPath: path, refusal };
  sendPage(req, res, 'User settings', settingsView(model));
}

async function refuseChange(
  users: Users,
  login: string,
  current: string | null,
  password: string | null,
): Promise<PasswordRefusal | null> {
  if (current === null || !(await users.byPassword(login, current))) {
    return {
      code: 'invalid-credentials',
      field: 'currentPassword',
      message: 'The current password is not right.',
    };
  }
  const message = refuseNewPassword(password);
  return message === null ? null : { code: 'password-refused', field: 'newPassword', message };
}
