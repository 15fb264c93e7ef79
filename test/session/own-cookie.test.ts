import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { Client } from '../support/client.js';
import { until } from '../support/eventually.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';

describe('session/own-cookie', () => {
  describe('on an upgrade of Socket.IO, after a guard has stopped the browser', () => {
    let panel: Panel;
    let io: Server;

    beforeEach(async () => {
      panel = await startPanel();
      const { server, sessions, passport, secondFactor } = panel;
      io = new Server(server, { transports: ['websocket'] });
      for (const each of [sessions, passport.session(), secondFactor.session()]) io.engine.use(each);
    });
    afterEach(async () => {
      await io.close();
      await stopPanels();
    });

    const both: RequestHandler = (req, _res, next) => {
      next(req.secondFactor?.evaluate().ok ? undefined : new Error('both steps are required'));
    };

    function connect({ cookie }: Client): WebSocket {
      const url = `${panel.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
      return new WebSocket(url, { headers: { cookie } });
    }

    /** Gives a client the cookie of a stop. */
    async function stop(client: Client): Promise<void> {
      const stranger = new Client(panel);
      await stranger.get('/secret', { accept: 'text/html' });
      const [[name, value] = []] = [...stranger.cookies].filter(([each]) =>
        each.startsWith('second-factor-'),
      );
      client.cookies.set(name!, value!);
    }

    /** A session that loses its rights on its next request. */
    async function outdated(): Promise<Client> {
      const client = await loggedIn(panel);
      await enroll(panel, 'alice', new Client(panel));
      await stop(client);
      panel.told();
      return client;
    }

    it('tells that the session was demoted, and that it waits for a code', async () => {
      io.engine.use(both);
      const socket = connect(await outdated());
      const [error] = (await once(socket, 'error')) as [Error];
      expect(error.message).to.contain('400');
      expect(panel.told()).to.deep.equal(['code-required', 'session-demoted']);
    });

    it('leaves the cookie of the session whole, where the application accepts a waiting sign-in', async () => {
      const client = await outdated();
      const socket = connect(client);
      const [{ headers }] = (await once(socket, 'upgrade')) as [IncomingMessage];
      socket.terminate();
      expect(headers['set-cookie']).to.have.length(1);
      expect(headers['set-cookie']?.[0]).to.match(/^connect\.sid=[^,;]+; Path=\/; HttpOnly$/);
      expect(panel.told()).to.deep.equal(['code-required', 'session-demoted']);
    });

    it('signs out by the request of an open connection', async () => {
      io.engine.use(both);
      const ends: unknown[] = [];
      io.on('connection', (socket: Socket) => {
        (socket.request as Parameters<RequestHandler>[0]).logout((error) => ends.push(error ?? 'signed out'));
      });
      const { client } = await enrolled(panel);
      await stop(client);
      panel.told();
      const socket = connect(client);
      await once(socket, 'open');
      socket.send('40');
      await until('the end', () => ends.length > 0);
      socket.terminate();
      expect(ends).to.deep.equal(['signed out']);
      expect(panel.told()).to.deep.equal(['signed-out']);
      expect((await client.get('/me')).body.user).to.equal(null);
    });
  });
});
