import { Redis } from 'ioredis';
import { until } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import type { Address } from './redis-clients.js';

/** Longer than any test. */
const NEVER_MILLISECONDS = 86_400_000;
/** More than there are, so that Sentinel fails over when it is told to and never by itself. */
const QUORUM = 2;
/** Starts a Sentinel that calls its master `panel`, and fails over when it is told to, however slow the machine is. */
export async function startSentinel(master: Address): Promise<RedisServer> {
  const configuration = [
    `sentinel monitor panel ${master.host} ${String(master.port)} ${String(QUORUM)}`,
    'sentinel down-after-milliseconds panel 1000', // it only tells so
    `sentinel failover-timeout panel ${String(NEVER_MILLISECONDS)}`,
  ];
  const sentinel = await startRedis({ args: ['--sentinel'], configuration });
  // It would do nothing for 30 s after its process had to wait for 2 s. Before Redis 7 that cannot be told.
  await ask(sentinel, 'SENTINEL', 'DEBUG', 'tilt-trigger', NEVER_MILLISECONDS).catch(() => undefined);
  return sentinel;
}

/** A master behind a proxy through which everybody knows it, its replica and a Sentinel that knows both. */
export async function startReplicated(): Promise<{
  master: RedisServer;
  way: TcpProxy;
  replica: RedisServer;
  sentinel: RedisServer;
}> {
  const master = await startRedis();
  const way = await startTcpProxy(master);
  const replica = await startRedis({ args: ['--replicaof', way.host, String(way.port)] });
  await until('the replica to follow', async () =>
    String(await ask(replica, 'INFO')).includes('master_link_status:up'),
  );
  const sentinel = await startSentinel(way);
  await until('Sentinel to find the replica', async () =>
    String(await ask(sentinel, 'INFO')).includes('slaves=1'),
  );
  return { master, way, replica, sentinel };
}

/** Has a Sentinel fail over, and waits until it tells the address of the replica. */
export async function failOverTo(replica: RedisServer, sentinel: RedisServer): Promise<void> {
  await until('Sentinel to tell the new master', async () => {
    const address = await ask(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'panel');
    if ((address as string[])[1] === String(replica.port)) return true;
    // It refuses while it is about it, and before it has heard of the replica; it may also give up.
    await ask(sentinel, 'SENTINEL', 'FAILOVER', 'panel').catch(() => undefined);
    return false;
  });
}

/** Waits until a Sentinel tells that its master is down. */
export function toldDown(sentinel: RedisServer): Promise<void> {
  return until('Sentinel to call the master down', async () =>
    String(await ask(sentinel, 'SENTINEL', 'MASTER', 'panel')).includes('s_down'),
  );
}

/** Asks a server once, over a connection of its own. */
export async function ask(
  server: RedisServer,
  command: string,
  ...args: (string | number)[]
): Promise<unknown> {
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}
