/**
 * The example panel: `npm start`, then http://localhost:3000/.
 *
 * PANEL_REMEMBER_BROWSERS: days. PANEL_REQUIRE_FACTOR: levels, separated by commas.
 * PANEL_TIMEOUT_MS: how long sessions and second factors may take; without it Redis 1000 and all together 2000.
 * PANEL_ORIGIN: where browsers reach it, for passkeys; default http://localhost with the port.
 * HOST: the address to listen on; without it only this machine reaches the panel. PORT: default 3000. PANEL_DB: a file that keeps the panel; without it every start begins with the seeded
 * accounts. REDIS_URL: sessions and second factors in Redis. SECOND_FACTOR_KEY, SESSION_SECRET: without
 * them they are made once and kept beside the database.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPanel } from './app.js';
import type { Panel } from './app.js';
import { connectionsThatWait } from './connections-that-wait.js';
import { secretsFile } from './secrets.js';
import { databaseFileOf, hostOf, originOf, portOf, removeDatabase, storeTimeoutMsOf } from './settings.js';

/** How long a panel that stops waits for its answers: they all come within 5 s, and `PANEL_TIMEOUT_MS`. */
const ANSWERS_MILLISECONDS = 5000;
const LOOK_MILLISECONDS = 20;

const { env } = process;
const server = createServer();
const waiting = connectionsThatWait(server);
// The port comes first: who has it owns the temporary database that is named after it.
const panel = once(server, 'listening').then(open);
server.on('request', (req, res) => {
  void panel.then(({ app }) => {
    app(req, res);
  });
});
server.listen(portOf(env), hostOf(env));

async function open(): Promise<Panel> {
  const { port } = server.address() as AddressInfo;
  const databaseFile = databaseFileOf(env, port);
  if (!env.PANEL_DB) removeDatabase(databaseFile);
  const opened = await createPanel({ databaseFile, redisUrl: env.REDIS_URL, origin: originOf(env, port) });
  introduce(port, databaseFile);
  return opened;
}

function introduce(port: number, databaseFile: string): void {
  const place = env.PANEL_DB ? 'PANEL_DB=… ' : port === 3000 ? '' : `PORT=${String(port)} `;
  const redis = env.REDIS_URL ? 'REDIS_URL=… ' : '';
  const host = env.HOST ? hostOf(env).replace(/.*:.*/, '[$&]') : 'localhost';
  console.log(`Acme Panel: http://${host}:${String(port)}/

  accounts  root / root-password, admin / admin-password, alice / alice-password, bob / bob-password
            for demonstration: everybody knows these passwords
  reached   by ${env.HOST ? `all who reach ${env.HOST}: keep others off that network` : 'this machine alone (HOST says otherwise)'}
  passkeys  work at ${originOf(env, port)} alone, and not at 127.0.0.1 (PANEL_ORIGIN says otherwise)
  users     ${databaseFile}${env.PANEL_DB ? '' : ', new at every start (PANEL_DB keeps one)'}
  sessions  ${env.REDIS_URL ? 'in Redis, and second factors too' : 'in this process; second factors are with the users'}
  console   ${place}${redis}npm run second-factor -- status root
`);
  if (env.REDIS_URL && !env.SECOND_FACTOR_KEY) {
    console.warn(
      `WARNING: the key to the second factors in Redis is in ${secretsFile(databaseFile)}. When that file is ` +
        'gone nobody who has a second factor can sign in. Set SECOND_FACTOR_KEY (openssl rand -base64 32).\n',
    );
  }
}

/** Owners whose change is made must see what comes of it, such as their recovery codes, and get its mail. */
async function stop(): Promise<void> {
  server.close();
  const until = Date.now() + ANSWERS_MILLISECONDS + (storeTimeoutMsOf(env) ?? 0);
  while (waiting.size > 0 && Date.now() < until) await sleep(LOOK_MILLISECONDS);
  server.closeAllConnections();
  const opened = await panel;
  await opened.close();
}

let stopping: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // npm passes a signal on that the terminal has sent to all programs, so one may come twice.
  process.on(signal, () => {
    stopping ??= stop().finally(() => process.exit(0));
  });
}

try {
  await panel;
} catch (error) {
  console.error(`The panel did not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
