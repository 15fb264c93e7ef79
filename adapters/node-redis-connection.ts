import { setTimeout as sleep } from 'node:timers/promises';
import {
  ONLY_MASTER,
  READY_MILLISECONDS,
  closedError,
  inTime,
  isUnknownScript,
  notConnectedError,
} from './redis-connection.js';
import type { RedisConnection, RedisNode } from './redis-connection.js';
import { SCRIPT, SCRIPT_SHA1 } from './redis-script.js';

/** How often a client that is not connected is looked at. */
const POLL_MILLISECONDS = 20;
/** Answers with the name that the client makes of the key `k`. */
const KEY_SCRIPT = 'return KEYS[1]';

/** What each command is sent with. */
interface SendOptions {
  /** Takes a command that was not sent yet out of the client's queue. */
  readonly abortSignal: AbortSignal;
  /** None, whatever the client maps replies to. */
  readonly typeMapping: Readonly<Record<number, undefined>>;
}

/** What all clients of node-redis have in common. */
interface NodeRedisBase {
  readonly isOpen: boolean;
  /** A pool has none: it connects as it needs. Nor has a cluster of node-redis 5. */
  readonly isReady?: boolean;
  connect(): Promise<unknown>;
  eval(script: string, options: { keys: string[] }): Promise<unknown>;
}

/** The part that is used of a node-redis (5 or 6) client, and of a pool of clients. */
export interface NodeRedisClient extends NodeRedisBase {
  sendCommand(args: string[], options: SendOptions): Promise<unknown>;
}

/** The part of a node-redis (5 or 6) cluster that is used. */
export interface NodeRedisCluster extends NodeRedisBase {
  readonly masters: readonly { readonly id: string; readonly address: string }[];
  /** Takes one of {@link masters}. */
  nodeClient(node: never): unknown;
  sendCommand(key: string, readOnly: boolean, args: string[], options: SendOptions): Promise<unknown>;
}

/** The part of a node-redis (5 or 6) Sentinel client that is used. */
export interface NodeRedisSentinel extends NodeRedisBase {
  getMasterNode(): unknown;
  sendCommand(readOnly: boolean, args: string[], options: SendOptions): Promise<unknown>;
}

/** What node-redis brings: `createClient`, `createClientPool`, `createCluster`, `createSentinel`. */
export type AnyNodeRedisClient = NodeRedisClient | NodeRedisCluster | NodeRedisSentinel;

/**
 * Speaks to Redis through a client of node-redis, without listening to it.
 *
 * node-redis rejects what was sent and not answered when the connection is lost; only its Sentinel client
 * sends it again, and is kept from it here. So the script never runs twice.
 */
export function nodeRedisConnection(client: AnyNodeRedisClient): RedisConnection {
  const ready = readiness(client);
  let prefix: string | undefined;

  /** Asks: no major tells it in the same place, and commands as they are sent go past it. */
  async function keyPrefix(): Promise<string> {
    await ready();
    prefix ??= String(await inTime(client.eval(KEY_SCRIPT, { keys: ['k'] }))).slice(0, -1);
    return prefix;
  }

  function send(key: string, args: string[]): Promise<unknown> {
    if (isCluster(client)) return dispatched((options) => client.sendCommand(key, false, args, options));
    if (isSentinel(client)) return sentOnce((options) => client.sendCommand(false, args, options));
    return dispatched((options) => client.sendCommand(args, options));
  }

  return {
    keyPrefix,

    async runScript(name, values) {
      const key = (await keyPrefix()) + name;
      try {
        const reply = await send(key, ['EVALSHA', SCRIPT_SHA1, '1', key, ...values]);
        return { reply, repeated: false };
      } catch (error) {
        if (!isUnknownScript(error)) throw error;
        return { reply: await send(key, ['EVAL', SCRIPT, '1', key, ...values]), repeated: false };
      }
    },

    async *masters() {
      await ready();
      if (isCluster(client)) yield* presentMasters(client);
      else yield { name: ONLY_MASTER, send: (...command) => send('', command) };
    },
  };
}

/** Every master the cluster has; rejects when the client does not know one of them: its keys would be missing. */
async function* presentMasters(cluster: NodeRedisCluster): AsyncGenerator<RedisNode> {
  const nodes: RedisNode[] = [];
  for (const master of cluster.masters) {
    const client = (await inTime(Promise.resolve(cluster.nodeClient(master as never)))) as NodeRedisClient;
    nodes.push({
      name: `The Redis master ${master.address}`,
      send: (...command) => dispatched((options) => client.sendCommand(command, options)),
    });
  }
  const slots = await nodes[0]?.send('CLUSTER', 'SLOTS');
  const present = new Set(
    (slots as [number, number, [string, number, string]][]).map(([, , node]) => node[2]),
  );
  const known = cluster.masters.map(({ id }) => id);
  if (known.some((id) => !present.has(id)) || known.length !== present.size) {
    throw new Error(
      'the Redis client does not know all masters of the cluster yet, after one of them changed',
    );
  }
  yield* nodes;
}

/** Sends in bounded time; a command that still waits then is never sent. */
async function dispatched(send: (options: SendOptions) => Promise<unknown>): Promise<unknown> {
  const controller = new AbortController();
  try {
    return await inTime(send({ abortSignal: controller.signal, typeMapping: {} }));
  } finally {
    controller.abort();
  }
}

/**
 * As {@link dispatched}, for a client that would send a command again after its connection was lost: the
 * queue lets go of the signal when it writes the command, and from then on refuses the same one.
 */
function sentOnce(send: (options: SendOptions) => Promise<unknown>): Promise<unknown> {
  return dispatched(({ abortSignal, typeMapping }) => {
    const once = new AbortController();
    const { signal } = once;
    signal.removeEventListener = (...listener: Parameters<AbortSignal['removeEventListener']>) => {
      EventTarget.prototype.removeEventListener.apply(signal, listener);
      once.abort();
    };
    abortSignal.addEventListener('abort', () => once.abort());
    return send({ abortSignal: signal, typeMapping });
  });
}

/** Resolves once the client can take a command; rejects when it cannot within a bounded time. */
function readiness(client: AnyNodeRedisClient): () => Promise<void> {
  let opened = false;
  let opening: Promise<unknown> | null = null;
  let failure: unknown;

  /** A client that was never opened. A cluster whose nodes were all down is opened again. */
  function open(): void {
    failure = undefined;
    opening ??= client
      .connect()
      .catch((error: unknown) => (failure = error))
      .finally(() => (opening = null));
  }

  return async () => {
    if (!client.isOpen && !opened) open();
    const deadline = performance.now() + READY_MILLISECONDS;
    while (!isReady(client)) {
      if (failure !== undefined) throw new Error('the Redis client cannot connect', { cause: failure });
      if (!client.isOpen && opening === null) throw closedError();
      if (performance.now() >= deadline) throw notConnectedError(client.isOpen ? 'connecting' : 'closed');
      await sleep(POLL_MILLISECONDS);
    }
    opened = true;
  };
}

function isReady(client: AnyNodeRedisClient): boolean {
  const knowsMasters = !isCluster(client) || client.masters.length > 0;
  return client.isOpen && knowsMasters && (client.isReady ?? true);
}

function isCluster(client: AnyNodeRedisClient): client is NodeRedisCluster {
  return 'nodeClient' in client;
}

function isSentinel(client: AnyNodeRedisClient): client is NodeRedisSentinel {
  return 'getMasterNode' in client;
}
