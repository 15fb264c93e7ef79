export { createSecondFactor } from './second-factor.js';
export type { SecondFactor } from './second-factor.js';
export { requireSecondFactor } from './session/require-second-factor.js';
export { requireNotImpersonating } from './impersonation/require-not-impersonating.js';
export { sameOrigin } from './answer/same-origin.js';
export { sendOnce } from './pages/views/send-once.js';
export { SecondFactorError, SecondFactorRequiredError } from './errors.js';
export type { ErrorCode, IntegrationErrorCode, ProblemCode } from './errors.js';
export type {
  HttpRequest,
  HttpResponse,
  ImpersonationOptions,
  AccountSummary,
  Json,
  Middleware,
  Next,
  WhenCodeRequired,
  PassportInstance,
  Policy,
  SecondFactorOptions,
  SignedIn,
} from './options.js';
export type { AccountDescription } from './account/account.js';
export type { LanguageTexts } from './texts.js';
export type { Language, Notice, NoticeName, NoticeText } from './notice.js';
export type { AttemptOutcome, CodeMethod, SignInMethod } from './account/attempt.js';
export type { Lock } from './account/lockout.js';
export type { LockoutLimits } from './account/limits.js';
export type { Admin, DescribedAccount } from './operator/admin.js';
export type {
  AccountId,
  AccountStatus,
  LockedBrowser,
  SecurityKeyStatus,
  Headless,
  VerifyContext,
  VerifyOutcome,
} from './operator/headless.js';
export type {
  CreationOptions,
  CreationRequest,
  CredentialDescriptor,
  KeyReference,
  NewKey,
  RequestOptions,
  Transport,
  VerifiedSignature,
  WebAuthn,
} from './webauthn.js';
export type { RememberedBrowser } from './account/known-browsers.js';
export type { ImportedKey, ImportedSecret, ImportedUri } from './operator/import-secret.js';
export type { ActivityEntry, ActivityName } from './activity.js';
export type { TotpAlgorithm, TotpParameters } from './account/totp.js';
export type { Operator } from './operator/operator.js';
export type { Health, Rekeyed } from './operator/maintenance.js';
export type { Untold } from './vault/under-way.js';
export type {
  ErrorPage,
  Page,
  PageContent,
  PageError,
  RecoveryCodesPage,
  SettingsPage,
  SetupPage,
  SecurityKeysPage,
  StepUpPage,
  VerifyPage,
} from './page.js';
export type {
  ActingAccount,
  GuardOptions,
  GuardDecision,
  ImpersonationDecision,
  Refusal,
  ProofElsewhere,
  RequestSecondFactor,
} from './session/request-api.js';
export type { StateName } from './session/state.js';
export type { CodeOutcome } from './session/try-code.js';
export type {
  AssertionRefusal,
  AutoSwitchSkip,
  CodeRefusal,
  DemotionReason,
  Operation,
  EventBase,
  EventName,
  EventSource,
  ImpersonationEnd,
  ImpersonationRefusal,
  Listener,
  SecondFactorEvent,
  SecondFactorEvents,
  SignInRefusal,
} from './events.js';
export type { PassportStrategy } from '../strategies/second-factor-strategy.js';
export type { Deadline, Store, StoreReport } from './vault/store.js';
