import { enrolled } from '../support/people.js';
import type { Owner, Phone } from '../support/people.js';
import { createHmac, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { loadSecrets } from '../../example/panel/secrets.js';
import { startRedis } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';
import { startFaultProxy } from './fault-proxy.js';
import type { FaultProxy } from './fault-proxy.js';
import { REDIS_PROTOCOL } from './redis-protocol.js';
import type { Answer, Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';

/** The panel's cookie. */
const SESSION_COOKIE = 'panel.sid';
/** What the panel is started with. */
export const ENV = { PANEL_REMEMBER_BROWSERS: '30' };

/** The example panel behind a proxy, and the moments it can be taken back to. */
export interface Bench {
  readonly panel: ExamplePanel;
  readonly proxy: FaultProxy;
  /** Takes two-step authentication off everybody, and ends all sessions. */
  clear(): Promise<unknown>;
  /**
   * Remembers sessions, second factors and the time; the function goes back to it. The session of the jar comes
   * back under another id, since nobody goes on twice from one.
   */
  remember(client: Client): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

/** Sessions and second factors in Redis, all of it behind the proxy. */
export async function startRedisBench(): Promise<Bench> {
  const limit = timeLimit();
  const server = await startRedis();
  const admin = new Redis(server.url);
  const proxy = await startFaultProxy(server, REDIS_PROTOCOL, {
    limit,
    flush: () => admin.script('FLUSH'),
  });
  const loud = hush();
  const panel = await startExamplePanel(`redis://127.0.0.1:${proxy.port}`, ENV, {
    storeTimeoutMs: limit.ms,
  });
  return {
    panel,
    proxy,
    clear: () => admin.flushdb(),
    remember: (client) => rememberRedis(admin, panel, client),
    async end() {
      loud();
      await panel.end();
      await proxy.close();
      admin.disconnect();
      await server.kill();
    },
  };
}

/** Keeps the panel from printing every outage; the function lets it again. */
export function hush(): () => void {
  const { error } = console;
  console.error = () => undefined;
  return () => (console.error = error);
}

/** Remembers what Redis holds, and the panel's time; see {@link Bench.remember}. */
export async function rememberRedis(
  admin: Redis,
  panel: ExamplePanel,
  { cookies }: Client,
): Promise<() => Promise<void>> {
  const { sessionSecret } = loadSecrets(panel.databaseFile, {});
  const [, id = ''] = /^s:([^.]+)/.exec(decodeURIComponent(cookies.get(SESSION_COOKIE) ?? '')) ?? [];
  const at = panel.now;
  const keys = await admin.keys('*');
  const values = keys.length === 0 ? [] : await admin.mget(keys);
  return async () => {
    const other = randomUUID();
    if (id !== '') cookies.set(SESSION_COOKIE, encodeURIComponent(`s:${signed(other, sessionSecret)}`));
    const renamed = keys.map((key) => (id === '' ? key : key.replace(id, other)));
    const all = renamed.flatMap((key, place) => [key, values[place] ?? '']);
    await admin.flushdb();
    if (all.length > 0) await admin.mset(...all);
    panel.advance((at - panel.now) / 1000);
  };
}

/** As express-session signs its cookies. */
function signed(id: string, secret: string): string {
  return `${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`;
}

/** What a flow starts from. */
export interface Scene {
  /** Whose browser sends the requests. */
  readonly client: Client;
  /** Of the account the flow is about. */
  readonly phone: Phone | undefined;
  readonly recoveryCodes: readonly string[];
}

/** Somebody with a second factor, who took fresh recovery codes since. */
export async function withFreshCodes(panel: ExamplePanel, login: string): Promise<Owner> {
  const owner = await enrolled(panel, login);
  const { body } = await owner.client.post('/two-step/recovery-codes', { code: owner.phone.nextCode() });
  return { ...owner, recoveryCodes: body.recoveryCodes as string[] };
}

/** Something that is no request, told as if it were one. */
export async function asAnswer(deed: Promise<unknown>): Promise<Answer> {
  try {
    return { status: 200, headers: {}, location: undefined, text: '', body: { done: await deed } };
  } catch (error) {
    const { status = 500, code, message } = error as { status?: number; code?: string; message: string };
    return { status, headers: {}, location: undefined, text: message, body: { code } };
  }
}
