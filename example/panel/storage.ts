import { Redis } from 'ioredis';
import type { Store } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { sqlStore } from 'passport-second-factor/sql';
import { openDatabase } from './database.js';
import { createUsers } from './users.js';
import type { Users } from './users.js';

/** How long Redis may take. An answer that waits for several commands in vain still comes within 5 s. */
const REDIS_TIMEOUT_MILLISECONDS = 1000;
/** Longest pause between two attempts to connect: a Redis that is back is used within a second. */
const RECONNECT_MILLISECONDS = 500;

/** Where the panel keeps what it knows. */
export interface Storage {
  readonly users: Users;
  /** The second factors. */
  readonly records: Store;
  /** `undefined`: nothing is kept in Redis. */
  readonly redis: Redis | undefined;
  close(): Promise<void>;
}

/** Opens the database, and Redis where there is one: users are in SQLite, second factors in Redis if given. */
export async function openStorage(
  databaseFile: string,
  redisUrl: string | undefined,
  passwordCost?: number,
  timeoutMs = REDIS_TIMEOUT_MILLISECONDS,
): Promise<Storage> {
  const db = await openDatabase(databaseFile);
  const redis = redisUrl ? connect(redisUrl, timeoutMs) : undefined;
  return {
    users: await createUsers(db, passwordCost),
    records: redis ? redisStore(redis) : sqlStore(db),
    redis,
    async close() {
      redis?.disconnect();
      await db.destroy();
    },
  };
}

/** A Redis that is away must fail fast: requests are refused, not queued. A silent connection is given up. */
function connect(url: string, timeoutMs: number): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 1,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    retryStrategy: (times) => Math.min(times * 50, RECONNECT_MILLISECONDS),
  });
  let isAway = false;
  redis.on('error', (error) => {
    if (!isAway) console.error(`Redis is away: ${error.message}`);
    isAway = true;
  });
  redis.on('ready', () => {
    isAway = false;
  });
  return redis;
}
