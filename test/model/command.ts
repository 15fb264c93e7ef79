import { codeOf } from './codes.js';
import { UNSEEN, cookiesOf, sessionOf } from './world.js';
import type { AccountId, Level, World } from './world.js';

/** Where a code is typed. */
export type Door = 'verify' | 'step-up' | 'disable' | 'recovery-codes';
/** Whose code: an account's, or who the browser is signed in as, or on the way to. */
export type Owner = AccountId | 'own';
/** Which code somebody types: of whose phone and how many time steps off, or one of these. */
export type Typed =
  | { readonly of: Owner; readonly phone: number; readonly steps: number }
  | { readonly of: Owner; readonly recovery: number }
  | 'wrong'
  | 'wrong-recovery'
  /** What was typed last, by whomever. */
  | 'again';

/** What one request does, or one operator. `P`, `T`, `C`: how passwords, codes and first codes are told. */
export type Single<P = 'right' | 'wrong', T = Typed, C = Typed | number> =
  | { readonly do: 'sign-in'; readonly jar: number; readonly account: AccountId; readonly password: P }
  | {
      readonly do: 'code';
      readonly jar: number;
      readonly door: Door;
      readonly typed: T;
      readonly remember?: boolean;
    }
  | { readonly do: 'set-up'; readonly jar: number; readonly add: boolean }
  | { readonly do: 'confirm'; readonly jar: number; readonly typed: C }
  | { readonly do: 'remove-phone'; readonly jar: number; readonly phone: number }
  | { readonly do: 'act-as'; readonly jar: number; readonly account: AccountId }
  | { readonly do: Plain; readonly jar: number }
  | { readonly do: 'change-password'; readonly jar: number; readonly current: P }
  | { readonly do: 'edit'; readonly jar: number; readonly account: AccountId }
  | { readonly do: Operation; readonly account: AccountId }
  | { readonly do: 'level'; readonly account: AccountId; readonly level: Level };

/** Requests that say nothing more. */
export type Plain = 'cancel-set-up' | 'cancel' | 'leave' | 'sign-out' | 'revoke-browsers';
/** What an operator does on the console, or in the table of the users. */
export type Operation = 'disable' | 'unlock' | 'operator-revokes' | 'delete' | 'restore';

/** One step of a history. */
export type Command =
  | Single
  /** At once, each from a browser of its own. */
  | { readonly do: 'together'; readonly all: readonly Single[] }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'copy'; readonly from: number; readonly to: number }
  | { readonly do: 'clear'; readonly jar: number };

/** With passwords and codes as they are sent. `fresh` is the new password, where there is one. */
export type Act = Single<string, string, string> & { readonly fresh: string };

const WRONG = '000000';
const WRONG_RECOVERY = 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA';
let lastTyped = WRONG;

/** What is sent, in a world as it is before. */
export function actOf(world: World, command: Single): Act {
  const fresh = `password-${String(world.next)}-${String(passwords++)}`;
  if (command.do === 'sign-in') {
    return { ...command, fresh, password: passwordOf(world, command.account, command.password) };
  }
  if (command.do === 'change-password') {
    const account = sessionOf(world, command.jar)?.account ?? 'alice';
    return { ...command, fresh, current: passwordOf(world, account, command.current) };
  }
  if (command.do === 'code') {
    lastTyped = textOf(world, command.jar, command.typed);
    return { ...command, fresh, typed: lastTyped };
  }
  if (command.do === 'confirm') {
    lastTyped = confirmation(world, command);
    return { ...command, fresh, typed: lastTyped };
  }
  return { ...command, fresh };
}

let passwords = 0;

/** Forgets what was typed last: a history begins. */
export function forgetTyped(): void {
  lastTyped = WRONG;
}

function passwordOf(world: World, account: AccountId, which: 'right' | 'wrong'): string {
  return which === 'right' ? world.accounts[account].password : 'not-the-password';
}

function confirmation(world: World, { jar, typed }: Extract<Single, { do: 'confirm' }>): string {
  if (typeof typed !== 'number') return textOf(world, jar, typed);
  const session = sessionOf(world, jar);
  const setup = session && 'setup' in session ? session.setup : undefined;
  return setup ? codeOf(setup.key, world.now, typed) : WRONG;
}

function textOf(world: World, jar: number, typed: Typed): string {
  if (typed === 'wrong') return WRONG;
  if (typed === 'wrong-recovery') return WRONG_RECOVERY;
  if (typed === 'again') return lastTyped;
  const owner = typed.of === 'own' ? sessionOf(world, jar)?.account : typed.of;
  const { factor } = world.accounts[owner ?? 'alice'];
  if ('recovery' in typed) {
    const code = factor?.recovery[typed.recovery] ?? UNSEEN;
    return code === UNSEEN ? WRONG_RECOVERY : code;
  }
  const phone = factor?.phones[typed.phone % factor.phones.length];
  return phone ? codeOf(phone.key, world.now, typed.steps) : WRONG;
}

/** Browsers that a step touches. */
export function copyCookies(world: World, from: number, to: number): void {
  world.jars[to] = structuredClone(cookiesOf(world, from));
}
