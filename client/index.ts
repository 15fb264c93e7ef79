export { createSecondFactorClient } from './create-second-factor-client.js';
export { refusalOf } from './refusal.js';
export { SecondFactorClientError } from './second-factor-client-error.js';
export { supportsKeys } from './security-keys.js';
export type { ClientErrorCode } from './second-factor-client-error.js';
export type {
  CallOptions,
  LoginOutcome,
  Proof,
  SecondFactorClient,
  SecondFactorClientOptions,
} from './second-factor-client.js';
export type {
  Added,
  AuthenticatorJson,
  BrowserJson,
  CodeForm,
  PendingStatus,
  Proved,
  SecurityKeyForm,
  SecurityKeyJson,
  SetupJson,
  ShownCodes,
  SignedInStatus,
  Status,
  StepUpForm,
} from '../lib/api.js';
export type { ProblemCode } from '../lib/errors.js';
