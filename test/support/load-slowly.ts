import { Redis } from 'ioredis';
import { until } from './eventually.js';
import type { RedisServer } from './redis-server.js';

const KEYS = '100000';
/** For each key, in microseconds: with so many it would take 100 s. */
const DELAY = '1000';

/**
 * Has a Redis server that was started with `--enable-debug-command yes` load its data, and waits until it does.
 *
 * @returns lets it come to the end
 */
export async function loadSlowly({ url }: RedisServer): Promise<() => Promise<void>> {
  const [loading, asking] = [new Redis(url), new Redis(url, { enableReadyCheck: false })];
  await loading.call('DEBUG', 'POPULATE', KEYS);
  await asking.config('SET', 'loading-process-events-interval-bytes', '1024', 'key-load-delay', DELAY);
  const loaded = loading.call('DEBUG', 'RELOAD');
  await until('Redis to load its data', async () => (await asking.info('persistence')).includes('loading:1'));
  return async () => {
    await asking.config('SET', 'key-load-delay', '0');
    await loaded;
    loading.disconnect();
    asking.disconnect();
  };
}
