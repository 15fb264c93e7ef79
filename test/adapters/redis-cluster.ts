import { Redis } from 'ioredis';
import { until } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';

const SLOTS = 16_384;
const MASTERS = 3;
/** Longer than any test: no master calls another one down by itself, however slow the machine is. */
const NEVER_MILLISECONDS = 86_400_000;

/** A Redis Cluster of three masters without replicas. */
export async function startRedisCluster(): Promise<readonly RedisServer[]> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NEVER_MILLISECONDS)];
  const servers: RedisServer[] = [];
  for (let count = 0; count < MASTERS; count++) servers.push(await startRedis({ args }));

  const clients = servers.map(({ url }) => new Redis(url));
  for (const [index, client] of clients.entries()) {
    const first = Math.floor((index * SLOTS) / MASTERS);
    const last = Math.floor(((index + 1) * SLOTS) / MASTERS) - 1;
    await client.cluster('ADDSLOTSRANGE', first, last);
    await client.cluster('SET-CONFIG-EPOCH', index + 1);
  }
  for (const { host, port } of servers.slice(1)) await clients[0]?.cluster('MEET', host, port);
  for (const client of clients) client.disconnect();
  await waitForCluster(servers);
  return servers;
}

/** Waits until every master takes commands; after a start that is two seconds. */
export async function waitForCluster(servers: readonly RedisServer[]): Promise<void> {
  for (const { url } of servers) {
    const client = new Redis(url);
    await until('a master to take commands', () => knowsAll(client));
    client.disconnect();
  }
}

async function knowsAll(client: Redis): Promise<boolean> {
  const info = await client.cluster('INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_size:${String(MASTERS)}`);
}
