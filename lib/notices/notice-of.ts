import { LONGEST, cleanText } from '../account/clean-text.js';
import type { SecondFactorEvent } from '../events.js';
import type { Notice, NoticeFacts, NoticeName } from '../notice.js';
import { browserName } from '../session/browser-token.js';
import { plainAddress } from '../session/plain-address.js';
import type { allWords } from './all-words.js';
import { writeNotice } from './write-notice.js';

const NAMES = {
  enrolled: 'enabled',
  imported: 'enabled',
  disabled: 'disabled',
  'authenticator-added': 'authenticator-added',
  'authenticator-replaced': 'authenticator-replaced',
  'authenticator-removed': 'authenticator-removed',
  'security-key-added': 'security-key-added',
  'security-key-removed': 'security-key-removed',
  'security-key-stopped': 'security-key-stopped',
  'recovery-code-used': 'recovery-code-used',
  'recovery-codes-regenerated': 'recovery-codes-regenerated',
  locked: 'locked',
  unlocked: 'unlocked',
  'browser-remembered': 'browser-remembered',
  'browsers-revoked': 'browsers-revoked',
  'impersonation-entered': 'impersonation-begun',
} as const satisfies Partial<Record<SecondFactorEvent['name'], NoticeName>>;

type Told = Extract<SecondFactorEvent, { name: keyof typeof NAMES }>;

/**
 * Whether an event is one the owner of the account should hear of. Of the waits that wrong codes bring only
 * the first one and the hard limit are: a guesser must not be able to fill a mailbox. That browsers were forgotten is, if an
 * operator did it.
 *
 * @param firstLock the number of failures that brings the first wait
 */
export function isTold(event: SecondFactorEvent, firstLock: number): event is Told {
  if (event.name === 'locked') return event.failures === firstLock || event.until === null;
  if (event.name === 'browsers-revoked') return event.by !== undefined;
  return Object.hasOwn(NAMES, event.name);
}

/** The notice of an event, in every language. */
export function noticeOf(
  event: Told,
  account: { readonly issuer: string; readonly name: string },
  words: ReturnType<typeof allWords>,
): Notice {
  const { at, ip, userAgent } = event;
  const browser = browserName(userAgent);
  const by = ('by' in event ? event.by : undefined) ?? event.actorId;
  const origin = {
    at,
    ...(by !== undefined && { by: cleanText(by, LONGEST.by) }),
    ...(ip !== undefined && { ip: plainAddress(ip) }),
  };
  const facts: NoticeFacts = {
    issuer: account.issuer,
    account: cleanText(account.name, LONGEST.by),
    ...origin,
    // Who knows the password writes what they like into the user agent, and the mail is ours.
    ...(browser !== '' && { browser }),
    ...('recoveryCodesLeft' in event && { recoveryCodesLeft: event.recoveryCodesLeft }),
    ...('until' in event && { lockedUntil: event.until }),
  };
  const name = NAMES[event.name];
  const agent = userAgent === undefined ? {} : { userAgent };
  return {
    name,
    ...origin,
    ...agent,
    texts: Object.fromEntries(
      Object.entries(words).map(([language, each]) => [language, writeNotice(each, name, facts)]),
    ) as Notice['texts'],
  };
}
