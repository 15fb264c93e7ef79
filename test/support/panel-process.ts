import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { createPanel } from '../../example/panel/app.js';
import type { Panel, PanelOptions } from '../../example/panel/app.js';
import { databaseFileOf } from '../../example/panel/settings.js';
import { compiled } from './compiled.js';
import { startProgram } from './program.js';
import type { RunningProgram } from './program.js';

const STEP_MILLISECONDS = 30_000;
/** The N of scrypt: thousands of sign-ins are made in tests. Where time matters a test says the real one. */
const CHEAP_PASSWORD = 1024;
const ACCOUNTS = ['root', 'admin', 'alice', 'bob'];

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly location: string | undefined;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the panel answers
  readonly body: any;
}

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
  jar(): Jar;
  /** A jar that signed in with the password. */
  signedIn(login: string, password?: string): Promise<Jar>;
  /** Enables two-step authentication in a jar. */
  enroll(jar: Jar): Promise<Phone>;
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
export async function startPanel(
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
    jar: () => new Jar(port),
    async signedIn(login, password) {
      const jar = running.jar();
      const answer = await jar.login(login, password);
      if (answer.status !== 200) throw new Error(`not signed in: ${answer.text}`);
      return jar;
    },
    async enroll(jar) {
      const { body } = await jar.post('/two-step/setup');
      const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      const code = (): string => totp.generate({ timestamp: now() });
      const confirmed = await jar.post('/two-step/setup/confirm', { code: code() });
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

/** A program or a browser with cookies of its own, over real sockets. */
export class Jar {
  readonly #port: number;
  readonly #agent: Agent | false;
  readonly cookies: Map<string, string>;

  /** Each request on a connection of its own, unless an agent keeps some. */
  constructor(port: number, cookies: ReadonlyMap<string, string> = new Map(), agent: Agent | false = false) {
    this.#port = port;
    this.#agent = agent;
    this.cookies = new Map(cookies);
  }

  /** A second browser with a copy of the cookies. */
  copy(): Jar {
    return new Jar(this.#port, this.cookies, this.#agent);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send('GET', path, undefined, { accept: 'application/json', ...headers });
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const json = { accept: 'application/json', 'content-type': 'application/json' };
    return this.#send('POST', path, JSON.stringify(body), { ...json, ...headers });
  }

  /** Opens a page as a browser does. */
  open(path: string): Promise<Answer> {
    return this.#send('GET', path, undefined, this.#navigates());
  }

  /**
   * Sends a form as a browser does.
   *
   * @param page the path of the page it is on
   */
  submit(path: string, fields: Record<string, string> = {}, page?: string): Promise<Answer> {
    const form = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(page !== undefined && { referer: `http://127.0.0.1:${String(this.#port)}${page}` }),
    };
    return this.#send('POST', path, String(new URLSearchParams(fields)), { ...this.#navigates(), ...form });
  }

  login(username: string, password = `${username}-password`): Promise<Answer> {
    return this.post('/login', { username, password });
  }

  /** Begins to act as an account. */
  actAs(account: string): Promise<Answer> {
    return this.post('/two-step/impersonation', { account });
  }

  leave(): Promise<Answer> {
    return this.post('/two-step/impersonation/leave');
  }

  /** Who is there, from who signed in to who is acted as; the code of the refusal when nobody is. */
  async who(): Promise<string> {
    const { status, body } = await this.get('/api/me');
    return status === 200
      ? [...(body.actors as string[]), body.user as string].join(' > ')
      : String(body.code);
  }

  #navigates(): Record<string, string> {
    return { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' };
  }

  #send(method: string, path: string, body: string | undefined, given: Record<string, string>) {
    const headers = {
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      ...given,
    };
    return new Promise<Answer>((done, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: this.#port, method, path, headers, agent: this.#agent },
        (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => {
            for (const line of res.headers['set-cookie'] ?? []) {
              const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
              this.cookies.set(name, value);
            }
            const text = Buffer.concat(chunks).toString('utf8');
            const json = (res.headers['content-type'] ?? '').includes('json');
            const { headers, statusCode = 0 } = res;
            const answer = { status: statusCode, headers, location: headers.location, text };
            done({ ...answer, body: json ? (JSON.parse(text) as unknown) : {} });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
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
  readonly jar: () => Jar;
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
    jar: () => new Jar(port),
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
