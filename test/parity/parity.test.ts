import session from 'express-session';
import type { Redis } from 'ioredis';
import { RedisStore } from 'connect-redis';
import { connectRedis } from '../support/session-panel.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { compareIdioms } from './compare-idioms.js';

describe('parity: an account without a second factor does not notice the package', () => {
  describe('on MemoryStore', () => {
    compareIdioms({ express: 5, passport: 0.7, emptyStore: () => new session.MemoryStore() });
  });

  describe('on connect-redis', () => {
    let server: RedisServer;
    let redis: Redis;

    before(async () => {
      server = await startRedis();
      redis = connectRedis(server);
    });
    after(async () => {
      redis.disconnect();
      await server.kill();
    });

    compareIdioms({
      express: 5,
      passport: 0.7,
      async emptyStore() {
        await redis.flushall();
        return new RedisStore({ client: redis });
      },
    });
  });
});
