import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { until } from '../support/eventually.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, pending, signedIn } from '../support/people.js';
import type { Client } from '../support/client.js';
import type { Owner } from '../support/people.js';

/** What was there for a client to leave at: before its session is checked, and after that. */
type Moment = 'before' | 'after';

describe('request: clients that reset the connection once all is sent, so that Node.js forgets their address', () => {
  let panel: Panel;
  let alice: Owner;
  let answered: number;
  let arrivals: EventEmitter;

  beforeEach(async () => {
    answered = 0;
    arrivals = new EventEmitter();
    const waitAt = (moment: Moment): express.RequestHandler => {
      return (req, _res, next) => {
        if (req.headers['x-leaves'] === moment) {
          req.socket.once('close', () => {
            next();
          });
          arrivals.emit(moment);
        } else next();
      };
    };
    panel = await startPanel({
      first: ({ app }) => {
        app.use((_req, res, next) => {
          const end = res.end.bind(res) as (...given: unknown[]) => express.Response;
          res.end = (...given: unknown[]) => {
            answered++;
            return end(...given);
          };
          next();
        });
        app.use(express.json(), waitAt('before'));
      },
      beforeRouter: ({ app }) => app.use(waitAt('after')),
      routes: ({ app, passport, secondFactor }) => {
        passport.use(secondFactor.strategy);
        app.post('/two-step/code', passport.authenticate('second-factor'));
      },
    });
    alice = await enrolled(panel);
    panel.told();
  });
  afterEach(stopPanels);

  /** Sends a request, resets the connection, and waits until the panel has answered to nobody. */
  async function leave(client: Client, path: string, code: string, moment: Moment): Promise<void> {
    const body = JSON.stringify({ code });
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Cookie: ${client.cookie}`,
      'Content-Type: application/json',
      `Content-Length: ${String(body.length)}`,
      `X-Leaves: ${moment}`,
    ];
    const socket = connect(panel.port, '127.0.0.1');
    await once(socket, 'connect');
    const before = answered;
    const arrival = once(arrivals, moment);
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    await arrival;
    socket.resetAndDestroy();
    await until(`the end of ${path}`, () => answered > before);
  }

  for (const path of ['/two-step/verify', '/two-step/code']) {
    it(`are asked no code at ${path} that nobody could trace, and none is charged`, async () => {
      const waiting = await pending(panel);
      panel.told();
      await leave(waiting, path, alice.phone.wrongCode(), 'before');
      expect(panel.told()).to.deep.equal([]);
      expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
    });
  }

  it('change nothing', async () => {
    await leave(alice.client, '/two-step/disable', alice.phone.nextCode(), 'before');
    expect(panel.told()).to.deep.equal([]);
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
  });

  it('are told of with their address where they leave later', async () => {
    const waiting = await pending(panel);
    await leave(waiting, '/two-step/verify', alice.phone.wrongCode(), 'after');
    expect(panel.events.at(-1)).to.include({ name: 'code-refused', ip: '127.0.0.1' });
  });
});

describe('request: the address in events is what the option ip says by then', () => {
  afterEach(stopPanels);

  it('of a middleware behind the one of the session', async () => {
    const panel = await startPanel({
      options: { ip: (req) => (req as { clientIp?: string }).clientIp },
      beforeRouter: ({ app }) =>
        app.use((req, _res, next) => {
          next(void Object.assign(req, { clientIp: '192.0.2.7' }));
        }),
    });
    await enrolled(panel);
    expect(panel.events.map(({ name, ip }) => [name, ip])).to.deep.equal(
      ['signed-in', 'setup-started', 'enrolled'].map((name) => [name, '192.0.2.7']),
    );
  });

  it('of a sub-application that trusts a proxy', async () => {
    const panel = await startPanel({
      bare: true,
      afterPassport: ({ app, secondFactor }) => {
        const own = express();
        own.set('trust proxy', 1);
        own.use('/two-step', secondFactor.router());
        app.use(secondFactor.session(), own);
      },
    });
    const client = await signedIn(panel);
    await client.post('/two-step/setup', {}, { 'x-forwarded-for': '192.0.2.7' });
    expect(panel.events.at(-1)).to.include({ name: 'setup-started', ip: '192.0.2.7' });
  });
});
