import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

const HOST = '127.0.0.1';
/** Below the ports that systems hand out themselves, to connections and to `listen(0)`: 32768 and up on Linux. */
const FIRST_PORT = 10_000;
/** Each process has ports of its own, so that none is taken between a stop and a restart. */
const PORTS_PER_PROCESS = 100;
const SLICES = 220;

/** Kills the server and removes its folder when this process is gone, however it went. */
const GUARD = `cat >/dev/null
pid=$(cat "$1/pid" 2>/dev/null) && { kill -CONT "$pid"; kill -"$2" "$pid"; }
for tenth in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" || break; sleep 0.1; done
kill -9 "$pid"
rm -rf "$1"`;

/** What is special about one kind of database server. */
export interface ServerKind {
  readonly name: string;
  /** Fills the folder, once. Whatever it starts has to run as `user`. */
  readonly prepare: (folder: string, user: ServerUser) => void;
  /** The server, to be run in the foreground. */
  readonly command: (folder: string, port: number) => readonly [program: string, ...args: string[]];
  /** Resolves when the server on the port does its work; rejects while it does not, or has another folder. */
  readonly ask: (port: number, folder: string) => Promise<void>;
  /** Ends it in an orderly way without waiting for clients, and as a power cut does. */
  readonly signals: { readonly stop: NodeJS.Signals; readonly kill: NodeJS.Signals };
}

/** Whom a server runs as: databases refuse to be run by root. Empty for somebody who is not root. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** A real server on a free port of the loopback interface. It ends with the process that started it. */
export interface ServerProcess {
  readonly host: string;
  readonly port: number;
  /** Ends it in an orderly way, as an operator does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same port and in the same folder. */
  restart(): Promise<void>;
  /** Freezes its first process: connections are not taken any more, but not refused either. */
  pause(): void;
  resume(): void;
}

/** Starts a server in a folder of its own and waits until it answers. */
export async function startServer(kind: ServerKind): Promise<ServerProcess> {
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), `${kind.name}-`));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder, kind.signals.kill.slice('SIG'.length)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  kind.prepare(folder, user);

  let port = await freePort();
  let child: ChildProcess | undefined = await launch(kind, folder, port, user).catch(async () => {
    port = await freePort(); // taken meanwhile
    return launch(kind, folder, port, user);
  });

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
    stop: () => end(kind.signals.stop),
    kill: () => end(kind.signals.kill),
    async restart() {
      await end(kind.signals.stop);
      child = await launch(kind, folder, port, user);
    },
    pause() {
      child?.kill('SIGSTOP');
      // The signal arrives a moment later; Linux tells when it did.
      while (existsSync('/proc/self/stat') && child && !stateOf(child).includes(') T '));
    },
    resume: () => void child?.kill('SIGCONT'),
  };
}

async function launch(
  kind: ServerKind,
  folder: string,
  port: number,
  user: ServerUser,
): Promise<ChildProcess> {
  const pidFile = join(folder, 'pid');
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const [program, ...args] = kind.command(folder, port);
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', log, log], ...user });
  closeSync(log);
  child.unref();
  await once(child, 'spawn');
  writeFileSync(pidFile, String(child.pid));
  child.once('exit', () => rmSync(pidFile, { force: true }));

  const started = await eventually(`${kind.name} to start`, async () => {
    if (hasEnded(child)) return false;
    await kind.ask(port, folder);
    return true;
  }).catch((cause: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${kind.name} did not start:\n${readFileSync(logFile, 'utf8')}`, { cause });
  });
  if (!started) throw new Error(`${kind.name} ended at once:\n${readFileSync(logFile, 'utf8')}`);
  return child;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function stateOf({ pid }: ChildProcess): string {
  return readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
}

function unprivileged(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

let portsGiven = 0;

/** The next port of this process that nobody listens on. */
async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS_PER_PROCESS; tried++) {
    const port = FIRST_PORT + (process.pid % SLICES) * PORTS_PER_PROCESS + (portsGiven++ % PORTS_PER_PROCESS);
    if (await isFree(port)) return port;
  }
  throw new Error('every port of this process is taken');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
