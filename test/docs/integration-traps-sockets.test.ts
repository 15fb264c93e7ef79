import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Client } from '../support/client.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { until } from '../support/eventually.js';
import type { RunningProgram } from '../support/program.js';

/** What the page only declares, and programs around its code. */
const SOCKET_PANELS = {
  'traps-panel.ts': `
    import { createServer } from 'node:http';
    import { randomBytes } from 'node:crypto';
    import express from 'express';
    import session from 'express-session';
    import passport from 'passport';
    import { Strategy } from 'passport-local';
    import { createSecondFactor } from 'passport-second-factor';
    import { memoryStore } from 'passport-second-factor/memory';

    const find = (id: string) => (['alice', 'bob'].includes(id) ? { id } : null);
    passport.serializeUser((user: any, done) => done(null, user.id));
    passport.deserializeUser((id: string, done) => done(null, find(id) as any));
    passport.use(new Strategy((name, password, done) => done(null, (password === 'password' && find(name)) as any)));
    export const app = express();
    export const server = createServer(app);
    const inTime = session({ secret: 'for tests', resave: false, saveUninitialized: false });
    /** Where the request says so, the session is looked for when the client has gone. */
    export const sessions: express.RequestHandler = (req, res, next) => {
      if (req.headers['x-late'] === undefined) inTime(req, res, next);
      else req.socket.once('close', () => inTime(req, res, next));
    };
    export const secondFactor = createSecondFactor<any>({
      passport, issuer: 'Test', store: memoryStore(), findUser: find, keys: [randomBytes(32).toString('base64')],
      account: ({ id }) => ({ id, name: id, securityStamp: null }),
    });
    app.use(sessions, passport.session(), secondFactor.session());
    app.use('/two-step', secondFactor.router());
    app.post('/login', express.json(), passport.authenticate('local'), (_req, res) => void res.json({}));
    app.post('/logout', (req, res, next) => req.logout((error) => (error ? next(error) : void res.json({}))));
    server.on('upgrade', (_req, socket) => {
      console.log('upgrade');
      socket.once('close', () => console.log('gone'));
    });
    server.listen(0, '127.0.0.1');`,
  'run-web-sockets.ts': `
    import { webSockets } from './web-sockets.js';
    export { server } from './traps-panel.js';
    webSockets.on('connection', (webSocket) => webSocket.send('secret'));`,
};
const ORIGIN = { origin: 'https://panel.example' };
const TIMES = 20;

describe('integration traps: sockets', () => {
  let folder: ProgramFolder;
  let program: RunningProgram;
  let clients: Record<'owner' | 'pending' | 'unenrolled' | 'nobody', Client>;

  before(() => {
    folder = programOf('docs/integration-traps.md', SOCKET_PANELS);
  });
  after(() => {
    folder.remove();
  });

  const starts = (file: string): void => {
    before(async () => {
      program = await folder.start(file, {});
      clients = await signIn();
    });
    after(() => program.stop());
  };

  /** Browsers of which each has come further than the next. */
  async function signIn(): Promise<typeof clients> {
    const [owner, pending, unenrolled, nobody] = [1, 2, 3, 4].map(() => new Client(program)) as [
      Client,
      Client,
      Client,
      Client,
    ];
    expect((await owner.login('alice')).status).to.equal(200);
    const phone = phoneOf(String((await owner.post('/two-step/setup')).body.key));
    expect((await owner.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);
    expect((await pending.login('alice')).body.code).to.equal('code-required');
    expect((await unenrolled.login('bob')).status).to.equal(200);
    return { owner, pending, unenrolled, nobody };
  }

  /** Connects by a WebSocket: the first message, or the status of the refusal; 0 without one. */
  function webSocket(client: Client, path: string, headers: object = ORIGIN): Promise<unknown> {
    return new Promise((resolve) => {
      const url = `ws://127.0.0.1:${String(program.port)}${path}`;
      const socket = new WebSocket(url, { headers: { cookie: client.cookie, ...headers } });
      socket.on('message', (data: Buffer) => {
        socket.terminate();
        resolve(data.toString());
      });
      socket.on('unexpected-response', (req, res: IncomingMessage) => {
        req.destroy();
        resolve(res.statusCode);
      });
      socket.on('error', () => resolve(0));
    });
  }

  /** Writes an upgrade request, and waits until the server has it. */
  async function begin(client: Client, path: string, headers = ''): Promise<Socket> {
    const upgrades = count('upgrade');
    const socket = connect({ port: program.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    const more = `Origin: ${ORIGIN.origin}\r\nCookie: ${client.cookie}\r\n${key}${headers}`;
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`,
    );
    if (headers !== '') await until('the upgrade', () => count('upgrade') > upgrades);
    else await once(socket, 'connect');
    return socket;
  }

  const count = (word: string): number => program.output().split(`${word}\n`).length - 1;

  /** What the code withstands. */
  function outlivesClients(path: string): void {
    it('runs on when clients reset their connection while they are checked', async () => {
      for (const client of Object.values(clients)) {
        for (let i = 0; i < TIMES; i++) {
          const gone = count('gone');
          (await begin(client, path, 'X-Late: 1\r\n')).resetAndDestroy();
          await until('the reset', () => count('gone') > gone);
        }
      }
      await runsOn();
    });

    it('runs on when clients close or reset their connection early', async () => {
      for (const client of Object.values(clients)) {
        for (let i = 0; i < TIMES; i++) {
          const socket = await begin(client, path);
          if (i % 2 === 0) socket.destroy();
          else setImmediate(() => socket.resetAndDestroy());
          await once(socket, 'close');
        }
      }
      await runsOn();
    });

    it('closes the connection of clients that it refuses, also if they keep it open', async () => {
      for (const client of [clients.pending, clients.nobody]) {
        const gone = count('gone');
        const socket = (await begin(client, path)).resume();
        await until('the end', () => count('gone') > gone);
        socket.destroy();
      }
    });

    it('runs on when a client that was let in sends what is no frame', async () => {
      const socket = await begin(clients.owner, path);
      await once(socket, 'data');
      socket.resume().write(Buffer.alloc(64, 0xff));
      await once(socket, 'end');
      socket.destroy();
      await runsOn();
    });

    async function runsOn(): Promise<void> {
      expect(await webSocket(clients.owner, path)).to.be.a('string');
      await until('the end of all sockets', () => count('gone') === count('upgrade'));
      expect(program.output()).not.to.match(/error/i);
    }
  }

  describe('WebSockets by the code of the page', () => {
    starts('run-web-sockets.ts');

    it('are open for both steps alone', async () => {
      expect(await webSocket(clients.owner, '/')).to.equal('secret');
      expect(await webSocket(clients.pending, '/')).to.equal(401);
      expect(await webSocket(clients.unenrolled, '/')).to.equal(403);
      expect(await webSocket(clients.nobody, '/')).to.equal(401);
    });

    it('are closed for pages of other sites', async () => {
      for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
        expect(await webSocket(clients.owner, '/', headers)).to.equal(0);
      }
    });

    outlivesClients('/');
  });
});
