import type { CodeMethod, SignInMethod } from './account/attempt.js';
import type { ErrorCode } from './errors.js';

/** The fields of every event. No event carries a code, a key, a token or a password. */
export interface EventBase {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The account it happened to. */
  readonly accountId: string;
  /** Who signed in, while they act as this account or ask to. Absent otherwise. */
  readonly actorId?: string;
  /** The client's address as `ip(req)` gives it; absent outside a request. */
  readonly ip?: string;
  readonly userAgent?: string;
  /**
   * The change was made, but the store said so only after its time was over. Whoever asked for it got
   * `store-unavailable`. `at` is when the answer came.
   */
  readonly late?: true;
}

/** The operation a code came through. */
export type Operation = 'sign-in' | 'step-up' | 'disable' | 'recovery-codes' | 'setup' | 'headless';

/** Why a code was not accepted. */
export type CodeRefusal = 'code-malformed' | 'code-invalid' | 'code-already-used' | 'locked' | 'clock-skew';

/** Why the answer of a security key was not accepted. */
export type AssertionRefusal = 'assertion-invalid' | 'assertion-already-used' | 'security-key-stopped';

/** Why a session lost rights on a request. */
export type DemotionReason =
  | 'enrolled-elsewhere'
  | 'factor-gone'
  /** A factor was replaced or removed, or the other sessions of the account were ended. */
  | 'factor-replaced'
  | 'factor-required'
  | 'security-key-required'
  | 'browser-revoked'
  | 'password-changed'
  | 'account-gone'
  | 'unmarked';

/** Why somebody may not act as somebody else. */
export type ImpersonationRefusal =
  /** One of the accounts has no level, or one that is not among the levels. */
  | 'level-unknown'
  /** The target is the actor's own account, an equal, or somebody above. */
  | 'not-below'
  /** An account with a second factor opens only with its own login, password and code. */
  | 'target-has-second-factor'
  /** The actor has a second factor that was not proved in this session. */
  | 'actor-not-verified'
  /** The actor's proof is too old: step up, or without a second factor sign in again. */
  | 'proof-too-old'
  /** The application does not allow it. */
  | 'not-allowed'
  /** There is no such account, or the application cannot describe it. */
  | 'account-unknown';

/** Why the automatic switch did not happen: a rule, or the code of the error that came in between. */
export type AutoSwitchSkip = ImpersonationRefusal | 'actor-has-second-factor' | ErrorCode | 'error';

/** Why acting as somebody else ended other than by going back. */
export type ImpersonationEnd =
  | 'expired'
  | 'actor-changed'
  | 'target-changed'
  /** The application failed for the account: it could not be described, or there was an outage. */
  | 'target-error'
  | 'switched-off'
  /** The actor signed out. */
  | 'signed-out'
  /** The actor signed in to another account. */
  | 'new-sign-in'
  /** The session store failed on the way to a further account, or back from it. */
  | 'save-failed';

/** Why a sign-in by `req.logIn` was refused rather than parked. */
export type SignInRefusal =
  /** `session: false`, which cannot ask for a code. */
  | 'code-required'
  /** The same, for an account that must have a second factor and has none. */
  | 'enrollment-required'
  /** The same, for an account that still has a second factor of the application's own. */
  | 'other-factor'
  /** The password was changed while the old one was checked. */
  | 'sign-in-expired'
  | 'record-unreadable'
  | 'record-missing'
  | 'store-unavailable';

/**
 * Every event by name with its own fields. The list is public and stable; docs/events.md maps it to the
 * OWASP logging vocabulary.
 */
export interface SecondFactorEvents {
  /** The first step was right; the sign-in is parked until the code comes. */
  'code-required': EventBase;
  /** The first step was right; the sign-in is parked until a second factor is enabled. */
  'enrollment-required': EventBase;
  /** A sign-in is complete. `method` is absent when the account has no second factor. */
  'signed-in': EventBase & { readonly method?: SignInMethod };
  /** A sign-in was refused although the first step was right. */
  'sign-in-refused': EventBase & { readonly reason: SignInRefusal };
  /** A parked sign-in ended without a code: given up, out of time, or the account changed meanwhile. */
  'sign-in-ended': EventBase & { readonly reason: 'cancelled' | 'expired' | 'account-changed' | 'attempts' };
  /** `req.logOut` ended a session, parked or complete. */
  'signed-out': EventBase;
  'code-accepted': EventBase & { readonly operation: Operation; readonly method: CodeMethod };
  'code-refused': EventBase & { readonly operation: Operation; readonly reason: CodeRefusal };
  /**
   * A wrong code brought a wait; `until` in milliseconds since 1970, `null` at the hard limit; `failures`
   * in a row in its budget.
   */
  locked: EventBase & { readonly until: number | null; readonly failures: number };
  /** A passkey or security key proved the second factor. */
  'security-key-used': EventBase & { readonly operation: Operation; readonly userVerified: boolean };
  'security-key-refused': EventBase & { readonly operation: Operation; readonly reason: AssertionRefusal };
  /**
   * The counter of a key went back: somebody may have a copy of it. Nobody gets in with it any more; its owner
   * removes it.
   */
  'security-key-stopped': EventBase & { readonly operation: Operation };
  /** A passkey or security key was added beside what the account has. */
  'security-key-added': EventBase;
  /** A passkey or security key has another name. */
  'security-key-renamed': EventBase;
  /**
   * A key was removed, or several at once by an operator. What they had let in is void. `by` names the operator of an
   * admin call.
   */
  'security-key-removed': EventBase & { readonly by?: string; readonly reason?: string };
  /** A recovery code was spent. */
  'recovery-code-used': EventBase & { readonly recoveryCodesLeft: number };
  /** New recovery codes were made; the old ones are void. `by` names the operator of an admin call. */
  'recovery-codes-regenerated': EventBase & { readonly by?: string; readonly reason?: string };
  /** The owner confirmed that the present recovery codes are saved. */
  'recovery-codes-confirmed': EventBase;
  'setup-started': EventBase;
  /** An unfinished set-up was given up or dropped. */
  'setup-ended': EventBase & { readonly reason: 'cancelled' | 'attempts' };
  enrolled: EventBase;
  /** An operator imported a secret from another system. */
  imported: EventBase & { readonly by: string; readonly reason?: string };
  /** One more authenticator was confirmed. */
  'authenticator-added': EventBase;
  /** A new authenticator was confirmed and replaced all others. What they had let in is void. */
  'authenticator-replaced': EventBase;
  /** One of several authenticators was removed. What it had let in is void. */
  'authenticator-removed': EventBase;
  /** A browser was remembered: it is not asked for a code at sign-in. */
  'browser-remembered': EventBase;
  /** Browsers will be asked for a code again; `by` names the operator of an admin call. */
  'browsers-revoked': EventBase & { readonly by?: string; readonly reason?: string };
  /** The owner ended all other sessions of the account; a code is asked for there. */
  'other-sessions-ended': EventBase;
  /** The second factor is gone; `by` names the operator of an admin call, else the owner did it. */
  disabled: EventBase & { readonly by?: string; readonly reason?: string };
  /** An operator ended a wait or the hard limit. */
  unlocked: EventBase & { readonly by: string; readonly reason?: string };
  /** A record was sealed with the first key. */
  resealed: EventBase;
  /** The account was deleted, and its record with it. */
  forgotten: EventBase;
  'stepped-up': EventBase;
  /** Somebody began to act as the account; `actorId` is who signed in. */
  'impersonation-entered': EventBase & { readonly automatic: boolean };
  /** Somebody went back from acting as the account. */
  'impersonation-left': EventBase;
  'impersonation-refused': EventBase & { readonly reason: ImpersonationRefusal };
  /** Acting as the account ended, other than by going back. */
  'impersonation-ended': EventBase & { readonly reason: ImpersonationEnd };
  /** The automatic switch did not happen; `accountId` is the account that was to be switched. */
  'auto-switch-skipped': EventBase & { readonly reason: AutoSwitchSkip };
  /** A session lost rights because something has changed since it was made. */
  'session-demoted': EventBase & { readonly reason: DemotionReason };
  /**
   * A route of the package was called from another site, or a service worker sent a form again. `accountId` is empty when
   * nobody is signed in.
   */
  'cross-site-refused': EventBase & { readonly path: string };
  /** The store failed or was late, or `setEnrolled` failed; `accountId` could not be checked. */
  'store-unavailable': EventBase & { readonly error: string };
  /** A record did not open: wrong key, moved from another account, or altered. */
  'record-unreadable': EventBase & { readonly error: string };
  /** The application says that the account is enrolled, and the store has no record. */
  'record-missing': EventBase;
}

/** The name of an event. */
export type EventName = keyof SecondFactorEvents;

/** One event as listeners of `'*'` get it: its name and its fields. */
export type SecondFactorEvent = {
  [Name in EventName]: { readonly name: Name } & SecondFactorEvents[Name];
}[EventName];

/** A listener of one kind of event. Only closing waits for a promise that it returns; what it throws changes nothing. */
export type Listener<Name extends EventName | '*'> = (
  event: Name extends EventName ? { readonly name: Name } & SecondFactorEvents[Name] : SecondFactorEvent,
) => unknown;

/** The public side of the emitter. */
export interface EventSource {
  /** Hears every event of a name, or with `'*'` all of them. Returns the function that stops it. */
  on<Name extends EventName | '*'>(name: Name, listener: Listener<Name>): () => void;
}

/** The emitter: typed, synchronous, and deaf to what its listeners throw. */
export interface Emitter extends EventSource {
  emit<Name extends EventName>(name: Name, fields: SecondFactorEvents[Name]): void;
}

/**
 * An emitter. A listener that throws or rejects is reported by `process.emitWarning`, and changes nothing.
 *
 * @param begun gets what each listener began for an account
 */
export function createEmitter(
  begun: (accountId: string, work: Promise<unknown>) => void = () => undefined,
): Emitter {
  const listeners = new Map<string, Set<(event: never) => unknown>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => set.delete(listener);
    },
    emit(name, fields) {
      const event = Object.freeze({ name, ...fields });
      for (const key of [name, '*']) {
        const present = listeners.get(key) ?? new Set();
        // One that stops and begins anew while it hears an event would be handed it without end.
        for (const listener of [...present]) {
          if (present.has(listener)) begun(fields.accountId, hear(listener, event as never));
        }
      }
    },
  };
}

function hear(listener: (event: never) => unknown, event: never): Promise<void> {
  const heard = (async () => void (await listener(event)))();
  heard.catch((error: unknown) => {
    process.emitWarning(`a listener of passport-second-factor events threw: ${detailOf(error)}`);
  });
  return heard;
}

/** What was thrown, which may be anything: not all of it can be printed. */
function detailOf(error: unknown): string {
  try {
    return String(error instanceof Error ? (error.stack ?? error.message) : error);
  } catch {
    return 'something that cannot be printed';
  }
}
