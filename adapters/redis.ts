import { SecondFactorError } from '../lib/errors.js';
import { knownOnly } from '../lib/known-only.js';
import type { Deadline, Store } from '../lib/vault/store.js';
import { redisConnection } from './redis-client.js';
import type { RedisStoreClient } from './redis-client.js';
import type { RedisConnection, ScriptReply } from './redis-connection.js';
import { redisReport, redisRisks } from './redis-report.js';

const DEFAULT_PREFIX = 'second-factor:';
/** What the script replies to a swap that was made. */
const SWAPPED = 1;
/** How long a server that was a master is taken for one. A script that a replica refuses asks it anew. */
const MASTER_MILLISECONDS = 1000;
/** What is read where another program has put something other than a text under the key: no key of the ring opens it. */
const NO_TEXT = '';
/** How many keys Redis looks at before it answers a SCAN, and others get their turn. */
const KEYS_PER_SCAN = 500;

/** The options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * Put before every key, and ends in a colon. Applications that share one Redis need one each. Default
   * `second-factor:`.
   */
  readonly prefix?: string | undefined;
}

/**
 * A store in Redis (2.6 or later), Redis Cluster or behind Redis Sentinel, one key per account, never with a time to
 * live.
 *
 * Reads and swaps are one script on the master: atomic, and never answered by a replica, whatever `scaleReads` or
 * `useReplicas` say. Only requests of users who are signed in, `rekey` and `check` read by a plain `GET`, and once a second by the script,
 * so they notice within a second that their server has become a replica. Connections and replies are waited for until
 * the deadline of the call (`storeTimeoutMs`); what was not sent by then is never sent. A client that was not opened
 * yet is connected. No client is ever closed.
 *
 * Give this Redis `maxmemory-policy noeviction` and persistence: an account whose record is gone has no second factor
 * any more. `inspect()` tells when it has not, and so does a warning of the process with the code
 * `SECOND_FACTOR_STORE_MAY_LOSE`, once per store, after its first answer.
 *
 * Methods reject with an `Error` when the client is closed or not connected in time, when Redis refuses, and when the
 * client lost the answer. Clients that send such a command again (ioredis, `createSentinel`) make a swap once. If the
 * value was changed or deleted before the second sending, the answer is `null`: the swap may have been made before.
 * Only a first value that was deleted in between is set again. `list()` may miss accounts whose keys are moved to
 * another master at that moment.
 *
 * @param client of ioredis 5 or 6, a `Redis` (also with `sentinels`) or `Cluster`; or of node-redis 5 or 6, made by
 *   `createClient`, `createClientPool`, `createCluster` or `createSentinel`; also with `keyPrefix`
 * @throws {SecondFactorError} `store-invalid`, `option-unknown`, `option-invalid`; the message says what to hand in
 *   instead
 *
 * @example
 * import { Redis } from 'ioredis';
 * import { redisStore } from 'passport-second-factor/redis';
 * const store = redisStore(new Redis(), { prefix: 'panel:second-factor:' });
 */
export function redisStore(client: RedisStoreClient, options: RedisStoreOptions = {}): Store {
  const connection = redisConnection(client);
  const prefix = checkedPrefix(options);
  const keyOf = (accountId: string): string => prefix + encodeURIComponent(accountId);

  let warned = false;
  /** When the script last ran, which a replica refuses. */
  let masterAt = -Infinity;

  async function runScript(
    accountId: string,
    values: readonly string[],
    deadline?: Deadline,
  ): Promise<ScriptReply> {
    const answer = await connection.runScript(keyOf(accountId), values, deadline);
    if (!warned) {
      warned = true;
      void warnOfRisks(connection);
    }
    return answer;
  }

  async function readByScript(accountId: string, deadline?: Deadline): Promise<string | null> {
    const askedAt = performance.now();
    const { reply } = await runScript(accountId, [], deadline);
    masterAt = askedAt;
    return reply as string | null;
  }

  const readFromMaster: Store['get'] = (accountId, deadline) =>
    readByScript(accountId, deadline).catch(noTextIfWrongType);

  return {
    get: readFromMaster,

    peek(accountId, deadline) {
      const isMaster = performance.now() - masterAt < MASTER_MILLISECONDS;
      return isMaster && !connection.readsReplicas
        ? connection.read(keyOf(accountId), deadline).catch(noTextIfWrongType)
        : readFromMaster(accountId, deadline);
    },

    async compareAndSet(accountId, expected, next, deadline) {
      const values = [expected, next].map((value) => (value === null ? '' : `=${value}`));
      const { reply, resent } = await runScript(accountId, values, deadline);
      if (Number(reply) === SWAPPED) return true;
      return resent ? null : false;
    },

    async *list(deadline) {
      const listedPrefix = (await connection.keyPrefix(prefix, deadline?.signal)) + prefix;
      const listed = new Set<string>();
      for await (const key of scan(connection, `${escapeGlob(listedPrefix)}*`, deadline?.signal)) {
        const accountId = decodeAccountId(key.slice(listedPrefix.length));
        if (accountId === null || listed.has(accountId)) continue;
        listed.add(accountId);
        yield accountId;
      }
    },

    inspect: (deadline) => redisReport(connection, deadline?.signal),
  };
}

/** For a key under which another program has put a list or the like. A script's error does not begin with its kind. */
function noTextIfWrongType(error: unknown): string {
  if (error instanceof Error && /\bWRONGTYPE\b/.test(error.message)) return NO_TEXT;
  throw error;
}

/** Nobody waits for it, and a server that does not answer shows where it matters. */
async function warnOfRisks(connection: RedisConnection): Promise<void> {
  const { found } = await redisRisks(connection).catch(() => ({ found: [] }));
  if (found.length === 0) return;
  process.emitWarning(found.join(' '), { code: 'SECOND_FACTOR_STORE_MAY_LOSE' });
}

/** The keys that match a glob pattern, on all masters; one key may come more than once. */
async function* scan(
  connection: RedisConnection,
  pattern: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const count = String(KEYS_PER_SCAN);
  for await (const node of connection.masters(signal)) {
    let cursor = '0';
    do {
      const page = await node.send('SCAN', cursor, 'MATCH', pattern, 'COUNT', count);
      const [next, keys] = page as [cursor: unknown, keys: string[]];
      yield* keys;
      cursor = String(next);
    } while (cursor !== '0');
  }
}

/** `null` when the key is not one of ours: a longer prefix of another store begins with this one. */
function decodeAccountId(encoded: string): string | null {
  try {
    const accountId = decodeURIComponent(encoded);
    return accountId !== '' && encodeURIComponent(accountId) === encoded ? accountId : null;
  } catch {
    return null;
  }
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

function checkedPrefix(options: unknown): string {
  const { prefix = DEFAULT_PREFIX } = knownOnly(options, ['prefix'], 'redisStore option');
  if (typeof prefix === 'string' && prefix.endsWith(':')) return prefix;
  const got = typeof prefix === 'string' ? 'one that does not' : typeof prefix;
  throw new SecondFactorError(
    'option-invalid',
    `redisStore(client, { prefix }): prefix must end in a colon, such as '${DEFAULT_PREFIX}', got ${got}`,
  );
}
