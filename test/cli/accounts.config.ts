import passport from 'passport';
import { Redis } from 'ioredis';
import { createSecondFactor } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';

const { KEYS = '', REDIS_PORT = '' } = process.env;
const NAMES: Readonly<Record<string, unknown>> = {
  ...{ root: 'Root', old: 'Old', gone: 'Gone', alice: 'Alice', bob: 'Bob', broken: 7 },
  eve: 'Eve\r\x1b[2K\u009b31m\u202ealice',
};
const redis = new Redis(Number(REDIS_PORT), { maxRetriesPerRequest: 1 });
redis.on('error', () => undefined);

/** What a panel hands to the console: accounts with good names and bad ones, on Redis. */
const secondFactor = createSecondFactor<string>({
  passport,
  issuer: 'Test',
  keys: KEYS.split(','),
  store: redisStore(redis),
  storeTimeoutMs: 1500,
  account: (id) => ({ id, name: NAMES[id] as string, enrolled: id === 'gone', otherFactor: id === 'old' }),
  findUser: (id) => (Object.hasOwn(NAMES, id) ? id : id === 'Bob' ? 'bob' : unknown(id)),
});
secondFactor.events.on('disabled', ({ accountId, by, reason }) => {
  console.error('disabled', accountId, 'by', by, 'because', reason);
});
export default secondFactor;

function unknown(id: string): null {
  if (id === 'no uuid') throw new Error('invalid input syntax');
  return null;
}
