import { Redis } from 'ioredis';
import { startPanel, stopPanels } from '../../test/support/panel.js';
import { countRedis, total } from '../../test/support/redis-commands.js';
import { KINDS, countKinds } from '../../test/support/request-kinds.js';
import { withRedis } from '../../test/support/redis-server.js';
import { accountId, places, writeRecords } from './accounts.js';
import type { Section } from './figures.js';

const SECOND_STEP_MOST = 6;
const RECORD_MOST_BYTES = 900;
/** Enough that what Redis needs for itself is nothing. */
const ACCOUNTS = 10_000;
const PREFIX = 'second-factor:';

/** What Redis is asked by one request of each kind, and what an account takes there. */
export async function commands(url: string): Promise<Section> {
  const redis = new Redis(url);
  const counter = await countRedis(url);
  const counted = await countKinds(await startPanel({ redis }), counter);
  await stopPanels();
  counter.stop();
  redis.disconnect();
  const bytes = await bytesOfAccount(url);
  return {
    title: 'What Redis is asked',
    text:
      'How many commands one request sends for its session and its record, which are in one Redis. `INFO commandstats` ' +
      'counts them, and a script counts as one. The bytes are for an account with ten recovery codes: those of the text, ' +
      'and those of the whole key in Redis.',
    figures: [
      ...KINDS.map((name) => ({
        name: `commands: ${name}`,
        value: total(counted[name].sent),
        unit: '',
        ...(name === 'the second step' && {
          mark: { of: 'value' as const, bound: 'most' as const, limit: SECOND_STEP_MOST },
        }),
      })),
      { name: 'text of a record', value: bytes.text, unit: 'bytes' },
      {
        name: 'an account in Redis',
        value: bytes.redis,
        unit: 'bytes',
        mark: { of: 'value', bound: 'most', limit: RECORD_MOST_BYTES },
      },
      { name: 'a session in Redis', value: bytes.session, unit: 'bytes' },
    ],
  };
}

async function bytesOfAccount(url: string): Promise<{ text: number; redis: number; session: number }> {
  return withRedis(url, async (redis) => {
    const [sessionKey = ''] = await redis.keys('guarded:ours:session:*');
    const session = await redis.memory('USAGE', sessionKey);
    const used = async (): Promise<number> =>
      Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
    await redis.flushall();
    const before = await used();
    await writeRecords(redis, PREFIX, places(0, ACCOUNTS));
    const after = await used();
    const text = await redis.strlen(PREFIX + accountId(0));
    await redis.flushall();
    return { text, redis: Math.round((after - before) / ACCOUNTS), session: session ?? 0 };
  });
}
