import type { ActivityEntry } from './activity.js';
import type { KeyPrompt, PageError, PageOf, StoppedForm, Waiting } from './page-parts.js';
import type { CreationOptions } from './webauthn.js';

export type { KeyPrompt, PageError, ProofField, Success, Wait } from './page-parts.js';

/** The code form of a parked sign-in: posts `code` to `action`. */
export type VerifyPage = PageOf<
  'verify',
  {
    readonly action: string;
    /** Gives the sign-in up (POST). */
    readonly cancel: string;
    /** When the sign-in ends, milliseconds since 1970. */
    readonly until: number;
    /** What passkeys and security keys are asked; `null`: the account has none. */
    readonly key: KeyPrompt | null;
    /**
     * How many digits the codes of the account's authenticators have: ascending, each number once. Empty: there is none,
     * and the code is a recovery code.
     */
    readonly digits: readonly number[];
    /** Whether nothing but a key will do here: show no field for a code. */
    readonly keysOnly: boolean;
    /** For how many days a tick of `rememberBrowser` remembers the browser; `null`: show no such box. */
    readonly rememberDays: number | null;
  } & StoppedForm &
    Waiting
>;

/** The policy requires a second factor before anybody is signed in: what `setup` (POST) begins. */
export type MustEnrollPage = PageOf<
  'must-enroll',
  {
    readonly setup: string;
    /** Gives the sign-in up (POST). */
    readonly cancel: string;
    /** When the sign-in ends, milliseconds since 1970. */
    readonly until: number;
  } & StoppedForm
>;

/** What a recovery code replaces at sign-in. A `token` shows codes and is no app; `nothing` while the policy accepts only keys. */
export type InsteadOf = 'app' | 'token' | 'key' | 'nothing';

/** The user's own settings. */
export type SettingsPage = PageOf<
  'settings',
  {
    readonly account: string;
    /** Names of those who act as the account, from who signed in downward; usually empty. */
    readonly actors: readonly string[];
    /** Returns to the account that acted before (POST with `from`). */
    readonly leave: string;
    /** The id of the account, so that "Return" in an old tab goes back no further than it says. */
    readonly from: string;
    readonly enrolled: boolean;
    /** Whether the account has a former second factor of the application and none here. None can be enabled then. */
    readonly otherFactor: boolean;
    /** What led here because it needs a second factor: a page, or a form of which nothing was done. Set once. */
    readonly neededFor: 'page' | 'form' | null;
    /** Whether that takes a passkey or security key, and the account has none. */
    readonly needsKey: boolean;
    /**
     * Whether a form of the application was stopped because somebody acts as the account. Nothing of it was done. Set
     * once.
     */
    readonly notDone: boolean;
    /** Whether the policy requires a second factor; then it cannot be disabled. */
    readonly required: boolean;
    /** From when on the policy requires one, milliseconds since 1970; `null` when the policy names no day. */
    readonly requiredFrom: number | null;
    readonly recoveryCodesLeft: number;
    /** Whether the owner confirmed that they are saved, or used one; `null` when that was never asked. */
    readonly recoveryCodesConfirmed: boolean | null;
    /** The set that is not confirmed yet, for `confirmRecoveryCodes`; `null` when there is none. */
    readonly recoveryCodesSet: string | null;
    /** `app`, `token`: the code forms accept a code and a key. Otherwise: only a key. */
    readonly insteadOf: InsteadOf;
    /** Which of the two code forms the error is about. */
    readonly refused: 'disable' | 'recovery-codes' | null;
    readonly authenticators: readonly {
      readonly id: string;
      /** What its owner called it; may be empty. */
      readonly name: string;
      /** Milliseconds since 1970. */
      readonly addedAt: number;
    }[];
    /** How many digits their codes have: ascending, each number once. */
    readonly digits: readonly number[];
    /** Whether one more authenticator may be added. */
    readonly mayAdd: boolean;
    /** Whether one may be removed: something else that opens the account is left then. */
    readonly mayRemove: boolean;
    /** Removes one of several authenticators (POST with `id`). */
    readonly removeAuthenticator: string;
    /** The list of passkeys and security keys; `null` where there are none by option. */
    readonly securityKeys: string | null;
    /** How many passkeys and security keys the account has. */
    readonly keys: number;
    /** What they are asked by the two code forms; `null`: the account has none. */
    readonly key: KeyPrompt | null;
    /** The list of remembered browsers; `null` where there are none by option. */
    readonly browsers: string | null;
    /**
     * What happened lately to the account's second factor, the newest first, 20 at most; `null` where the option
     * `recentActivity` is off, and for everybody but the owner.
     */
    readonly activity: readonly ActivityEntry[] | null;
    /** Ends every other session of the account (POST). */
    readonly endSessions: string;
    /** Starts a set-up (POST); with `add` beside the authenticators there are, else in their place. */
    readonly setup: string;
    /** Disables the second factor (POST with `code`). */
    readonly disable: string;
    /** Makes new recovery codes (POST with `code`). */
    readonly recoveryCodes: string;
    /** Says that the recovery codes are saved (POST with `set`, which is `recoveryCodesSet`). */
    readonly confirmRecoveryCodes: string;
    readonly home: string;
  } & Waiting
>;

/** Passkeys and security keys: those the account has, and what another one is made by. */
export type SecurityKeysPage = PageOf<
  'security-keys',
  {
    readonly keys: readonly {
      /** Names it for `remove` and `rename`. */
      readonly credentialId: string;
      /** What its owner called it; may be empty. */
      readonly name: string;
      /** Times in milliseconds since 1970. */
      readonly addedAt: number;
      readonly lastUsedAt: number;
      /** Whether nobody gets in with it any more, because there may be a copy of it. */
      readonly stopped: boolean;
    }[];
    /** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3); `null`: the account has as many as it can. */
    readonly publicKey: CreationOptions | null;
    /** Where the application's keys work: to be said to who has opened it by another name. */
    readonly origin: string;
    /** Whether the policy asks for one before anybody is signed in. */
    readonly required: boolean;
    /** When the sign-in ends that waits for it, milliseconds since 1970; `null`: none does. */
    readonly until: number | null;
    /** Adds the key that was made (POST with `credential`, as JSON, and a `name`). */
    readonly add: string;
    /** Removes one (POST with `id`, which is `credentialId`). */
    readonly remove: string;
    /** Gives one another name (POST with `id` and `name`). */
    readonly rename: string;
    /** The settings; while it is required, gives the sign-in up (POST). */
    readonly settings: string;
    readonly cancel: string;
  }
>;

/** The browsers the account remembers. */
export type BrowsersPage = PageOf<
  'browsers',
  {
    /** Forgets one (POST with `id`) or all of them (POST with `all`). */
    readonly revoke: string;
    readonly settings: string;
    /** Times in milliseconds since 1970. */
    readonly browsers: readonly {
      readonly id: string;
      readonly name: string;
      readonly createdAt: number;
      readonly lastUsedAt: number;
      readonly expiresAt: number;
      /** Whether it is the browser that asks. */
      readonly current: boolean;
    }[];
  }
>;

/** The set-up form: posts `code` and `id` to `action`. */
export type SetupPage = PageOf<
  'setup',
  {
    readonly action: string;
    /** Gives the set-up up (POST). */
    readonly cancel: string;
    readonly account: string;
    /** What the new authenticator will be: the first one, one more, or one in the place of all others. */
    readonly kind: 'first' | 'added' | 'replacing';
    /** The name the authenticator app shows above the codes. */
    readonly issuer: string;
    /** The secret in base32. */
    readonly key: string;
    readonly uri: string;
    /** The QR code as SVG; `null` when the account's name is too long for one. */
    readonly qr: string | null;
    /** Milliseconds since 1970. */
    readonly expiresAt: number;
    /** Names this set-up, because another tab may have replaced it by another one. */
    readonly id: string;
    /** Milliseconds since 1970. */
    readonly serverTime: number;
  }
>;

/** The recovery codes; they are shown only once. */
export type RecoveryCodesPage = PageOf<
  'recovery-codes',
  {
    readonly account: string;
    readonly codes: readonly string[];
    readonly insteadOf: InsteadOf;
    /** Says that they are saved (POST with `set`, and with `returnTo`, which is `next`, to go on there). */
    readonly confirm: string;
    /** Names the set of these codes. */
    readonly set: string;
    /**
     * When they were made, milliseconds since 1970. Print and download show it, so that old codes can be recognized.
     */
    readonly madeAt: number;
    /** Where the user goes on once the codes are saved. */
    readonly next: string;
  }
>;

/** A recovery code was right: how many are left. */
export type RecoveryCodeUsedPage = PageOf<
  'recovery-code-used',
  {
    readonly recoveryCodesLeft: number;
    readonly insteadOf: InsteadOf;
    /** How many passkeys and security keys the account has. They stay where another phone is set up. */
    readonly keys: number;
    /** Where the user makes new ones, or sets up another phone. */
    readonly settings: string;
    /** Where the user wanted to go. */
    readonly next: string;
  }
>;

/** The form that makes the proof fresh: posts `code` to `action`. */
export type StepUpPage = PageOf<
  'step-up',
  {
    readonly action: string;
    readonly home: string;
    /** What passkeys and security keys are asked; `null`: the account has none. */
    readonly key: KeyPrompt | null;
    /**
     * How many digits the codes of the account's authenticators have: ascending, each number once. Empty: there is none,
     * and the code is a recovery code.
     */
    readonly digits: readonly number[];
    /** Whether nothing but a key will do here: show no field for a code. */
    readonly keysOnly: boolean;
    /**
     * What is done right after the proof; the hidden fields carry it. `null`: the user returns to where they were
     * stopped.
     */
    readonly next:
      | { readonly kind: 'setup' }
      | { readonly kind: 'impersonation'; readonly account: string }
      | null;
  } & StoppedForm &
    Waiting
>;

/** A problem, without a form to try again. */
export type ErrorPage = PageOf<
  'error',
  {
    readonly home: string;
    readonly login: string;
    /** The page of the application that the refused form was on; `null`: unknown, or not useful. */
    readonly back: string | null;
  }
>;

/** Every page there is. */
export type Page =
  | VerifyPage
  | MustEnrollPage
  | SettingsPage
  | BrowsersPage
  | SecurityKeysPage
  | SetupPage
  | RecoveryCodesPage
  | RecoveryCodeUsedPage
  | StepUpPage
  | ErrorPage;

/** What a page puts into a frame of the application: the option `layout`. */
export interface PageContent {
  /** Plain text, for the title of the document: escape it. Where something was refused it begins by saying so. */
  readonly title: string;
  /** Plain text, for the heading above `body`: escape it. */
  readonly heading: string;
  /** What was refused, which `body` says too; `null`: nothing. */
  readonly error: PageError | null;
  readonly name: Page['name'];
  /** The language of the content (BCP 47), and which way it is written. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** HTML for the end of `<head>`, unchanged. */
  readonly head: string;
  /** HTML for where the content of a page goes, under a heading, unchanged. */
  readonly body: string;
  /** What the Content-Security-Policy must allow beside what the frame needs: source expressions, quotes included. */
  readonly policy: {
    readonly styles: readonly string[];
    readonly scripts: readonly string[];
    /** For `form-action`, beside `'self'`. */
    readonly formAction: readonly string[];
  };
}
