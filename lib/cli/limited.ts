import type { Admin } from '../operator/admin.js';
import { CALL_MILLISECONDS, inTime } from './in-time.js';
import type { Instance } from './load-instance.js';

/**
 * What each call of the admin side waits for: the functions of the application and the store, for one account; or as
 * much as there is to do, of which every part has a limit of its own.
 */
const WAITS: Readonly<Record<keyof Admin, 'one account' | 'much'>> = {
  account: 'one account',
  accountNamed: 'one account',
  tellsOwner: 'one account',
  disable: 'one account',
  unlock: 'one account',
  recoveryCodes: 'one account',
  browsers: 'one account',
  revokeBrowsers: 'one account',
  removeSecurityKeys: 'one account',
  import: 'one account',
  forget: 'one account',
  list: 'much',
  rekey: 'much',
  check: 'much',
  settled: 'much',
};
const TROUBLE = 'a promise of findUser, account() or another function of the config was not settled';

type Method = (...args: unknown[]) => unknown;

/** The same instance, where calls about one account are answered in time, or reject with exit code 3. */
export function limited(instance: Instance): Instance {
  const { admin } = instance;
  const calls = Object.entries(WAITS).flatMap(([name, waits]) => {
    const method = (admin as Partial<Record<string, unknown>>)[name] as Method | undefined;
    if (!method) return [];
    return [[name, waits === 'much' ? method.bind(admin) : answering(method.bind(admin))] as const];
  });
  return {
    status: answering(instance.status.bind(instance) as Method) as Instance['status'],
    admin: Object.fromEntries(calls) as unknown as Instance['admin'],
    close: () => instance.close(),
  };
}

function answering(method: Method): Method {
  return (...args) =>
    inTime(
      Promise.resolve().then(() => method(...args)),
      CALL_MILLISECONDS,
      TROUBLE,
    );
}
