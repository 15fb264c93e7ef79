import { withRedis } from '../../test/support/redis-server.js';
import { Passport } from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';

/** What one command over all accounts took. */
export interface Maintained {
  readonly accounts: number;
  readonly seconds: number;
  /** The most that the process had, in bytes, and what it had before. */
  readonly peak: number;
  readonly before: number;
}

/** A program that runs `list`, `check` or `rekey`: `<command> <Redis> <prefix> <key>…`, the first key seals. */
const [command = '', url = '', prefix = '', ...keys] = process.argv.slice(2);

await withRedis(url, async (redis) => {
  const { admin } = createSecondFactor<{ id: string }>({
    passport: new Passport(),
    issuer: 'Bench',
    account: ({ id }) => ({ id, name: id, securityStamp: 1 }),
    findUser: (id) => ({ id }),
    store: redisStore(redis, { prefix }),
    keys,
  });
  const run: Readonly<Record<string, () => Promise<number>>> = {
    async list() {
      let accounts = 0;
      for await (const _id of admin.list()) accounts++;
      return accounts;
    },
    async check() {
      const { records } = await admin.check();
      return records.firstKey + records.oldKey;
    },
    async rekey() {
      const { resealed, current } = await admin.rekey();
      return resealed + current;
    },
  };
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const accounts = (await run[command]?.()) ?? 0;
  const seconds = (performance.now() - began) / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  process.send?.({ accounts, seconds, peak, before } satisfies Maintained);
});
process.disconnect();
