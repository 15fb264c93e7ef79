import { setTimeout as sleep } from 'node:timers/promises';
import {
  ONLY_MASTER,
  closedError,
  isUnknownScript,
  lastErrorOf,
  notConnectedError,
} from './redis-connection.js';
import type { ErrorSource, RedisConnection, RedisNode, ScriptReply } from './redis-connection.js';
import { SCRIPT, SCRIPT_SHA1 } from './redis-script.js';

/** How often a client that is not connected is looked at. */
const POLL_MILLISECONDS = 20;
/** Answers with the name that the client makes of a key. */
const KEY_SCRIPT = 'return KEYS[1]';

/** What each command is sent with. */
interface SendOptions {
  /** Takes a command that was not sent yet out of the client's queue. */
  readonly abortSignal?: AbortSignal;
  /** None, whatever the client maps replies to. */
  readonly typeMapping: Readonly<Record<number, undefined>>;
}

/** What all clients of node-redis have in common. */
interface NodeRedisBase extends ErrorSource {
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
 * Speaks to Redis through a client of node-redis, without listening to anything but its errors.
 *
 * node-redis rejects what was sent and not answered when the connection is lost; only its Sentinel client
 * sends it again.
 */
export function nodeRedisConnection(client: AnyNodeRedisClient): RedisConnection {
  const ready = readiness(client);
  let prefix: string | undefined;

  /** Asks: no major tells it in the same place, and commands as they are sent go past it. */
  async function keyPrefix(name: string, signal?: AbortSignal): Promise<string> {
    await ready(signal);
    prefix ??= String(await client.eval(KEY_SCRIPT, { keys: [name] })).slice(0, -name.length);
    signal?.throwIfAborted();
    return prefix;
  }

  function send(key: string, args: string[], signal?: AbortSignal): Promise<unknown> {
    if (isCluster(client))
      return dispatched(signal, (options) => client.sendCommand(key, false, args, options));
    if (isSentinel(client)) return dispatched(signal, (options) => client.sendCommand(false, args, options));
    return dispatched(signal, (options) => client.sendCommand(args, options));
  }

  return {
    keyPrefix,

    // Commands are sent as such that write, which go to masters alone.
    readsReplicas: false,

    async read(name, deadline) {
      const signal = deadline?.signal;
      const key = (await keyPrefix(name, signal)) + name;
      return (await send(key, ['GET', key], signal)) as string | null;
    },

    async runScript(name, values, deadline) {
      const signal = deadline?.signal;
      const key = (await keyPrefix(name, signal)) + name;
      let resends = 0;
      const evaluate = async (command: string, script: string): Promise<ScriptReply> => {
        resends -= 1;
        const watched = isSentinel(client) ? watchedSignal(signal, () => (resends += 1)) : signal;
        const reply = await send(key, [command, script, '1', key, ...values], watched);
        return { reply, resent: resends > 0 };
      };
      try {
        return await evaluate('EVALSHA', SCRIPT_SHA1);
      } catch (error) {
        if (!isUnknownScript(error)) throw error;
        return evaluate('EVAL', SCRIPT);
      }
    },

    async *masters(signal) {
      await ready(signal);
      if (isCluster(client)) yield* presentMasters(client, signal);
      else yield { name: ONLY_MASTER, send: (...command) => send('', command, signal) };
    },
  };
}

/** Every master the cluster has; rejects when the client does not know one of them: its keys would be missing. */
async function* presentMasters(cluster: NodeRedisCluster, signal?: AbortSignal): AsyncGenerator<RedisNode> {
  const nodes: RedisNode[] = [];
  for (const master of cluster.masters) {
    const client = (await cluster.nodeClient(master as never)) as NodeRedisClient;
    nodes.push({
      name: `The Redis master ${master.address}`,
      send: (...command) => dispatched(signal, (options) => client.sendCommand(command, options)),
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

/** Sends; a command that still waits at the signal is never sent. */
async function dispatched(
  signal: AbortSignal | undefined,
  send: (options: SendOptions) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await send({ ...(signal && { abortSignal: signal }), typeMapping: {} });
  } catch (error) {
    signal?.throwIfAborted(); // with its own reason: the client says "aborted"
    throw error;
  }
}

/**
 * A signal that aborts with another one.
 *
 * @param queued is called each time the client queues a command with it: again when it sends the command again
 */
function watchedSignal(signal: AbortSignal | undefined, queued: () => void): AbortSignal {
  const watched = AbortSignal.any(signal ? [signal] : []);
  watched.addEventListener = (...listener: Parameters<AbortSignal['addEventListener']>) => {
    queued();
    EventTarget.prototype.addEventListener.apply(watched, listener);
  };
  return watched;
}

/** Resolves once the client can take a command; rejects when it never will, and soon after the signal. */
function readiness(client: AnyNodeRedisClient): (signal?: AbortSignal) => Promise<void> {
  const lastError = lastErrorOf(client);
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

  return async (signal) => {
    lastError.follow();
    if (!client.isOpen && !opened) open();
    let wasOpen = false;
    while (!isReady(client)) {
      wasOpen ||= client.isOpen;
      if (failure !== undefined) throw new Error('the Redis client cannot connect', { cause: failure });
      // One that is closed while it connects may never tell.
      if (!client.isOpen && (opening === null || wasOpen)) throw closedError(lastError.value);
      if (signal?.aborted === true) {
        throw notConnectedError(client.isOpen ? 'connecting' : 'closed', lastError.value);
      }
      await sleep(POLL_MILLISECONDS, undefined, { signal, ref: false }).catch(() => undefined);
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
