import * as ioredis from 'ioredis';
import * as ioredis5 from 'ioredis5';
import * as nodeRedis5 from 'redis5';
import * as nodeRedis6 from 'redis';
import type { RedisStoreClient } from '../../adapters/redis-client.js';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A client that was not opened yet, with what tests do to it. */
export interface TestClient {
  readonly client: RedisStoreClient;
  /** Opens it and waits until it can be used. */
  open(): Promise<unknown>;
  /** Ends it at once. */
  close(): void;
}

/** A library in one major version, and how a panel makes its clients. */
export interface RedisLibrary {
  readonly name: string;
  /** Whether its clients can put a prefix of their own before every key. */
  readonly prefixes: boolean;
  client(address: Address): TestClient;
  /** With a prefix of its own, the protocol that is not the default, and replies mapped to something else. */
  awkwardClient(address: Address): TestClient;
  cluster(nodes: readonly Address[]): TestClient;
  /** With a prefix of its own, and replicas asked where that is possible. */
  awkwardCluster(nodes: readonly Address[]): TestClient;
  /** A client of the master that a Sentinel knows as `panel`. */
  sentinel(sentinel: Address): TestClient;
}

const RECONNECT_MILLISECONDS = 50;

export const LIBRARIES: readonly RedisLibrary[] = [
  ioredisLibrary('ioredis 5', ioredis5 as unknown as typeof ioredis, {}),
  ioredisLibrary('ioredis 6', ioredis, { replyMapping: 'resp3' }),
  nodeRedisLibrary('node-redis 5', nodeRedis5 as unknown as typeof nodeRedis6, false, { RESP: 3 }),
  nodeRedisLibrary('node-redis 6', nodeRedis6, true, { RESP: 2 }),
];

/** A pool of clients of node-redis. */
export function nodeRedisPool(address: Address): TestClient {
  return fromNodeRedis(nodeRedis6.createClientPool({ socket: socketOf(address), keyPrefix: 'pool:' }));
}

function ioredisLibrary(
  name: string,
  { Redis, Cluster }: typeof ioredis,
  protocol: { replyMapping?: 'resp3' },
): RedisLibrary {
  const lazy = { lazyConnect: true, retryStrategy: () => RECONNECT_MILLISECONDS };
  const pipelined = { lazyConnect: true, enableAutoPipelining: true };
  return {
    name,
    prefixes: true,
    client: (address) => fromIoredis(new Redis({ ...address, ...lazy })),
    awkwardClient: (address) =>
      fromIoredis(
        new Redis({
          ...address,
          ...lazy,
          ...pipelined,
          ...protocol,
          keyPrefix: 'panel[1]*:',
          stringNumbers: true,
          db: 3,
        }),
      ),
    cluster: (nodes) => fromIoredis(new Cluster([...nodes], { lazyConnect: true })),
    awkwardCluster: (nodes) =>
      fromIoredis(new Cluster([...nodes], { ...pipelined, keyPrefix: 'panel:', scaleReads: 'slave' })),
    sentinel: (sentinel) =>
      fromIoredis(new Redis({ sentinels: [sentinel], name: 'panel', failoverDetector: true, ...lazy })),
  };
}

function nodeRedisLibrary(
  name: string,
  { createClient, createCluster, createSentinel, RESP_TYPES }: typeof nodeRedis6,
  prefixes: boolean,
  protocol: { RESP: 2 | 3 },
): RedisLibrary {
  const prefix = (keyPrefix: string): object => (prefixes ? { keyPrefix } : {});
  const roots = (nodes: readonly Address[]): { rootNodes: { socket: Address }[] } => ({
    rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
  });
  return {
    name,
    prefixes,
    client: (address) => fromNodeRedis(createClient({ socket: socketOf(address) })),
    awkwardClient: (address) =>
      fromNodeRedis(
        createClient({
          ...protocol,
          ...prefix('panel[1]*:'),
          socket: socketOf(address),
          database: 3,
          commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String } },
        }),
      ),
    cluster: (nodes) => ending((defaults) => createCluster({ ...roots(nodes), defaults })),
    awkwardCluster: (nodes) =>
      ending((defaults) =>
        createCluster({
          ...roots(nodes),
          ...protocol,
          ...prefix('panel:'),
          defaults,
          useReplicas: true,
          minimizeConnections: true,
        }),
      ),
    sentinel: ({ host, port }) =>
      fromNodeRedis(
        createSentinel({
          ...prefix('panel:'),
          name: 'panel',
          sentinelRootNodes: [{ host, port }],
          replicaPoolSize: 1,
        }),
      ),
  };
}

function socketOf({ host, port }: Address): Address & { reconnectStrategy: number } {
  return { host, port, reconnectStrategy: RECONNECT_MILLISECONDS };
}

function fromIoredis(client: ioredis.Redis | ioredis.Cluster): TestClient {
  client.on('error', () => undefined);
  return { client, open: () => client.connect(), close: () => client.disconnect() };
}

type NodeRedisClient = RedisStoreClient & {
  readonly isOpen: boolean;
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
};

interface Defaults {
  socket: { reconnectStrategy(): number | false };
}

/** A cluster may still look for its nodes when it is destroyed: what connects then must not go on for ever. */
function ending(made: (defaults: Defaults) => NodeRedisClient): TestClient {
  let isClosed = false;
  const reconnectStrategy = (): number | false => (isClosed ? false : RECONNECT_MILLISECONDS);
  const present = fromNodeRedis(made({ socket: { reconnectStrategy } }));
  return {
    ...present,
    close() {
      isClosed = true;
      present.close();
    },
  };
}

function fromNodeRedis(client: NodeRedisClient): TestClient {
  client.on('error', () => undefined);
  return {
    client,
    open: () => client.connect(),
    close() {
      if (client.isOpen) void client.destroy();
    },
  };
}
