import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';
const START_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 10;
const PORTS_TRIED = 5;
const CONFIGURATION = 'redis.conf';

/** Kills the server and removes its folder when this process is gone, however it went. */
const GUARD = 'cat >/dev/null; [ -f "$1/pid" ] && kill -9 "$(cat "$1/pid")"; rm -rf "$1"';

/** What is special about one server. */
export interface RedisServerOptions {
  /** Further arguments for `redis-server`, such as `['--appendonly', 'yes']`. Nothing is persisted by default. */
  readonly args?: readonly string[];
  /** Lines of a configuration file that the server itself may change, as Sentinel does. */
  readonly configuration?: readonly string[];
}

/** A real `redis-server` on a free port of the loopback interface. It ends with the process that started it. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Ends it in an orderly way, as an operator does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same port and in the same folder. */
  restart(): Promise<void>;
  /** Freezes it: connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
}

/** Starts a Redis server and waits until it answers. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();

  writeFileSync(join(folder, CONFIGURATION), (options.configuration ?? []).join('\n'));
  const start = (port: number): Promise<ChildProcess> => launch(folder, port, options.args ?? []);
  let port = 0;
  let child: ChildProcess | undefined;
  for (let tried = 1; child === undefined; tried++) {
    port = await freePort();
    child = await start(port).catch((error: unknown) => {
      if (tried === PORTS_TRIED) throw error;
      return undefined;
    });
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || hasEnded(ending)) return;
    ending.ref();
    const ended = once(ending, 'exit');
    ending.kill('SIGCONT');
    ending.kill(signal);
    await ended;
  };

  return {
    host: HOST,
    port,
    url: `redis://${HOST}:${String(port)}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      child = await start(port);
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}

async function launch(folder: string, port: number, args: readonly string[]): Promise<ChildProcess> {
  const log = join(folder, 'log');
  const pidFile = join(folder, 'pid');
  const place = ['--bind', HOST, '--port', String(port), '--dir', folder, '--logfile', log];
  const quick = ['--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [join(folder, CONFIGURATION), ...place, ...quick, ...args], {
    stdio: 'ignore',
  });
  child.unref();
  await once(child, 'spawn');
  writeFileSync(pidFile, String(child.pid));
  child.once('exit', () => rmSync(pidFile, { force: true }));

  const deadline = Date.now() + START_MILLISECONDS;
  while (!(await answers(port))) {
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`redis-server did not start:\n${readFileSync(log, 'utf8')}`);
    }
    await sleep(POLL_MILLISECONDS);
  }
  return child;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether a Redis server that has loaded its data listens on the port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
