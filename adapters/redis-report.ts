import type { StoreReport } from '../lib/vault/store.js';
import type { RedisConnection, RedisNode } from './redis-connection.js';

/** What a server tells of how it keeps keys; `null` where it does not tell. */
export interface RedisSettings {
  /** `maxmemory-policy`. */
  readonly policy: string | null;
  /** `maxmemory` in bytes; 0 is no limit. */
  readonly maximumBytes: number | null;
  /** `appendonly`. */
  readonly appendOnly: boolean | null;
  /** `save`: when snapshots are made; empty is never. */
  readonly snapshots: string | null;
}

/** What may lose records. */
interface RedisRisks {
  /** Settings that lose records, in whole sentences with the fix. */
  readonly found: readonly string[];
  /** What the server does not tell, as managed ones may, in whole sentences with what to look at. */
  readonly unknown: readonly string[];
}

/**
 * Checks the settings of one server.
 *
 * - A limit on memory with any policy but `noeviction` is a risk. Records have no time to live, so that
 *   `volatile-*` passes them by, but one `EXPIRE` of another program is enough to change that.
 * - `allkeys-*` is a risk without a limit too: whoever sets one at run time need not know of this panel.
 *   `volatile-*` is none then.
 * - Neither an append-only file nor snapshots is a risk: a restart forgets everything.
 *
 * @param server what to call it at the beginning of a sentence
 */
export function assessRedis(server: string, settings: RedisSettings): RedisRisks {
  const { policy, maximumBytes, appendOnly, snapshots } = settings;
  const found: string[] = [];
  const unknown: string[] = [];
  const consequence = 'an account whose record is gone is back to the password alone';

  if (policy === null) {
    unknown.push(
      `${server} does not tell its maxmemory-policy, so that eviction could not be checked: ` +
        'make sure that it is noeviction.',
    );
  } else if (policy !== 'noeviction' && (maximumBytes !== 0 || policy.startsWith('allkeys-'))) {
    const when = maximumBytes === 0 ? 'as soon as maxmemory is set' : 'when memory is short';
    const which = policy.startsWith('volatile-') ? 'records that were given a time to live' : 'records';
    found.push(
      `${server} may evict ${which} ${when} (maxmemory-policy ${policy}), and ${consequence}: ` +
        'set maxmemory-policy noeviction.',
    );
  }

  if (appendOnly === true) return { found, unknown };
  if (appendOnly === false && snapshots === '') {
    found.push(
      `${server} keeps nothing on disk (appendonly no, save ""), a restart forgets all records, and ` +
        `${consequence}: set appendonly yes.`,
    );
  } else if (appendOnly === null || snapshots === null) {
    unknown.push(
      `${server} does not tell whether it keeps anything on disk, so that it could not be checked: ` +
        'make sure that it has appendonly yes, or the persistence of whoever runs it.',
    );
  }
  return { found, unknown };
}

/** The risks of every master, each told once. */
export async function redisRisks(connection: RedisConnection, signal?: AbortSignal): Promise<RedisRisks> {
  const found: string[] = [];
  const unknown: string[] = [];
  for await (const node of connection.masters(signal)) {
    const risks = assessRedis(node.name, await readSettings(node));
    found.push(...risks.found);
    unknown.push(...risks.unknown);
  }
  return { found, unknown };
}

/** The clock of one master, and what may lose records on any of them. */
export async function redisReport(connection: RedisConnection, signal?: AbortSignal): Promise<StoreReport> {
  const { found, unknown } = await redisRisks(connection, signal);
  return { warnings: [...found, ...unknown], serverTime: await readTime(connection, signal) };
}

async function readTime(connection: RedisConnection, signal?: AbortSignal): Promise<number | null> {
  for await (const node of connection.masters(signal)) {
    const [seconds, microseconds] = ((await unlessRefused(node, 'TIME')) ?? []) as unknown[];
    const milliseconds = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    return Number.isFinite(milliseconds) ? milliseconds : null;
  }
  return null;
}

async function readSettings(node: RedisNode): Promise<RedisSettings> {
  const info = await unlessRefused(node, 'INFO');
  const told = parseInfo(typeof info === 'string' ? info : '');
  const setting = async (name: string): Promise<string | null> =>
    parseConfig(await unlessRefused(node, 'CONFIG', 'GET', name), name);

  const aof = told.get('aof_enabled');
  const maximum = told.get('maxmemory') ?? (await setting('maxmemory'));
  const appendOnly = aof === undefined ? await setting('appendonly') : aof === '1' ? 'yes' : 'no';
  return {
    policy: told.get('maxmemory_policy') ?? (await setting('maxmemory-policy')),
    maximumBytes: maximum === null ? null : Number(maximum),
    appendOnly: appendOnly === null ? null : appendOnly === 'yes',
    snapshots: appendOnly === 'yes' ? null : await setting('save'),
  };
}

/** `null` when the server does not know the command, or not for us: managed ones forbid `CONFIG`. */
async function unlessRefused(node: RedisNode, command: string, ...args: string[]): Promise<unknown> {
  try {
    return await node.send(command, ...args);
  } catch (error) {
    if (error instanceof Error && /^(ERR|NOPERM)\b/.test(error.message)) return null;
    throw error;
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').map((line) => /^([^#:]+):(.*)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? ''] as const] : [])));
}

/** A list of names and values in RESP2, a map in RESP3, which clients give as one or as an object. */
function parseConfig(reply: unknown, name: string): string | null {
  if (typeof reply !== 'object' || reply === null) return null;
  const value = Array.isArray(reply)
    ? (reply[1] as unknown)
    : reply instanceof Map
      ? (reply.get(name) as unknown)
      : (reply as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}
