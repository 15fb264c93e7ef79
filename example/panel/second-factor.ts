import { createSecondFactor } from 'passport-second-factor';
import type { PassportInstance, SecondFactor, SecondFactorOptions } from 'passport-second-factor';
import { webauthn } from 'passport-second-factor/webauthn';
import { LEVELS } from './levels.js';
import { createMail } from './mail.js';
import { frameTwoStep } from './frame-two-step.js';
import type { Storage } from './storage.js';
import type { User } from './users.js';

/** What differs between the panel, its console command and its tests. */
export interface SecondFactorParts {
  readonly passport: PassportInstance;
  readonly storage: Storage;
  /** Base64 of 32 random bytes. */
  readonly key: string;
  /** Who must have a second factor. */
  readonly policy: SecondFactorOptions<User>['policy'];
  /** Where browsers reach the panel; passkeys work there and nowhere else. */
  readonly origin: string;
  /** For how many days users may remember a browser; `undefined`: they cannot. */
  readonly rememberBrowserDays: number | undefined;
  /** Takes the mails to owners, one line of JSON each. */
  readonly mail: (line: string) => void;
  /** How long a second factor may take to be read or changed, in milliseconds. */
  readonly storeTimeoutMs?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly clock?: (() => number) | undefined;
}

/** The panel's two-step authentication: one wiring for the panel and for its console command. */
export function createPanelSecondFactor(parts: SecondFactorParts): SecondFactor {
  const { users, records } = parts.storage;
  return createSecondFactor<User>({
    passport: parts.passport,
    issuer: 'Acme Panel',
    account: ({ id, login, level, stamp }) => ({ id, name: login, level, securityStamp: stamp }),
    findUser: (accountId) => users.byId(accountId),
    findAccountByName: (login) => users.byLogin(login),
    deserializedUserIsFresh: true,
    store: records,
    keys: [parts.key],
    basePath: '/two-step',
    loginPath: '/login',
    homePath: '/',
    settingsPath: '/settings',
    language: 'en', // as the rest of the panel
    layout: frameTwoStep,
    policy: parts.policy,
    webauthn: webauthn({
      rpId: new URL(parts.origin).hostname,
      rpName: 'Acme Panel',
      origins: [parts.origin],
    }),
    rememberBrowsers:
      parts.rememberBrowserDays === undefined ? undefined : { days: parts.rememberBrowserDays },
    recentActivity: true,
    notify: createMail(parts.mail),
    impersonation: { levels: LEVELS, autoSwitch: { root: 'admin' } },
    storeTimeoutMs: parts.storeTimeoutMs,
    clock: parts.clock,
  });
}
