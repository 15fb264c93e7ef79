import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import cookieSession from 'cookie-session';
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';

describe('G6: a session that is only in a cookie, sent again to restore a state', () => {
  after(stopPanels);

  it('is refused by the middleware: nobody is there on any request', async () => {
    const { passport, secondFactor } = await startPanel();
    const app = express();
    app.use(cookieSession({ name: 'only', keys: ['for tests'] }), passport.session(), secondFactor.session());
    app.use((_req, res) => res.json({ reached: true }));
    app.use(((error: { code?: string; status?: number }, req, res, _next) => {
      res.status(error.status ?? 500).json({ code: error.code, user: req.user ?? null });
    }) satisfies ErrorRequestHandler);
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new Client(server.address() as AddressInfo);
    const { status, body } = await client.get('/me');
    expect([status, body]).to.deep.equal([500, { code: 'session-not-on-server', user: null }]);
    server.close();
  });
});
