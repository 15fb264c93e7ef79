import { PROBLEMS } from '../errors.js';
import type { ProblemCode } from '../errors.js';
import { isApp } from './digits.js';
import { plural } from './plural.js';
import type { Texts } from './texts.js';

const problems = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, { title }]) => [code, title]),
) as Record<ProblemCode, string>;

const counted = plural('en');
const minutesOf = (count: number): string => counted(count, { one: 'minute', other: 'minutes' });
const secondsOf = (count: number): string => counted(count, { one: 'second', other: 'seconds' });

/** `six-, seven- or eight-digit`. */
const digitsOf = (digits: readonly number[]): string =>
  `${listOf(digits.map((count) => `${WORDS[count] ?? ''}-`))}digit`;
const WORDS: Readonly<Record<number, string>> = { 6: 'six', 7: 'seven', 8: 'eight' };
const list = new Intl.ListFormat('en', { type: 'disjunction' });
/** Without the comma before the last one. */
const listOf = (words: readonly string[]): string => list.format(words).replace(', or', ' or');

/** The pages in English. */
export const english: Texts = {
  language: 'en',
  code: 'One-time password',
  ok: 'Ok',
  verifyTitle: 'Two-step authentication',
  verifyExplanation: (digits) =>
    isApp(digits)
      ? 'Enter the six-digit code that your authenticator app shows now.'
      : `Enter the ${digitsOf(digits)} code that your authenticator shows now.`,
  verifyByKeyExplanation: 'Confirm that it is you with your passkey or security key.',
  noKeyHere:
    'The passkeys and security keys of this account do not work here any more. Use a recovery code, or ask your administrator.',
  keyLost: 'Recovery codes do not work here for now. If you have lost your key, ask your administrator.',
  useKey: 'Use a passkey or security key',
  orCode: 'or enter a code',
  keyFailed: 'The passkey or security key did not answer. Try again, or use another way.',
  keyNeedsScript: 'Passkeys and security keys need JavaScript, which is turned off in this browser.',
  keyElsewhere: (origin) => `Passkeys and security keys work at ${origin} only. Open this page there.`,
  newByRecoveryCode: 'Make new ones with the recovery code',
  keyUnknown: 'This browser cannot use passkeys and security keys. Open this page in another one.',
  whatItAsksByKey: 'Signing in takes your password and a passkey or security key.',
  disableByKeyExplanation: 'To disable it, use your passkey or security key.',
  recoveryByKeyHint: 'Passkey or security key not at hand? Use a recovery code',
  stepUpByKeyExplanation: 'This needs your passkey or security key once more.',
  recoveryHint: (digits) => `${isApp(digits) ? 'Phone' : 'Authenticator'} not at hand? Use a recovery code`,
  recoveryCode: 'Recovery code',
  byRecoveryCode: 'Use the recovery code',
  cancelSignIn: 'Cancel and sign in as somebody else',
  settingsTitle: 'Two-step authentication',
  stateOn: 'Enabled',
  stateOff: 'Not enabled',
  enabled: 'Two-step authentication is enabled.',
  whatItAsks: (digits) =>
    isApp(digits)
      ? 'Signing in takes your password and a code from the app on your phone.'
      : 'Signing in takes your password and a code from your authenticator.',
  disabled: 'Two-step authentication is not enabled.',
  whyEnable:
    'With it, signing in takes your password and a code from an app on your phone, so a stolen password alone opens nothing.',
  enable: 'Enable two-step authentication',
  disable: 'Disable two-step authentication',
  disableExplanation: (digits) =>
    isApp(digits)
      ? 'To disable it, enter the code that your authenticator app shows now.'
      : `To disable it, enter the ${digitsOf(digits)} code that your authenticator shows now.`,
  disableByRecoveryCode: 'Disable with the recovery code',
  newRecoveryCodes: 'Make new recovery codes',
  newRecoveryCodesExplanation: {
    app: 'Each of them signs you in once without your phone. When you make new ones the old ones stop working.',
    token:
      'Each of them signs you in once without your authenticator. When you make new ones the old ones stop working.',
    key: 'Each of them signs you in once without your key. When you make new ones the old ones stop working.',
    nothing:
      'They do not work as long as you can only sign in with a passkey or security key: have a second key. When you ' +
      'make new ones the old ones stop working.',
  },
  enterShownCode: (digits) =>
    isApp(digits)
      ? 'Enter the code that your authenticator app shows now.'
      : `Enter the ${digitsOf(digits)} code that your authenticator shows now.`,
  fewRecoveryCodes: 'Make new ones.',
  unconfirmedRecoveryCodes: 'If you did not save them, make new ones.',
  confirmRecoveryCodes: 'I have them',
  recoveryCodesLeft: (left) =>
    `${counted(left, { one: 'recovery code is', other: 'recovery codes are' })} left.`,
  back: 'Back',
  actingAs: (actor, account) => `You are ${actor}, acting as ${account}.`,
  notWhileActing: 'The two-step authentication of an account can only be changed by its owner.',
  leave: 'Return',
  setupTitle: {
    first: 'Enable two-step authentication',
    added: 'Add another authenticator',
    replacing: 'Set up a new phone',
  },
  setupExplanation:
    'You need an authenticator app on your phone, such as Google Authenticator. Nothing changes for your account ' +
    'until the last step is done.',
  addAccount: 'Add the account to the app',
  qrCode: 'QR code for your authenticator app',
  scanOrType: 'Scan the QR code with the app, or type the account name and the key into it.',
  typeOnly: 'Type the account name and the key into the app.',
  account: 'Account',
  key: 'Key',
  keyKindLabel: 'Kind of code',
  keyKind: 'time-based, 6 digits',
  enterCode: 'Enter the code',
  confirm: 'Enter the six-digit code that the app shows now, and press “Ok”.',
  compareClocks: 'Compare the clocks',
  serverTime: 'Server time',
  clocks:
    'Your phone must show the same minute; only the time zone may differ. If it does not, set it to network time.',
  cancel: 'Cancel',
  recoveryCodesTitle: 'Recovery codes',
  yourRecoveryCodes: 'Your recovery codes',
  recoveryCodesExplanation: {
    app:
      'Two-step authentication is enabled. Keep these codes in a safe place, away from your phone: each of them signs ' +
      'you in once when your phone is not at hand. They are shown only now.',
    token:
      'Two-step authentication is enabled. Keep these codes in a safe place, away from your authenticator: each of ' +
      'them signs you in once when it is not at hand. They are shown only now.',
    key:
      'Two-step authentication is enabled. Keep these codes in a safe place, away from your key: each of them signs ' +
      'you in once when your key is not at hand. They are shown only now.',
    nothing:
      'Two-step authentication is enabled. Keep these codes in a safe place. They do not work as long as you can only ' +
      'sign in with a passkey or security key: add a second key. They are shown only now.',
  },
  download: 'Download',
  copy: 'Copy',
  copied: 'Copied.',
  print: 'Print',
  saved: 'I have saved them',
  notShownAgain: {
    app: 'They cannot be shown again. Without them and without your phone you could not sign in.',
    token: 'They cannot be shown again. Without them and without your authenticator you could not sign in.',
    key: 'They cannot be shown again. Without them and without your key you could not sign in.',
    nothing: 'They cannot be shown again.',
  },
  recoveryCodeUsedTitle: 'You used a recovery code',
  recoveryCodeUsedExplanation: {
    app:
      'It works only this once, and codes that your phone showed until now, and the next one, are void. Is the phone lost? Set up a ' +
      'new one in the settings, and make new recovery codes.',
    token:
      'It works only this once, and codes that your authenticator showed until now, and the next one, are void. Is it lost? Set up a ' +
      'phone in the settings, and make new recovery codes.',
    key:
      'It works only this once. Is your key lost? Add a new one in the settings, remove the lost one, and make new ' +
      'recovery codes.',
    nothing: 'It works only this once.',
  },
  toSettings: 'Open the settings',
  stepUpTitle: 'Confirm that it is you',
  stepUpExplanation: (digits) =>
    isApp(digits)
      ? 'This action needs a fresh code from your authenticator app.'
      : `This action needs a fresh ${digitsOf(digits)} code from your authenticator.`,
  notDone: 'What you sent has not been carried out. Do it again after this step.',
  notDoneWhileActing:
    'What you sent has not been carried out, because you are acting as somebody else. Only the owner can do it.',
  neededFor: {
    page: 'The page you wanted needs two-step authentication. Enable it here, and you come back to it.',
    form: 'What you sent needs two-step authentication and has not been carried out. Enable it here, then do it again.',
  },
  keyNeededFor: {
    page: 'The page you wanted needs a passkey or security key. Add one here, and you come back to it.',
    form: 'What you sent needs a passkey or security key and has not been carried out. Add one here, then do it again.',
  },
  rememberBrowser: (days) =>
    days === 1 ? 'Remember this browser for 1 day' : `Remember this browser for ${String(days)} days`,
  mustEnrollTitle: 'Two-step authentication is required',
  mustEnrollExplanation:
    'Your password was right. This account may only be used with two-step authentication: enable it now, and you ' +
    'will be signed in. You need an authenticator app on your phone.',
  requiredFrom: (day) => `Two-step authentication will be required for this account from ${day} on.`,
  required: 'Two-step authentication is required for this account, so it cannot be disabled.',
  later: 'Later',
  authenticatorsTitle: 'Authenticators',
  authenticator: (place) => `Authenticator ${String(place)}`,
  addedOn: (day) => `added ${day}`,
  remove: 'Remove',
  addFirstAuthenticator: 'Add an authenticator app',
  addAuthenticator: 'Add another authenticator',
  authenticatorName: 'Name (optional)',
  replaceAuthenticator: 'Set up a new phone',
  replaceExplanation:
    'A new phone takes the place of all authenticators once you have confirmed it; until then the old ones work. ' +
    'Your recovery codes stay.',
  keysStay: 'Your passkeys and security keys stay. If one was on a lost phone, remove it as well.',
  keysTitle: 'Passkeys and security keys',
  keysExplanation:
    'A passkey lies in your phone, your computer or your password manager, a security key in your pocket. No false ' +
    'page can ask for it, as it can for a code.',
  showKeys: (count) =>
    count === 0
      ? 'Add a passkey or security key'
      : `${counted(count, { one: 'key', other: 'keys' })}: show, add, remove`,
  keyNumber: (place) => `Key ${String(place)}`,
  keyStopped: 'Stopped: there may be a copy of it. Remove it, and add another one.',
  addKey: 'Add a passkey or security key',
  addSecondKey: 'Add a second one',
  rename: 'Rename',
  mustAddKeyTitle: 'A passkey or security key is required',
  mustAddKeyExplanation:
    'Your account needs a passkey or security key before you can go on. Add one: the key in your phone or computer, or ' +
    'one that you plug in.',
  browsersTitle: 'Remembered browsers',
  browsersExplanation: 'These browsers are not asked for a code when you sign in with your password.',
  showBrowsers: 'Show remembered browsers',
  noBrowsers: 'No browser is remembered.',
  unknownBrowser: 'Unknown browser',
  thisBrowser: 'this browser',
  rememberedUntil: (day) => `until ${day}`,
  lastUsed: (day) => `last used ${day}`,
  forget: 'Forget',
  forgetAll: 'Forget all of them',
  activityTitle: 'Recent activity',
  activityExplanation:
    'Sign-ins with the second step, wrong codes and changes; the newest first. Is something here not yours? Change your password, and sign out other sessions.',
  activityTimes: (what, count) => `${what} (${String(count)} times)`,
  activityBy: (operator) => `by ${operator}`,
  earlierActivity: 'Earlier',
  noActivity: 'Nothing yet.',
  activity: {
    enrolled: 'Two-step authentication enabled',
    imported: 'Two-step authentication taken over from another system',
    'signed-in': 'Signed in',
    'remembered-browser': 'Signed in without a code (remembered browser)',
    'code-accepted': 'Confirmed with a code',
    'security-key-used': 'Confirmed with a passkey or security key',
    'recovery-code-used': 'Recovery code used',
    'code-refused': 'Wrong code',
    locked: 'Wrong codes, then a wait',
    'recovery-codes-regenerated': 'New recovery codes made',
    'recovery-codes-confirmed': 'Recovery codes saved',
    'authenticator-added': 'Authenticator added',
    'authenticator-replaced': 'New phone in the place of all authenticators',
    'authenticator-removed': 'Authenticator removed',
    'security-key-added': 'Passkey or security key added',
    'security-key-renamed': 'Passkey or security key renamed',
    'security-key-removed': 'Passkey or security key removed',
    'security-key-stopped': 'Passkey or security key stopped: there may be a copy of it',
    'browser-remembered': 'Signed in, browser remembered',
    'browsers-revoked': 'Browsers forgotten',
    'other-sessions-ended': 'Other sessions signed out',
    unlocked: 'Wait after wrong codes ended',
  },
  otherSessionsTitle: 'Other sessions',
  otherSessionsExplanation:
    'Everywhere else where you are signed in, a code is asked for again, in remembered browsers too. You stay signed in here.',
  endOtherSessions: 'Sign out other sessions',
  errorTitle: 'This did not work',
  toHome: 'Go on',
  toSignIn: 'Sign in',
  problems,
  setupCodeMalformed: 'Enter the six digits that your app shows.',
  codeMalformed: (digits) =>
    `The code must be ${listOf(digits.map((count) => WORDS[count] ?? ''))} digits, or a recovery code.`,
  impersonationRefused: {
    'level-unknown': 'One of the two accounts has no level.',
    'not-below': 'You can only log in as an account below your own level.',
    'target-has-second-factor':
      'This account uses two-step authentication. Only its own login, password and code open it.',
    'actor-not-verified': 'Your own second step is missing in this session.',
    'proof-too-old':
      'Your own sign-in is too old for this. Return to your account and confirm that it is you.',
    'not-allowed': 'You may not log in as this account.',
    'account-unknown': 'There is no such account.',
  },
  clockSkew: (minutes) =>
    `The code is right for another minute: the clock of your phone is ${minutesOf(Math.abs(minutes))} ` +
    `${minutes > 0 ? 'ahead of' : 'behind'} the server’s. Set your phone to network time and try the next code.`,
  lockedFor: (seconds) =>
    `Too many wrong codes. Try again in ${
      seconds < 90 ? secondsOf(seconds) : minutesOf(Math.ceil(seconds / 60))
    }, or use a recovery code.`,
  lockedForGood: 'Too many wrong codes. Use a recovery code, or ask your administrator.',

  titleOfError: (title) => `Error: ${title}`,
  checkedAgainAt: 'Codes are checked again at',
  checkedAgain: 'Codes are checked again: enter the one that is shown now.',
  lastsUntil: 'You can use this form until',
  endsSoon: 'This form ends in a minute.',
  hasEnded: 'The time of this form is over. Begin again.',
  openInApp: 'Open in your authenticator app',
  accountName: 'Account name',
  copyKey: 'Copy key',
  thenSetup: 'The set-up begins right after it.',
  thenActing: (account) => `Right after it you are logged in as ${account}.`,
  opensByItself: (account) =>
    `You cannot log in as ${account} from here. This account uses two-step authentication. Only its own login, password and ` +
    'code open it. If nobody knows the password, set a new one (Edit), and sign in there.',
  signInAs: (account) => `Sign in as ${account}`,
  done: {
    disabled: 'Two-step authentication was disabled. From now on your password alone signs you in.',
    'authenticator-added': 'The authenticator was added.',
    'authenticator-replaced': 'The new phone has taken the place of the old one.',
    'authenticator-removed': 'The authenticator was removed.',
    'key-added': 'The key was added.',
    'key-removed': 'The key was removed.',
    'key-renamed': 'The key was renamed.',
    'browser-forgotten': 'The browser was forgotten: it is asked for a code again.',
    'browsers-forgotten': 'All browsers were forgotten: they are asked for a code again.',
    'recovery-codes-confirmed': 'You have the recovery codes: this was noted.',
    'recovery-codes-shown':
      'Recovery codes are shown only once. Making new ones takes a new code or your key.',
  },
};
