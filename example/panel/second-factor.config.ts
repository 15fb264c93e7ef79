/**
 * For the console command, on the same `PANEL_DB` (or the temporary one of `PORT`) and `REDIS_URL`:
 *
 *     npm run second-factor -- status root
 */
import { existsSync } from 'node:fs';
import { newPassport } from './sign-in.js';
import { createPanelSecondFactor } from './second-factor.js';
import { loadSecrets } from './secrets.js';
import {
  databaseFileOf,
  originOf,
  policyOf,
  portOf,
  rememberBrowserDaysOf,
  storeTimeoutMsOf,
} from './settings.js';
import { openStorage } from './storage.js';

const databaseFile = databaseFileOf(process.env, portOf(process.env));
if (!existsSync(databaseFile)) {
  throw new Error(
    `there is no ${databaseFile}: start the panel first, or set PANEL_DB or PORT as it has them`,
  );
}
const storeTimeoutMs = storeTimeoutMsOf(process.env);
const secondFactor = createPanelSecondFactor({
  passport: newPassport(),
  storage: await openStorage(databaseFile, process.env.REDIS_URL, undefined, storeTimeoutMs),
  key: loadSecrets(databaseFile, process.env).secondFactorKey,
  policy: policyOf(process.env),
  origin: originOf(process.env, portOf(process.env)),
  rememberBrowserDays: rememberBrowserDaysOf(process.env),
  mail: console.error,
  storeTimeoutMs,
});
secondFactor.events.on('*', (event) => {
  console.error(JSON.stringify(event));
});

export default secondFactor;
