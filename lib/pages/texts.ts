import type { ActivityName } from '../activity.js';
import type { ProblemCode } from '../errors.js';
import type { ImpersonationRefusal } from '../events.js';
import type { InsteadOf, Success } from '../page.js';

/** Every sentence of the pages in one language. */
export interface Texts {
  /** BCP 47, for `<html lang>`. */
  readonly language: string;
  /** Which way it is written, for `<html dir>`. Default `ltr`. */
  readonly direction?: 'ltr' | 'rtl';
  readonly code: string;
  readonly ok: string;
  readonly verifyTitle: string;
  /** Of an account whose codes have so many digits; ascending, one number at least. */
  readonly verifyExplanation: (digits: readonly number[]) => string;
  /** Replaces `verifyExplanation` if the account has no authenticator app. */
  readonly verifyByKeyExplanation: string;
  /** Replaces it if none of the account's keys works here. */
  readonly noKeyHere: string;
  /** At a sign-in that accepts only a key. */
  readonly keyLost: string;
  readonly useKey: string;
  readonly orCode: string;
  readonly keyFailed: string;
  readonly keyNeedsScript: string;
  /** Replace the texts that speak of an app, if the account has none. */
  readonly whatItAsksByKey: string;
  readonly disableByKeyExplanation: string;
  /** The application was opened under a name at which its keys do not work. */
  readonly keyElsewhere: (origin: string) => string;
  readonly newByRecoveryCode: string;
  /** The browser has no passkeys and security keys. Browsers inside other apps often have none. */
  readonly keyUnknown: string;
  readonly recoveryByKeyHint: string;
  readonly stepUpByKeyExplanation: string;
  readonly recoveryHint: (digits: readonly number[]) => string;
  readonly recoveryCode: string;
  readonly byRecoveryCode: string;
  readonly cancelSignIn: string;
  readonly settingsTitle: string;
  readonly stateOn: string;
  readonly stateOff: string;
  readonly enabled: string;
  readonly whatItAsks: (digits: readonly number[]) => string;
  readonly disabled: string;
  readonly whyEnable: string;
  readonly enable: string;
  readonly disable: string;
  readonly disableExplanation: (digits: readonly number[]) => string;
  readonly disableByRecoveryCode: string;
  readonly newRecoveryCodes: string;
  readonly newRecoveryCodesExplanation: Readonly<Record<InsteadOf, string>>;
  /** Behind it, where the code of an authenticator is asked for. */
  readonly enterShownCode: (digits: readonly number[]) => string;
  readonly fewRecoveryCodes: string;
  readonly unconfirmedRecoveryCodes: string;
  readonly confirmRecoveryCodes: string;
  readonly recoveryCodesLeft: (left: number) => string;
  readonly back: string;
  readonly actingAs: (actor: string, account: string) => string;
  readonly notWhileActing: string;
  readonly leave: string;
  readonly setupTitle: Readonly<Record<'first' | 'added' | 'replacing', string>>;
  readonly setupExplanation: string;
  readonly addAccount: string;
  readonly qrCode: string;
  readonly scanOrType: string;
  /** Replaces `scanOrType` if the names are too long for a QR code. */
  readonly typeOnly: string;
  readonly account: string;
  readonly key: string;
  readonly keyKindLabel: string;
  readonly keyKind: string;
  readonly enterCode: string;
  readonly confirm: string;
  readonly compareClocks: string;
  readonly serverTime: string;
  readonly clocks: string;
  readonly cancel: string;
  readonly recoveryCodesTitle: string;
  readonly yourRecoveryCodes: string;
  readonly recoveryCodesExplanation: Readonly<Record<InsteadOf, string>>;
  readonly download: string;
  readonly copy: string;
  readonly copied: string;
  readonly print: string;
  readonly saved: string;
  readonly notShownAgain: Readonly<Record<InsteadOf, string>>;
  readonly recoveryCodeUsedTitle: string;
  readonly recoveryCodeUsedExplanation: Readonly<Record<InsteadOf, string>>;
  readonly toSettings: string;
  readonly stepUpTitle: string;
  readonly stepUpExplanation: (digits: readonly number[]) => string;
  /** A form of the application was stopped. */
  readonly notDone: string;
  /** A form of the application was stopped because somebody acts as somebody else. */
  readonly notDoneWhileActing: string;
  /** What in the application needs a second factor. */
  readonly neededFor: Readonly<Record<'page' | 'form', string>>;
  /** Replaces it if that needs a passkey or security key, and the account has none. */
  readonly keyNeededFor: Readonly<Record<'page' | 'form', string>>;
  readonly rememberBrowser: (days: number) => string;
  readonly mustEnrollTitle: string;
  readonly mustEnrollExplanation: string;
  readonly requiredFrom: (day: string) => string;
  readonly required: string;
  readonly later: string;
  readonly authenticatorsTitle: string;
  readonly authenticator: (place: number) => string;
  readonly addedOn: (day: string) => string;
  readonly remove: string;
  /** Beside keys alone. */
  readonly addFirstAuthenticator: string;
  readonly addAuthenticator: string;
  readonly authenticatorName: string;
  readonly replaceAuthenticator: string;
  readonly replaceExplanation: string;
  /** What is said of them where a new phone takes the place of a lost one. */
  readonly keysStay: string;
  readonly keysTitle: string;
  readonly keysExplanation: string;
  readonly showKeys: (count: number) => string;
  readonly keyNumber: (place: number) => string;
  readonly keyStopped: string;
  readonly addKey: string;
  readonly addSecondKey: string;
  readonly rename: string;
  readonly mustAddKeyTitle: string;
  readonly mustAddKeyExplanation: string;
  readonly browsersTitle: string;
  readonly browsersExplanation: string;
  readonly showBrowsers: string;
  readonly noBrowsers: string;
  readonly unknownBrowser: string;
  readonly thisBrowser: string;
  readonly rememberedUntil: (day: string) => string;
  readonly lastUsed: (day: string) => string;
  readonly forget: string;
  readonly forgetAll: string;
  readonly activityTitle: string;
  readonly activityExplanation: string;
  /** Of one that happened several times. */
  readonly activityTimes: (what: string, count: number) => string;
  readonly activityBy: (operator: string) => string;
  readonly earlierActivity: string;
  readonly noActivity: string;
  readonly activity: Readonly<Record<ActivityName, string>>;
  readonly otherSessionsTitle: string;
  readonly otherSessionsExplanation: string;
  readonly endOtherSessions: string;
  readonly errorTitle: string;
  readonly toHome: string;
  readonly toSignIn: string;
  readonly problems: Readonly<Record<ProblemCode, string>>;
  /** Replaces the text for `code-malformed` where an app is set up, which takes no recovery code. */
  readonly setupCodeMalformed: string;
  /** Replaces the text for `code-malformed` if the number of digits is known. */
  readonly codeMalformed: (digits: readonly number[]) => string;
  /** Why somebody may not act as somebody else, by reason. */
  readonly impersonationRefused: Readonly<Record<ImpersonationRefusal, string>>;
  /** The phone's clock is ahead by `minutes` (negative: behind). */
  readonly clockSkew: (minutes: number) => string;
  /** Codes are not checked for so many seconds. */
  readonly lockedFor: (seconds: number) => string;
  readonly lockedForGood: string;

  /** Begins the `<title>` of a page that shows an error. */
  readonly titleOfError: (title: string) => string;
  /** Before a time of day. */
  readonly checkedAgainAt: string;
  /** After that time. */
  readonly checkedAgain: string;
  /** Before a time of day. */
  readonly lastsUntil: string;
  readonly endsSoon: string;
  readonly hasEnded: string;
  readonly openInApp: string;
  readonly accountName: string;
  readonly copyKey: string;
  /** What follows a fresh code. */
  readonly thenSetup: string;
  readonly thenActing: (account: string) => string;
  /** Of an account that nobody can act as, since it has a second factor. */
  readonly opensByItself: (account: string) => string;
  readonly signInAs: (account: string) => string;
  /** What was done, in the past tense. */
  readonly done: Readonly<Record<Success['code'], string>>;
}
