import express from 'express';
import { Secret, TOTP } from 'otpauth';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorEvent, SecondFactorOptions } from 'passport-second-factor';
import { startPanel } from '../docs/trap-panel.js';
import type { Panel, PanelParts, User } from '../docs/trap-panel.js';
import type { Client } from '../support/client.js';

/** A panel with pages of its own around ours, and everything that happened in it. */
export type PagePanel = Panel & { readonly url: string; readonly events: SecondFactorEvent[] };

/** Starts a panel: a login form, a home page, `/danger` behind a fresh proof, `/lenient` behind a fresh sign-in. */
export async function startPagePanel(
  options: Partial<SecondFactorOptions<User>> = {},
  parts: PanelParts = {},
): Promise<PagePanel> {
  const panel = await startPanel({
    ...parts,
    options,
    routes: (started) => {
      parts.routes?.(started);
      const { app } = started;
      app.get('/login', (_req, res) => {
        res.send(
          '<!doctype html><html lang="en"><title>Login</title><main><h1>Login</h1><form method="post"><label>Login ' +
            '<input name="username"></label><label>Password <input name="password" type="password"></label>' +
            '<button>Log in</button></form></main>',
        );
      });
      app.post(
        '/login',
        express.urlencoded({ extended: false }),
        started.passport.authenticate('local', { successReturnToOrRedirect: '/' }),
      );
      app.get('/', (_req, res) => {
        res.send('<!doctype html><html lang="en"><title>Home</title><main><h1>Home</h1></main>');
      });
      app.use('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => {
        res.send('<!doctype html><html lang="en"><title>Danger</title><main><h1>Danger</h1></main>');
      });
      app.use('/lenient', requireSecondFactor({ unenrolled: 'allow', maxAge: 300 }), (_req, res) => {
        res.send('lenient');
      });
    },
  });
  const events: SecondFactorEvent[] = [];
  panel.secondFactor.events.on('*', (event) => events.push(event));
  return Object.assign(panel, { url: `http://127.0.0.1:${panel.port}`, events });
}

/** Somebody's authenticator, some minutes ahead of the panel's clock if so said. */
export interface Phone {
  /** The code of this moment. */
  code(minutesAhead?: number): string;
  /** A code that was not shown before. */
  next(): string;
  /** A code that is right for no step around this moment. */
  wrong(): string;
}

/** The authenticator that holds a key. */
export function phoneWith(panel: PagePanel, key: string): Phone {
  const totp = new TOTP({ secret: Secret.fromBase32(key) });
  const at = (steps: number): string => totp.generate({ timestamp: panel.now + steps * 30_000 });
  return {
    code: (minutesAhead = 0) => at(minutesAhead * 2),
    next() {
      panel.now += 30_000;
      return at(0);
    },
    wrong() {
      const near = new Set(Array.from({ length: 401 }, (_, i) => at(i - 200)));
      for (let i = 0; ; i++) {
        const code = String(i).padStart(6, '0');
        if (!near.has(code)) return code;
      }
    },
  };
}

/** Signs in with the password, enables the second factor, and stays verified. */
export async function enroll(
  panel: PagePanel,
  visitor: Client,
  login = 'alice',
): Promise<{ phone: Phone; recoveryCodes: string[] }> {
  await visitor.logInByForm(login);
  const { body } = await visitor.post('/two-step/setup');
  const phone = phoneWith(panel, String(body.key));
  const confirmed = await visitor.post('/two-step/setup/confirm', { code: phone.code() });
  if (confirmed.status !== 200) throw new Error(`not enrolled: ${confirmed.text}`);
  return { phone, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}
