import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { csrfSync } from 'csrf-sync';
import express from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorClientError } from 'passport-second-factor/client';
import { codeFor } from 'passport-second-factor/testing';
import { browserFetch } from '../support/browser-fetch.js';
import { installKeys, promptsOf } from '../support/browser-keys.js';
import { Client } from '../support/client.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { keyOwner, startKeyPanel } from '../support/key-panel.js';
import { enroll, enrolled } from '../support/people.js';
import { rejectionCode } from '../support/rejection.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const ROOT = resolve(import.meta.dirname, '../..');

interface SignIn {
  signIn(username: string, password: string): Promise<string | null>;
}
interface Enable {
  enable(): Promise<void>;
}
interface Guarded {
  deleteSite(): Promise<Response>;
}

describe('docs/single-page-apps.md', () => {
  const browser = globalThis.fetch;
  let folder: ProgramFolder;
  before(() => {
    folder = programOf('docs/single-page-apps.md');
  });
  after(() => folder.remove());
  afterEach(async () => {
    globalThis.fetch = browser;
    await stopPanels();
  });

  /** A block of the page as a page of the panel runs it; what it only declares is given. */
  async function load<Block>(file: string, client: Client, declared: object): Promise<Block> {
    globalThis.fetch = browserFetch(client);
    Object.assign(globalThis, declared);
    return (await import(join(folder.path, file))) as Block;
  }

  it('names every code that the client has of its own', () => {
    const source = readFileSync(resolve(ROOT, 'client/second-factor-client-error.ts'), 'utf8');
    const [, union = ''] = /export type ClientErrorCode =([^;]*);/.exec(source) ?? [];
    const codes = [...union.matchAll(/'([^']+)'/g)].map(([, code = '']) => code);
    expect(codes).to.have.length(8);
    const page = readFileSync(resolve(ROOT, 'docs/single-page-apps.md'), 'utf8');
    const [, table = ''] = page.split('or one of these:');
    expect(codes.filter((code) => !table.includes(`\`${code}\``))).to.deep.equal([]);
  });

  it('signs in: a wrong password, a wrong code, the right one', async () => {
    const panel = await startPanel();
    const phone = await enroll(panel);
    const said: string[] = [];
    const askCode = (digits: readonly number[], error?: SecondFactorClientError): Promise<string> => {
      said.push(`${digits.join()} ${error?.code ?? ''}`);
      return Promise.resolve(said.length === 1 ? phone.wrongCode() : phone.nextCode());
    };
    const { signIn } = await load<SignIn>('sign-in.ts', new Client(panel), { askCode });
    expect(await signIn('alice', 'wrong')).to.equal(null);
    expect(await signIn('alice', 'password')).to.equal('/');
    expect(said).to.deep.equal(['6 ', '6 code-invalid']);
    expect(await signIn('bob', 'password')).to.equal('/');
  });

  it('signs in by a passkey', async () => {
    const panel = await startKeyPanel();
    const { key } = await keyOwner(panel);
    const restore = installKeys(promptsOf(key));
    const wantsKey = () => Promise.resolve(true);
    const { signIn } = await load<SignIn>('sign-in.ts', new Client(panel), { wantsKey });
    expect(await signIn('alice', 'password')).to.equal('/');
    restore();
  });

  it('ends once the sign-in does, also for who presses the passkey button again', async () => {
    const panel = await startKeyPanel();
    const { key } = await keyOwner(panel);
    const restore = installKeys(promptsOf(key));
    const shown: unknown[] = [];
    const wantsKey = (): Promise<boolean> => {
      shown.push('the form');
      if (shown.length > 3) throw new Error('the form came again and again');
      panel.now += 11 * 60_000;
      return Promise.resolve(true);
    };
    const { signIn } = await load<SignIn>('sign-in.ts', new Client(panel), { wantsKey });
    expect(await rejectionCode(signIn('alice', 'password'))).to.equal('login-required');
    expect(shown).to.have.length(1);
    restore();
  });

  it('enables, shows the recovery codes, and confirms them', async () => {
    const panel = await startPanel();
    const client = new Client(panel);
    await client.login('alice');
    const shown: string[] = [];
    let typed = '';
    const { enable } = await load<Enable>('enable.ts', client, {
      showQrCode(src: string, _account: string, key: string) {
        expect(decodeURIComponent(src)).to.match(/^data:image\/svg\+xml,<svg/);
        typed = codeFor(key, panel.now);
      },
      askCode: () => Promise.resolve(typed),
      showRecoveryCodes: (codes: string[]) => Promise.resolve(void shown.push(...codes)),
    });
    await enable();
    expect(shown).to.have.length(10);
    expect((await client.get('/two-step')).body).to.include({
      state: 'verified',
      recoveryCodesConfirmed: true,
    });
  });

  it('gives a fresh proof where a guard asks for one, and repeats the request', async () => {
    const panel = await startPanel({
      routes: ({ app }) => {
        app.delete('/api/site', requireSecondFactor({ maxAge: 300 }), (_req, res) =>
          res.json({ gone: true }),
        );
      },
    });
    const { client, phone } = await enrolled(panel);
    panel.now += 301_000;
    const askCode = () => Promise.resolve(phone.nextCode());
    const { deleteSite } = await load<Guarded>('guarded.ts', client, { askCode });
    expect(await (await deleteSite()).json()).to.deep.equal({ gone: true });
  });

  it('signs in by a login route with a custom callback, which is not called before the code', async () => {
    const called: unknown[] = [];
    const panel = await startPanel({
      routes({ app, passport }) {
        app.post('/api/login', express.json(), (req, res, next) => {
          const answer = (error: unknown, user?: Express.User | false | null): void => {
            if (error) next(error);
            else if (!user) res.status(401).json({ code: 'password-invalid' });
            else {
              req.logIn(user, (failed) => {
                called.push(failed);
                res.json({});
              });
            }
          };
          const authenticate = passport.authenticate('local', answer) as express.RequestHandler;
          void authenticate(req, res, next);
        });
      },
    });
    const login = (client: Client, password = 'password') =>
      client.post('/api/login', { username: 'alice', password });
    expect((await login(new Client(panel), 'wrong')).body.code).to.equal('password-invalid');
    expect((await login(new Client(panel))).status).to.equal(200);
    expect(called).to.deep.equal([undefined]);
    await enroll(panel);
    expect((await login(new Client(panel))).body.code).to.equal('code-required');
    expect(called).to.have.length(1);
  });

  it('needs no token of a CSRF protection that is mounted after the router', async () => {
    const { csrfSynchronisedProtection, generateToken } = csrfSync();
    const tokens = ({ app }: Panel): void => {
      app.get('/csrf', (req, res) => res.json({ token: generateToken(req) }));
      app.use(csrfSynchronisedProtection);
    };
    for (const [place, status] of [
      ['routes', 200],
      ['beforeRouter', 403],
    ] as const) {
      const panel = await startPanel({ [place]: tokens });
      const client = new Client(panel);
      expect((await client.login('alice')).status).to.equal(403);
      const token = String((await client.get('/csrf')).body.token);
      const alice = { username: 'alice', password: 'password' };
      expect((await client.post('/login', alice, { 'x-csrf-token': token })).status).to.equal(200);
      expect((await client.post('/two-step/setup')).status).to.equal(status);
      // The session is a new one after signing in, and so must the token be.
      expect((await client.post('/logout', {}, { 'x-csrf-token': token })).status).to.equal(403);
      const next = String((await client.get('/csrf')).body.token);
      expect((await client.post('/two-step/setup', {}, { 'x-csrf-token': next })).status).to.equal(200);
    }
  });
});
