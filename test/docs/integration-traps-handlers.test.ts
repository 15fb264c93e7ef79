import { expect } from 'chai';
import { Client } from '../support/client.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import type { RunningProgram } from '../support/program.js';

const ALICE = { username: 'alice', password: 'password' };
const KNOWN = "if (id !== 'alice') throw new Error('the database is down');";

const IMPORTED = "import { accountOfToken } from './reset-tokens.js';";

/** What the page only declares, and a program around its code. */
const PANEL = {
  'traps-panel.ts': `
    import { createServer } from 'node:http';
    import { randomBytes } from 'node:crypto';
    import express from 'express';
    import session from 'express-session';
    import passport from 'passport';
    import { Strategy } from 'passport-local';
    import { createSecondFactor } from 'passport-second-factor';
    import { memoryStore } from 'passport-second-factor/memory';

    const alice = { id: 'alice', password: 'password', passwordChangedAt: 1 };
    export type User = typeof alice;
    let isDown = false;
    export const users = {
      async byId(id: string) { if (isDown) throw new Error('down'); return { ...alice }; },
      async setPassword(id: string, password: string) {
        ${KNOWN}
        return Object.assign(alice, { password, passwordChangedAt: alice.passwordChangedAt + 1 });
      },
    };
    passport.serializeUser((user: any, done) => done(null, user.id));
    passport.deserializeUser((id: string, done) => done(null, { ...alice }));
    passport.use(new Strategy((name, password, done) => done(null, password === alice.password ? { ...alice } : false)));
    export const app = express();
    export const server = createServer(app);
    export const secondFactor = createSecondFactor<any>({
      passport, issuer: 'Test', store: memoryStore(), findUser: () => alice, keys: [randomBytes(32).toString('base64')],
      account: ({ id, passwordChangedAt }) => ({ id, name: id, securityStamp: passwordChangedAt }),
    });
    app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }));
    app.use(passport.session());
    app.use(secondFactor.session());
    app.post('/login', express.json(), passport.authenticate('local'), (req, res) => void res.json({}));
    app.post('/down', (_req, res) => { isDown = true; res.json({}); });
    app.get('/me', (req, res) => void res.json({ user: (req.user as any)?.id ?? null }));`,
  'reset-tokens.ts': `
    export const accountOfToken = async (token: unknown) => {
      if (token !== 'right') throw new Error('no such token');
      return 'alice';
    };`,
  'run.ts': `
    import './own-password.js';
    import './profile.js';
    import './reset.js';
    import { app, server } from './traps-panel.js';
    app.use((error: any, _req: any, res: any, _next: any) => void res.status(error.status ?? 500).json({ code: error.code ?? error.message }));
    server.listen(0, '127.0.0.1');
    export { server };`,
};

for (const express of ['express', 'express4'])
  describe(`integration traps: handlers that wait for something, with ${express}`, () => {
    let folder: ProgramFolder;
    let program: RunningProgram;
    let client: Client;

    before(async function () {
      this.timeout(60_000);
      const from = (code: string): string => code.replace("from 'express';", `from '${express}';`);
      const files = Object.entries(PANEL).map(([name, code]) => [name, from(code)]);
      folder = programOf('docs/integration-traps.md', Object.fromEntries(files) as typeof PANEL, (code) =>
        from(code).replace(/declare function accountOfToken.*/, IMPORTED),
      );
      program = await folder.start('run.ts', {});
    });
    after(async () => {
      await program.stop();
      folder.remove();
    });
    beforeEach(async () => {
      client = new Client(program);
      expect((await client.post('/login', ALICE)).status).to.equal(200);
    });

    it('change the own password, also if the form is sent twice', async () => {
      const change = { password: 'password' };
      const answers = await Promise.all([1, 2].map(() => client.post('/password', change)));
      expect(answers.map(({ status }) => status)).to.include(204);
      expect((await client.get('/me')).status, 'the process goes on').to.equal(200);
      const again = new Client(program);
      await again.post('/login', ALICE);
      expect((await again.post('/password', change)).status).to.equal(204);
      expect((await again.get('/me')).body.user).to.equal('alice');
    });

    it('answer a wrong token of a reset, and take a right one', async () => {
      const refused = await client.post('/reset', { token: 'wrong', password: 'other' });
      expect([refused.status, refused.body.code]).to.deep.equal([500, 'no such token']);
      const stranger = new Client(program);
      await stranger.post('/reset', { token: 'right', password: 'password' });
      expect((await stranger.get('/me')).body.user).to.equal('alice');
    });

    it('answer an outage of the database', async () => {
      expect((await client.post('/profile')).status).to.equal(204);
      await client.post('/down');
      const refused = await client.post('/profile');
      expect([refused.status, refused.body.code]).to.deep.equal([500, 'down']);
      expect((await client.get('/me')).body.user).to.equal('alice');
    });
  });
