import { once } from 'node:events';
import { Client } from '../../test/support/client.js';
import { enable } from '../../test/support/people.js';
import { codeNow } from './accounts.js';
import type { Told } from './application.js';
import type { ApplicationName, Settings } from './applications.js';
import { autocannon } from './peers.js';
import { startProgram } from './program.js';

/** An application in a process of its own. */
export interface Running {
  readonly name: ApplicationName;
  readonly port: number;
  /** What the process tells of itself. */
  ask(question: keyof Told): Promise<number>;
  stop(): void;
}

/** Starts an application. It ends with this process. */
export async function start(
  settings: Settings,
  of?: 'built' | 'sources',
  flags?: readonly string[],
): Promise<Running> {
  const child = startProgram('application.ts', [JSON.stringify(settings)], of, flags);
  const next = async (): Promise<number> => {
    const [answer] = (await once(child, 'message')) as [number];
    return answer;
  };
  const port = await next();
  return {
    name: settings.name,
    port,
    ask(question) {
      const answer = next();
      child.send(question);
      return answer;
    },
    stop: () => void child.kill(),
  };
}

/** The cookies of somebody who may see what is guarded. */
export async function cookieOf({ name, port }: Running, login = 'alice'): Promise<string> {
  const client = new Client({ port });
  await client.login(login);
  if (name.startsWith('ours')) await enable({ now: Date.now() }, client);
  if (name.startsWith('passport-totp')) await client.post('/two-step/verify', { code: codeNow() });
  return client.cookie;
}

/** What a slice of load showed. */
export interface Slice {
  /** In a second. */
  readonly rate: number;
  /** Microseconds of the server's core for each. */
  readonly cpu: number;
}

/** Sends guarded requests for so many seconds, and refuses what is answered with anything but the page. */
export async function guardedGets(
  running: Running,
  cookie: string,
  seconds: number,
  connections = 16,
): Promise<Slice> {
  const before = await running.ask('cpu');
  const { requests, duration, non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${String(running.port)}/guarded`,
    connections,
    duration: seconds,
    headers: { cookie, accept: 'application/json' },
  });
  if (non2xx > 0 || errors > 0 || requests.total === 0) {
    throw new Error(`${running.name}: ${String(non2xx)} refused, ${String(errors)} failed`);
  }
  return {
    rate: requests.total / duration,
    cpu: ((await running.ask('cpu')) - before) / requests.total,
  };
}
