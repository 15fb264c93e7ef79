import { Router } from 'express';
import type { Request } from 'express';
import { sameOrigin } from 'passport-second-factor';
import type { SecondFactor } from 'passport-second-factor';
import { HttpError } from '../http-error.js';
import { bodyText, requireFreshProof, requireLevel, requireSignedIn, requireStillThere } from '../http.js';
import { sessionOf, userOf, wantsPage } from '../http.js';
import { isBelow } from '../levels.js';
import { listAccounts } from '../list-accounts.js';
import { refuseNewPassword } from '../new-password.js';
import { sendPage } from '../page.js';
import type { User, Users } from '../users.js';
import { editView, staffView } from '../views/staff.js';

/** Management → Staff: the accounts below one's own level, their passwords, and "Log in". */
export function createStaffRoutes(
  users: Users,
  secondFactor: SecondFactor,
  tell: (event: object) => void,
): Router {
  const router = Router();
  router.use('/staff', requireSignedIn, requireLevel('root', 'admin'));

  router.get('/staff', async (req, res) => {
    sendPage(req, res, 'Staff', staffView(await listAccounts(req, users, secondFactor)));
  });
  router.get('/staff/:login/edit', requireFreshProof, async (req, res) => {
    const account = await accountBelow(req, users);
    const { enrolled } = await secondFactor.status(account.id);
    sendPage(req, res, `Edit ${account.login}`, editView(account, enrolled, null));
  });
  router.post('/staff/:login/edit', sameOrigin(), requireFreshProof, async (req, res) => {
    const account = await accountBelow(req, users);
    const password = bodyText(req, 'password');
    const refusal = refuseNewPassword(password);
    if (password === null || refusal !== null) {
      if (!wantsPage(req))
        throw new HttpError(422, 'password-refused', refusal ?? 'The password is missing.');
      const { enrolled } = await secondFactor.status(account.id);
      res.status(422);
      sendPage(req, res, `Edit ${account.login}`, editView(account, enrolled, refusal));
      return;
    }
    const hash = await users.hash(password);
    await requireStillThere(req);
    await accountBelow(req, users);
    await users.setPassword(account.id, hash);
    tell({
      name: 'password-changed',
      at: Date.now(),
      accountId: account.id,
      actorId: sessionOf(req).actor?.id ?? userOf(req).id,
    });
    if (wantsPage(req)) {
      req.session.notice = { text: `The password of ${account.login} is changed.`, isDone: true };
      res.redirect(303, '/staff');
    } else res.json({ user: account.login });
  });
  return router;
}

/**
 * The account of the path, strictly below who is signed in or acted as: so nobody changes their own password
 * here, an equal's, or that of anybody they act through.
 */
async function accountBelow(req: Request, users: Users): Promise<User> {
  const [actor, account] = await Promise.all([
    users.byId(userOf(req).id),
    users.byLogin(String(req.params.login)),
  ]);
  if (!account) throw new HttpError(404, 'account-unknown', 'There is no such account.');
  if (actor && isBelow(account.level, actor.level)) return account;
  throw new HttpError(403, 'not-below', 'Only accounts below your own level can be edited.');
}
