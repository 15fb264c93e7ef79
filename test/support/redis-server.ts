import { chownSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';

const HOST = '127.0.0.1';
const CONFIGURATION = 'redis.conf';

/** What is special about one server. */
export interface RedisServerOptions {
  /** Further arguments for `redis-server`, such as `['--appendonly', 'yes']`. Nothing is persisted by default. */
  readonly args?: readonly string[];
  /** Lines of a configuration file that the server itself may change, as Sentinel does. */
  readonly configuration?: readonly string[];
}

/** A real `redis-server` on a free port of the loopback interface. It ends with the process that started it. */
export interface RedisServer extends ServerProcess {
  readonly url: string;
}

/** Starts a Redis server and waits until it answers. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { args = [], configuration = [] } = options;
  const server = await startServer({
    name: 'redis-server',
    prepare(folder, { uid, gid }) {
      const file = join(folder, CONFIGURATION);
      writeFileSync(file, configuration.join('\n'));
      if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
    },
    command(folder, port) {
      const place = ['--bind', HOST, '--port', String(port), '--dir', folder];
      const quick = ['--save', '', '--appendonly', 'no'];
      return ['redis-server', join(folder, CONFIGURATION), ...place, ...quick, ...args];
    },
    ask: ping,
    signals: { stop: 'SIGTERM', kill: 'SIGKILL' },
  });
  return { ...server, url: `redis://${HOST}:${String(server.port)}` };
}

/** Resolves when a Redis server that has loaded its data listens on the port. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, HOST);
    const refuse = (why: string): void => {
      socket.destroy();
      reject(new Error(why));
    };
    socket.setTimeout(1000, () => refuse('no answer'));
    socket.once('error', ({ message }) => refuse(message));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      if (data.toString().startsWith('+PONG')) {
        socket.destroy();
        resolve();
      } else refuse(data.toString());
    });
  });
}
