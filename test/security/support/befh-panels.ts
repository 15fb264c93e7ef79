import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { createPanel } from '../../../example/panel/app.js';
import type { PanelOptions } from '../../../example/panel/app.js';
import { startExamplePanel } from '../../support/panel-process.js';
import type { Address } from '../../support/client.js';
import type { RunningPanel } from '../../support/panel-process.js';
import { sharedRedis } from '../../support/redis-server.js';
import type { RedisServer } from '../../support/redis-server.js';

/** The example panel that a test attacks; another one for each of the two places it can keep things in. */
export interface Attacked {
  /** The panel of the present describe. */
  readonly panel: RunningPanel;
  /** `undefined`: everything is in SQLite and in the process. */
  readonly redis: RedisServer | undefined;
}

/**
 * Describes an attack twice: on the example panel with SQLite, and with Redis. After each test every account
 * is without a second factor again.
 *
 * @param settings the variables of the environment that the panel goes by
 */
export function attack(
  title: string,
  tests: (on: Attacked) => void,
  settings: Record<string, string> = {},
  others: Partial<PanelOptions> = {},
): void {
  describe(title, function () {
    for (const place of ['SQLite', 'Redis'] as const) {
      describe(place, () => {
        const on: { panel: RunningPanel; redis: RedisServer | undefined } = {
          panel: undefined as unknown as RunningPanel,
          redis: undefined,
        };
        before(async () => {
          on.redis = place === 'Redis' ? await sharedRedis() : undefined;
          on.panel = await startExamplePanel(on.redis?.url, settings, others);
        });
        afterEach(() => on.panel.reset());
        after(async () => {
          await on.panel.end();
        });
        tests(on);
      });
    }
  });
}

/** All that the panel has on disk and in Redis, as one text. */
export async function everythingStored({ panel, redis }: Attacked): Promise<string> {
  const files = ['', '-wal'].map((ending) => {
    try {
      return readFileSync(panel.databaseFile + ending, 'latin1');
    } catch {
      return '';
    }
  });
  if (!redis) return files.join('\n');
  const client = new Redis(redis.url);
  try {
    const keys = await client.keys('*');
    const values = await Promise.all(keys.map((key) => client.get(key)));
    return [...files, ...keys, ...values].join('\n');
  } finally {
    client.disconnect();
  }
}

/** The same panel started once more, over the same database, keys and records, with other settings. */
export async function restarted(
  { panel, redis }: Attacked,
  settings: Record<string, string>,
): Promise<Address & { end(): Promise<void> }> {
  const again = await createPanel({
    databaseFile: panel.databaseFile,
    redisUrl: redis?.url,
    clock: () => panel.now(),
    env: settings,
    log: () => undefined,
  });
  const server = createServer(again.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    passwordOf: panel.passwordOf,
    async end() {
      server.closeAllConnections();
      server.close();
      await again.close();
    },
  };
}
