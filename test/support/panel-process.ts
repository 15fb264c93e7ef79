import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { createPanel } from '../../example/panel/app.js';
import type { Panel, PanelOptions } from '../../example/panel/app.js';
import { databaseFileOf } from '../../example/panel/settings.js';
import { Client } from './client.js';
import { compiled } from './compiled.js';
import { startProgram } from './program.js';
import type { RunningProgram } from './program.js';

const STEP_MILLISECONDS = 30_000;
/** The N of scrypt: thousands of sign-ins are made in tests. Where time matters a test says the real one. */
const CHEAP_PASSWORD = 1024;
/** The passwords of the seeded accounts. */
const passwordOf = (login: string): string => `${login}-password`;
const ACCOUNTS = ['root', 'admin', 'alice', 'bob'];

/** The example panel in this process, on a real socket, with a clock that moves only when it is told to. */
export interface RunningPanel extends Panel {
  readonly url: string;
  readonly databaseFile: string;
  /** What was logged, one JSON text each. */
  readonly log: string[];
  /** The mails to owners, one JSON text each. */
  readonly mails: string[];
  /** Milliseconds since 1970, as the panel sees it. */
  now(): number;
  advance(seconds: number): void;
  /** What the console command needs to find this panel. */
  readonly env: Record<string, string>;
  readonly port: number;
  readonly passwordOf: (login: string) => string;
  /** A client that signed in with the password. */
  signedIn(login: string, password?: string): Promise<Client>;
  /** Enables two-step authentication in a client. */
  enroll(client: Client): Promise<Phone>;
  /** Takes two-step authentication off every account. */
  reset(): Promise<void>;
  end(): Promise<void>;
}

/** Somebody's authenticator. */
export interface Phone {
  readonly key: string;
  /** The code of this moment. */
  code(): string;
  /** Waits for the next time step, and shows its code. */
  nextCode(): string;
}

/**
 * Starts the example panel in this process.
 *
 * @param options variables such as `PANEL_REQUIRE_FACTOR`
 * @param others what else is to be otherwise
 */
export async function startExamplePanel(
  redisUrl?: string,
  options: Record<string, string> = {},
  others: Partial<PanelOptions> = {},
): Promise<RunningPanel> {
  const folder = mkdtempSync(join(tmpdir(), 'panel-'));
  const databaseFile = join(folder, 'panel.db');
  const log: string[] = [];
  const mails: string[] = [];
  let time = Date.now();
  const now = (): number => time;
  const env = { PANEL_DB: databaseFile, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) };
  const panel = await createPanel({
    databaseFile,
    redisUrl,
    clock: now,
    env: options,
    passwordCost: CHEAP_PASSWORD,
    storeTimeoutMs: 60_000,
    log: (line) => log.push(line),
    mail: (line) => mails.push(line),
    ...others,
  });
  const server = createServer(panel.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const running: RunningPanel = {
    ...panel,
    url: `http://127.0.0.1:${String(port)}`,
    databaseFile,
    log,
    mails,
    env,
    now,
    advance: (seconds) => (time += seconds * 1000),
    port,
    passwordOf,
    async signedIn(login, password) {
      const client = new Client(running);
      const answer = await client.login(login, password);
      if (answer.status !== 200) throw new Error(`not signed in: ${answer.text}`);
      return client;
    },
    async enroll(client) {
      const { body } = await client.post('/two-step/setup');
      const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      const code = (): string => totp.generate({ timestamp: now() });
      const confirmed = await client.post('/two-step/setup/confirm', { code: code() });
      if (confirmed.status !== 200) throw new Error(`not enrolled: ${confirmed.text}`);
      return {
        key: String(body.key),
        code,
        nextCode() {
          time += STEP_MILLISECONDS;
          return code();
        },
      };
    },
    async reset() {
      for (const account of ACCOUNTS) await panel.secondFactor.admin.disable(account, { by: 'test' });
      log.length = 0;
      mails.length = 0;
    },
    async end() {
      server.closeAllConnections();
      server.close();
      await panel.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return running;
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the console command on a panel's own config, as a process of its own. */
export function runConsole(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const config = ['--config', compiled('example/panel/second-factor.config.ts')];
  return new Promise((done) => {
    const options = { env: { ...withoutPanel(), ...env } };
    const command = [compiled('lib/cli/bin.ts'), ...config, ...args];
    const child = execFile(process.execPath, command, options, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    child.stdin?.end();
  });
}

/** The example panel as `npm start` starts it. */
export interface PanelProcess extends RunningProgram {
  readonly passwordOf: (login: string) => string;
}

/** Starts the example panel as a process of its own; on a free port unless told otherwise. */
export async function startPanelProcess(env: Record<string, string> = {}): Promise<PanelProcess> {
  const given = { ...withoutPanel(), PORT: '0', ...env };
  const panel = await startProgram(
    compiled('example/panel/server.ts'),
    given,
    /Acme Panel: http:\/\/\S+:(\d+)\//,
  );
  const { port } = panel;
  return {
    ...panel,
    passwordOf,
    async stop() {
      await panel.stop();
      if (!env.PANEL_DB) rmSync(dirname(databaseFileOf({}, port)), { recursive: true, force: true });
    },
  };
}

/** The environment of the tests, without what would lead to another panel. */
export function withoutPanel(): NodeJS.ProcessEnv {
  const { HOST: _host, PORT: _port, PANEL_DB: _db, REDIS_URL: _redis, ...given } = process.env;
  const { PANEL_REMEMBER_BROWSERS: _days, PANEL_REQUIRE_FACTOR: _levels, ...others } = given;
  const { SECOND_FACTOR_KEY: _key, SESSION_SECRET: _secret, ...rest } = others;
  return rest;
}
