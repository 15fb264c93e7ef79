import express from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorOptions } from 'passport-second-factor';
import { startPanel } from './panel.js';
import type { Panel, PanelParts, User } from './panel.js';

const page = (title: string, more = ''): string =>
  `<!doctype html><html lang="en"><title>${title}</title><main><h1>${title}</h1>${more}</main>`;
const LOGIN = page(
  'Login',
  '<form method="post"><label>Login <input name="username"></label>' +
    '<label>Password <input name="password" type="password"></label><button>Log in</button></form>',
);

/** Starts a panel with pages of its own: a login form, a home page, `/danger` behind a fresh proof, `/lenient` behind a fresh sign-in. */
export function startPagePanel(
  options: Partial<SecondFactorOptions<User>> = {},
  parts: PanelParts = {},
): Promise<Panel> {
  return startPanel({
    ...parts,
    options,
    routes(panel) {
      parts.routes?.(panel);
      addPages(panel);
    },
  });
}

function addPages({ app, passport }: Panel): void {
  app.get('/login', (_req, res) => {
    res.send(LOGIN);
  });
  app.post(
    '/login',
    express.json(),
    express.urlencoded({ extended: false }),
    passport.authenticate('local', { successReturnToOrRedirect: '/' }),
  );
  app.get('/', (_req, res) => {
    res.send(page('Home'));
  });
  app.use('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => {
    res.send(page('Danger'));
  });
  app.use('/lenient', requireSecondFactor({ unenrolled: 'allow', maxAge: 300 }), (_req, res) => {
    res.send('lenient');
  });
}
