import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Redis } from 'ioredis';
import { connectRedis, sharedRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';

/** What marks the request whose body is held back. */
const LATE = 'x-late-body';
const LEVELS: Readonly<Record<string, string>> = { alice: 'root', bob: 'admin', carol: 'user' };

/** A panel that loads the session before it reads the body, so that a late body meets a stale copy of it. */
export interface LatePanel extends Panel {
  /**
   * Sends the first bytes of a JSON body, does something once the server holds the session of the cookie, and
   * sends the rest.
   *
   * @returns the status
   */
  late(path: string, cookie: string, fields: object, between: () => Promise<unknown>): Promise<number>;
}

/** Starts one with alice as root, bob as admin and carol as user. */
export async function startLatePanel(parts: PanelParts = {}): Promise<LatePanel> {
  const arrivals = new EventEmitter();
  const panel = await startPanel({
    users: ['alice', 'bob', 'carol'].map((login) => user(login)),
    options: {
      impersonation: { levels: ['root', 'admin', 'user'] },
      account: ({ id, login, passwordChangedAt }) => ({
        id,
        name: login,
        securityStamp: passwordChangedAt,
        level: LEVELS[id],
      }),
    },
    ...parts,
    beforeRouter({ app }) {
      app.use((req, _res, next) => {
        if (req.get(LATE) !== undefined) arrivals.emit('session loaded');
        next();
      });
    },
  });
  return Object.assign(panel, {
    async late(path: string, cookie: string, fields: object, between: () => Promise<unknown>) {
      const body = JSON.stringify(fields);
      const headers = {
        cookie,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        accept: 'application/json',
        [LATE]: 'yes',
      };
      const { port } = panel;
      const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false });
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      const loaded = once(arrivals, 'session loaded');
      sent.write(body.slice(0, 2));
      await Promise.race([loaded, answered]);
      await between();
      sent.end(body.slice(2));
      const [res] = await answered;
      res.resume();
      return res.statusCode ?? 0;
    },
  });
}

/** Declares tests of panels that keep sessions and records in memory, and of such on Redis. */
export function inMemoryAndOnRedis(declare: (parts: () => { redis?: Redis }) => void): void {
  for (const place of ['in memory', 'on Redis'] as const) {
    describe(place, () => {
      let server: RedisServer | undefined;
      let redis: Redis | undefined;

      before(async () => {
        if (place === 'in memory') return;
        server = await sharedRedis();
        redis = connectRedis(server);
      });
      afterEach(async () => {
        await stopPanels();
        await redis?.flushall();
      });
      after(async () => {
        redis?.disconnect();
      });
      declare(() => (redis ? { redis } : {}));
    });
  }
}
