import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Client } from '../support/client.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import type { ProgramFolder, RealPhone } from '../support/doc-program.js';
import { until } from '../support/eventually.js';
import { printed } from '../support/program.js';
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
    app.get('/held', () => undefined); // is never answered
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
  'run-socket-io.ts': `
    import { createServer } from 'node:http';
    import { io } from './socket-io.js';
    export { server } from './traps-panel.js';
    for (const name of ['/', '/admin', /^\\/room-\\d$/]) {
      io.of(name).on('connection', (socket) => void socket.emit('secret'));
    }
    /** Its connections pass no middleware. */
    const unchecked = createServer().listen(0, '127.0.0.1', () => {
      const { engine } = io;
      io.attach(unchecked);
      io.engine = engine;
      console.log('unchecked on ' + unchecked.address().port);
    });`,
};
const ORIGIN = { origin: 'https://panel.example' };
const TIMES = 20;
/** What a client adds to its query so that the request seems to belong to a connection. */
const PRETENDED = [
  ...['&sid=', '&sid', '&sid=x&sid=', '&sid=&sid=', '&sid[]=', '&sid[]=x', '&sid=x', '&sid=__proto__'],
  ...['&SID=x', '&j=0&sid=', '&EIO=3', '&EIO=3&sid=', '&transport=webtransport', '&_query=x', '&sid=%00'],
];

const LONG = 'Content-Length: 5\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
/** What an upgrade request says of its body, what it sends of it at once, and what later. */
const BODIES = [
  ...['', 'he', 'hello'].map((body) => [LONG, body] as const),
  ...['', '5\r\nhello\r\n0\r\n\r\n', 'no chunk\r\n'].map((body) => [CHUNKED, body] as const),
].flatMap(([headers, body]) => [[headers, body, ''] as const, [headers, '', body] as const]);
/** Express runs no middleware of a router for these, and goes on. */
const UNREADABLE = ['http://[/', 'http://['];

describe('integration traps: sockets', () => {
  let folder: ProgramFolder;
  let program: RunningProgram;
  let clients: Record<'owner' | 'pending' | 'unenrolled' | 'nobody', Client>;
  let phone: RealPhone;

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
    phone = phoneOf(String((await owner.post('/two-step/setup')).body.key));
    expect((await owner.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);
    expect((await pending.login('alice')).body.code).to.equal('code-required');
    expect((await unenrolled.login('bob')).status).to.equal(200);
    return { owner, pending, unenrolled, nobody };
  }

  /** Connects by a WebSocket: the first message, or the status of the refusal; 0 without one. */
  function webSocket(
    client: Client,
    path: string,
    headers: object = ORIGIN,
    send?: string,
  ): Promise<unknown> {
    return new Promise((resolve) => {
      const url = `ws://127.0.0.1:${String(program.port)}${path}`;
      const socket = new WebSocket(url, { headers: { cookie: client.cookie, ...headers } });
      socket.on('open', () => send !== undefined && socket.send(send));
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
  async function begin(client: Client, path: string, headers = '', before = '', body = ''): Promise<Socket> {
    const upgrades = count('upgrade');
    const socket = connect({ port: program.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    const more = `Origin: ${ORIGIN.origin}\r\nCookie: ${client.cookie}\r\n${key}${headers}`;
    socket.write(
      `${before}GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n${body}`,
    );
    if (headers !== '') await until('the upgrade', () => count('upgrade') > upgrades);
    else await once(socket, 'connect');
    return socket;
  }

  const count = (word: string): number => program.output().split(`${word}\n`).length - 1;

  /** What both recipes withstand. */
  function outlivesClients(path: string): void {
    it('runs on when clients reset their connection while they are checked', async () => {
      for (const client of Object.values(clients)) {
        for (let i = 0; i < TIMES; i++) {
          const gone = count('gone');
          const body = ['', LONG, CHUNKED][i % 3];
          (await begin(client, path, `X-Late: 1\r\n${body}`)).resetAndDestroy();
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

    it('runs on when an upgrade follows a request at once, on the same connection', async () => {
      for (const client of Object.values(clients)) {
        const socket = await begin(client, path, '', `GET /two-step HTTP/1.1\r\nHost: x\r\n\r\n`);
        socket.resume();
        await Promise.race(['end', 'close', 'data'].map((event) => once(socket, event)));
        socket.destroy();
      }
      await runsOn();
    });

    it('lets nobody in by a target that cannot be read', async () => {
      for (const target of UNREADABLE) {
        for (const client of [clients.pending, clients.nobody]) {
          const socket = await begin(client, target);
          const answers: string[] = [];
          socket.on('data', (data: Buffer) => {
            answers.push(data.toString());
            socket.destroy();
          });
          socket.once('end', () => socket.destroy());
          await once(socket, 'close');
          expect(answers.join(''), target).not.to.contain(' 101 ');
        }
      }
      await runsOn();
    });

    it('runs on when a refused upgrade has a body: never, later, chunked, broken', async () => {
      for (const client of [clients.pending, clients.unenrolled, clients.nobody]) {
        for (const [headers, atOnce, later] of BODIES) {
          const gone = count('gone');
          const socket = await begin(client, path, headers, '', atOnce); // reads nothing, and closes nothing
          if (later !== '') socket.write(later);
          await until('the end', () => count('gone') > gone);
          socket.destroy();
        }
      }
      await runsOn();
    });

    it('runs on when an upgrade that it accepts has a body: never, later, chunked, broken', async () => {
      for (const [headers, atOnce, later] of BODIES) {
        const gone = count('gone');
        const socket = await begin(clients.owner, path, headers, '', atOnce);
        let isAnswered = false;
        socket.once('data', () => (isAnswered = true));
        await until('the answer', () => isAnswered || count('gone') > gone);
        socket.end(later);
        await until('the end', () => count('gone') > gone);
        socket.destroy();
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

    it('answer nothing before an earlier request of the connection is answered', async () => {
      for (const client of Object.values(clients)) {
        for (const headers of ['X-Body: 0\r\n', LONG, CHUNKED]) {
          const socket = await begin(client, '/', headers, 'GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
          let answer = '';
          socket.on('data', (data: Buffer) => (answer += data.toString()));
          await until('the end', () => socket.readableEnded || socket.closed);
          socket.destroy();
          expect(answer).to.equal('');
        }
      }
    });

    outlivesClients('/');
  });

  describe('Socket.IO by the code of the page', () => {
    starts('run-socket-io.ts');

    const POLLING = '/socket.io/?EIO=4&transport=polling';
    const SOCKET = '/socket.io/?EIO=4&transport=websocket';

    /** Begins to poll: the id of the connection; `undefined` when it was refused. */
    async function handshake(client: Client, query = '', headers: Record<string, string> = ORIGIN) {
      const { text } = await client.send('GET', `${POLLING}${query}`, headers);
      return /"sid":"([^"]+)"/.exec(text)?.[1];
    }
    /** Joins a namespace, and what comes then. */
    async function join(client: Client, sid = '', namespace = ''): Promise<string> {
      const path = `${POLLING}&sid=${sid}`;
      const sent = await client.send(
        'POST',
        path,
        { ...ORIGIN, 'content-type': 'text/plain' },
        `40${namespace}`,
      );
      return sent.status === 200 ? (await client.send('GET', path, ORIGIN)).text : String(sent.status);
    }

    it('is open for both steps alone, by either transport', async () => {
      const { owner, ...others } = clients;
      expect(await join(owner, await handshake(owner))).to.contain('secret');
      expect(await join(owner, await handshake(owner), '/admin,')).to.contain('secret');
      expect(await webSocket(owner, SOCKET)).to.contain('"sid"');
      for (const [who, client] of Object.entries(others)) {
        expect(await handshake(client), who).to.equal(undefined);
        expect(await webSocket(client, SOCKET), who).to.be.oneOf([0, 400]);
      }
    });

    it('is closed for a request that pretends to belong to a connection', async () => {
      const { owner, ...others } = clients;
      expect(await handshake(owner, '&sid=')).to.be.a('string');
      for (const query of PRETENDED) {
        for (const [who, client] of Object.entries(others)) {
          expect(await handshake(client, query), `${who} ${query}`).to.equal(undefined);
          expect(await webSocket(client, `${SOCKET}${query}`), `${who} ${query}`).to.be.oneOf([0, 400]);
        }
      }
    });

    it('is closed for somebody else who knows the id of a connection', async () => {
      const { owner, pending, nobody } = clients;
      const sid = await handshake(owner);
      for (const client of [pending, nobody]) {
        expect(await join(client, sid)).to.equal('400');
        expect(await webSocket(client, `${SOCKET}&sid=${sid}`, ORIGIN, '2probe')).to.be.oneOf([0, 400]);
      }
      expect(await join(owner, sid)).to.contain('secret');
      expect(await webSocket(owner, `${SOCKET}&sid=${sid}`, ORIGIN, '2probe')).to.equal('3probe');
    });

    it('is closed after a sign-out for a page that polls', async () => {
      const client = new Client(program);
      await client.login('alice');
      expect((await client.post('/two-step/verify', { code: phone.next() })).status).to.equal(200);
      const sid = await handshake(client);
      expect(await join(client, sid)).to.contain('secret');
      expect((await client.post('/logout')).status).to.equal(200);
      expect(await join(client, sid, '/admin,')).to.equal('400');
    });

    it('is closed for pages of other sites, on every request', async () => {
      const { owner } = clients;
      const sid = await handshake(owner, '', { 'sec-fetch-site': 'same-origin' });
      expect(sid).to.be.a('string');
      const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' };
      for (const headers of [{}, evil, { 'sec-fetch-site': 'cross-site' }]) {
        expect(await handshake(owner, '', headers as Record<string, string>)).to.equal(undefined);
        expect((await owner.send('POST', `${POLLING}&sid=${sid}`, headers, '40')).status).to.equal(400);
        expect(await webSocket(owner, SOCKET, headers)).to.be.oneOf([0, 400]);
      }
    });

    it('is closed, in every namespace, for connections that no middleware has looked at', async () => {
      await printed(program, /unchecked on \d+/);
      const port = Number(/unchecked on (\d+)/.exec(program.output())?.[1]);
      for (const cookies of [new Map<string, string>(), clients.owner.cookies]) {
        const client = new Client({ port }, cookies);
        for (const namespace of ['', '/admin,', '/room-1,']) {
          const sid = await handshake(client);
          expect(sid).to.be.a('string');
          expect(await join(client, sid, namespace)).to.match(/^44.*both steps are required/);
        }
      }
    });

    outlivesClients(SOCKET);
  });
});
