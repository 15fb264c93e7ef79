import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import type { Address } from './redis-clients.js';

const POLL_MILLISECONDS = 20;

/** Starts a Sentinel that alone decides on failovers of the master it calls `panel`. */
export function startSentinel(master: Address): Promise<RedisServer> {
  const configuration = [
    `sentinel monitor panel ${master.host} ${String(master.port)} 1`,
    'sentinel down-after-milliseconds panel 500',
    'sentinel failover-timeout panel 5000',
  ];
  return startRedis({ args: ['--sentinel'], configuration });
}

/** A master, its replica and a Sentinel that knows both. */
export async function startReplicated(): Promise<{
  master: RedisServer;
  replica: RedisServer;
  sentinel: RedisServer;
}> {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', master.host, String(master.port)] });
  await waitFor(replica, 'INFO', (info) => String(info).includes('master_link_status:up'));
  const sentinel = await startSentinel(master);
  await waitFor(sentinel, 'INFO', (info) => String(info).includes('slaves=1'));
  return { master, replica, sentinel };
}

/** Asks a server over and over until it answers as wanted. */
export async function waitFor(
  server: RedisServer,
  command: string,
  wanted: (reply: unknown) => boolean,
): Promise<void> {
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const [name = '', ...args] = command.split(' ');
  while (!wanted(await client.call(name, ...args))) await sleep(POLL_MILLISECONDS);
  client.disconnect();
}
