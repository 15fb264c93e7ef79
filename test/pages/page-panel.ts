import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import express from 'express';
import { Secret, TOTP } from 'otpauth';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorEvent, SecondFactorOptions } from 'passport-second-factor';
import { startPanel } from '../docs/trap-panel.js';
import type { Panel, PanelParts, User } from '../docs/trap-panel.js';

/** What a browser says of itself when it goes to a page. */
export const NAVIGATES = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
} as const;
/** What a program says. */
export const CALLS = { accept: 'application/json' } as const;

const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body where it is JSON, else an empty object. */
  readonly body: Record<string, unknown>;
}

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

/** Somebody with cookies, who asks for pages as a browser does or for JSON as a program does. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #port: number;

  constructor({ port }: { readonly port: number }) {
    this.#port = port;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  open(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { ...NAVIGATES, ...headers });
  }

  submit(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = String(new URLSearchParams(fields));
    return this.send('POST', path, { ...NAVIGATES, ...FORM, ...headers }, body);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { ...CALLS, ...headers });
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const json = { ...CALLS, 'content-type': 'application/json' };
    return this.send('POST', path, { ...json, ...headers }, JSON.stringify(body));
  }

  /** The first step. */
  logIn(username = 'alice'): Promise<Answer> {
    return this.submit('/login', { username, password: 'password' });
  }

  send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string | Buffer,
  ): Promise<Answer> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          port: this.#port,
          method,
          path,
          headers: { cookie: this.cookie, ...length, ...headers },
          agent: false,
        },
        (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => {
            for (const line of res.headers['set-cookie'] ?? []) {
              const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
              if (/; Max-Age=0(;|$)/.test(line)) this.cookies.delete(name);
              else this.cookies.set(name, value);
            }
            const text = Buffer.concat(chunks).toString('utf8');
            const json = text !== '' && (res.headers['content-type'] ?? '').includes('json');
            resolve({
              status: res.statusCode ?? 0,
              headers: res.headers,
              text,
              body: json ? (JSON.parse(text) as Record<string, unknown>) : {},
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
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
  visitor: Visitor,
  login = 'alice',
): Promise<{ phone: Phone; recoveryCodes: string[] }> {
  await visitor.logIn(login);
  const { body } = await visitor.post('/two-step/setup');
  const phone = phoneWith(panel, String(body.key));
  const confirmed = await visitor.post('/two-step/setup/confirm', { code: phone.code() });
  if (confirmed.status !== 200) throw new Error(`not enrolled: ${confirmed.text}`);
  return { phone, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}
