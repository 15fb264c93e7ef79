import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPanel } from '../../example/panel/app.js';
import type { Panel, PanelOptions } from '../../example/panel/app.js';
import { connectionsTo } from './client.js';
import type { Address } from './client.js';
import type { Place } from './people.js';

/** The N of scrypt: thousands of sign-ins are made in tests. Where time matters a test says the real one. */
const CHEAP_PASSWORD = 1024;
const ACCOUNTS = ['root', 'admin', 'alice', 'bob'];

/** The passwords of the seeded accounts. */
export function passwordOf(login: string): string {
  return `${login}-password`;
}

/** The example panel in this process, on a real socket, with a clock that moves only when it is told to. */
export interface ExamplePanel extends Panel, Place {
  readonly url: string;
  readonly databaseFile: string;
  /** What was logged, one JSON text each. */
  readonly log: string[];
  /** The mails to owners, one JSON text each. */
  readonly mails: string[];
  readonly passwordOf: (login: string) => string;
  /** Milliseconds since 1970, as the panel sees it. */
  now: number;
  advance(seconds: number): void;
  /** What the console command needs to find this panel. */
  readonly env: Record<string, string>;
  /** Takes two-step authentication off every account. */
  reset(): Promise<void>;
  end(): Promise<void>;
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
): Promise<ExamplePanel> {
  const folder = mkdtempSync(join(tmpdir(), 'panel-'));
  const databaseFile = join(folder, 'panel.db');
  const log: string[] = [];
  const mails: string[] = [];
  let time = Date.now();
  const panel = await createPanel({
    databaseFile,
    redisUrl,
    clock: () => time,
    env: options,
    passwordCost: CHEAP_PASSWORD,
    storeTimeoutMs: 60_000,
    log: (line) => log.push(line),
    mail: (line) => mails.push(line),
    ...others,
  });
  const { end, ...place } = await serve(panel);
  const running: ExamplePanel = {
    ...panel,
    ...place,
    url: `http://127.0.0.1:${String(place.port)}`,
    databaseFile,
    log,
    mails,
    passwordOf,
    env: { PANEL_DB: databaseFile, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) },
    get now() {
      return time;
    },
    set now(moment) {
      time = moment;
    },
    advance: (seconds) => (time += seconds * 1000),
    async reset() {
      for (const account of ACCOUNTS) await panel.secondFactor.admin.disable(account, { by: 'test' });
      log.length = 0;
      mails.length = 0;
    },
    async end() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return running;
}

/** The same panel started once more, over the same database, keys and records, with other settings. */
export async function restarted(
  panel: ExamplePanel,
  settings: Record<string, string>,
): Promise<Address & { end(): Promise<void> }> {
  const again = await createPanel({
    databaseFile: panel.databaseFile,
    redisUrl: panel.env.REDIS_URL,
    clock: () => panel.now,
    env: settings,
    log: () => undefined,
    mail: () => undefined,
  });
  return { ...(await serve(again)), passwordOf };
}

/** Puts a panel on a free port. */
async function serve(panel: Panel): Promise<Address & { end(): Promise<void> }> {
  const server = createServer(panel.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: connectionsTo(server),
    async end() {
      server.closeAllConnections();
      server.close();
      await panel.close();
    },
  };
}
