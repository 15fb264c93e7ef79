import { Router } from 'express';
import type { SecondFactor } from 'passport-second-factor';
import { requireLevel, requireSignedIn, sessionOf, userOf } from '../http.js';
import { listAccounts } from '../list-accounts.js';
import { sendPage } from '../page.js';
import type { Users } from '../users.js';
import { clientsView } from '../views/clients.js';
import { adminHome, rootHome, userHome } from '../views/home.js';

/** Where a sign-in ends, for each level its own, and an admin's clients. */
export function createHomeRoutes(users: Users, secondFactor: SecondFactor): Router {
  const router = Router();
  router.get('/', requireSignedIn, async (req, res) => {
    const user = userOf(req);
    if (user.level === 'user') {
      sendPage(req, res, 'My hosting', userHome(user.login));
      return;
    }
    const accounts = await listAccounts(req, users, secondFactor);
    if (user.level === 'admin') sendPage(req, res, 'Administration', adminHome(accounts));
    else sendPage(req, res, 'Server', rootHome(accounts, sessionOf(req).autoSwitchSkipped));
  });
  router.get('/clients', requireSignedIn, requireLevel('root', 'admin'), async (req, res) => {
    const accounts = await listAccounts(req, users, secondFactor);
    sendPage(req, res, 'Clients', clientsView(accounts.filter(({ level }) => level === 'user')));
  });
  return router;
}
