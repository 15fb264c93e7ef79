import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Panel } from '../support/panel.js';

describe('A10: a channel beside the middleware', () => {
  onEachPanel((start) => {
    it('refuses a WebSocket of a waiting sign-in where the documented chain runs on the upgrade', async () => {
      const panel = await start();
      const gate = express
        .Router()
        .use(panel.sessions, panel.passport.session(), panel.secondFactor.session(), requireSecondFactor());
      panel.server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
        const res = new ServerResponse(req);
        res.shouldKeepAlive = false;
        res.assignSocket(socket);
        res.once('finish', () => socket.end());
        gate(req as express.Request, res as express.Response, () => {
          res.detachSocket(socket);
          socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nin');
        });
      });
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const ask = async (): Promise<string> => {
        const headers = { connection: 'Upgrade', upgrade: 'websocket', cookie: client.cookie };
        const { status, text } = await new Client(panel).send('GET', '/socket', headers);
        return `${String(status)} ${text === 'in' ? 'in' : ''}`;
      };
      expect(await ask()).to.equal('401 ');
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(await ask()).to.equal('200 in');
    });

    it('sees nobody in a waiting sign-in on another port that knows Passport’s session alone', async () => {
      const panel: Panel = await start();
      const app = express();
      app.use(panel.sessions, panel.passport.session());
      app.get('/me', (req, res) => res.json({ user: req.user ?? null, in: req.isAuthenticated() }));
      const other = createServer(app).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const there = new Client(other.address() as AddressInfo);
      const ask = async () =>
        (await there.get('/me', { cookie: client.cookie })).body as Record<string, unknown>;
      expect(await ask()).to.deep.equal({ user: null, in: false });
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect((await ask()).in).to.equal(true);
      other.close();
    });

    it('ends a stream of events whose rights are gone, by recheck()', async () => {
      const panel = await start({
        routes({ app }) {
          app.get('/events', requireSecondFactor(), async (req, res) => {
            const state = req.secondFactor?.state;
            res.setHeader('content-type', 'text/event-stream').write('data: first\n\n');
            await panel.secondFactor.admin.disable('alice', { by: 'operator' });
            if ((await req.secondFactor?.recheck()) === state) res.write('data: secret\n\n');
            res.end();
          });
        },
      });
      await enroll(panel);
      const waiting = await loggedIn(panel);
      expect((await waiting.get('/events')).status).to.equal(401);
      const { client } = await (async () => {
        await panel.secondFactor.admin.disable('alice', { by: 'operator' });
        const full = new Client(panel);
        await enroll(panel, 'alice', full);
        return { client: full };
      })();
      expect((await client.get('/events')).text).to.equal('data: first\n\n');
    });
  });

  it('is warned of in the documentation: what to run on the upgrade', () => {
    expect(readFileSync('docs/integration-traps.md', 'utf8')).to.match(/^### WebSockets$/m);
  });
});
