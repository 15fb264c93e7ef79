import { withoutAuthenticator } from '../account/authenticators.js';
import type { AccountRecord } from '../account/record.js';
import { updateRecord } from '../session/account-record.js';
import { keysIn, offeredKeys, waysIn } from '../session/challenge.js';
import type { Context } from '../session/context.js';
import { originOf } from '../session/context.js';
import type { Factor } from '../session/core.js';
import { emitEvent, factorOf } from '../session/core.js';
import { randomName } from '../session/random.js';
import type { RouteRefusal } from '../session/refusal.js';
import { refused } from '../session/refusal.js';
import { goOnUnder } from './go-on.js';
import { requireEnrolledOwner, takesNoCode } from '../session/require-owner.js';

type Refusal = 'not-enrolled' | 'not-found' | 'factor-last';

/** How one of several factors is removed. */
interface Removal {
  readonly isThere: (record: AccountRecord) => boolean;
  /** The record without it, with a new enrollment; `null`: it is the last factor. */
  readonly without: (record: AccountRecord, enrollment: string) => AccountRecord | null;
  readonly event: 'authenticator-removed' | 'security-key-removed';
}

/**
 * Removes one of several authenticators of the signed-in account. Needs a fresh proof.
 *
 * @param id may be of any type
 */
export function removeAuthenticator(context: Context, id: unknown): Promise<{ ok: true } | RouteRefusal> {
  return removeFactor(context, {
    event: 'authenticator-removed',
    isThere: ({ authenticators }) => authenticators.some((authenticator) => authenticator.id === id),
    without: (record, enrollment) => withoutAuthenticator(record, String(id), enrollment),
  });
}

/**
 * Removes one of several factors of the signed-in account. Needs a fresh proof. All other sessions of the account, and
 * all browsers it knows, are asked for a proof again.
 */
export async function removeFactor(
  context: Context,
  { isThere, without, event }: Removal,
): Promise<{ ok: true } | RouteRefusal> {
  const { core } = context;
  const owner = requireEnrolledOwner(context, { maxAge: core.options.freshSeconds });
  if (!owner.ok) return owner;
  const { state } = owner;
  const enrollment = randomName();
  const outcome = await updateRecord<AccountRecord | Refusal>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrollment !== state.enrollment) return { outcome: 'not-enrolled', next: 'unchanged' };
      if (!isThere(record)) return { outcome: 'not-found', next: 'unchanged' };
      const next = without(record, enrollment);
      if (!next || isLastWay(context, record, next)) return { outcome: 'factor-last', next: 'unchanged' };
      return { outcome: next, next, activity: event };
    },
    (removed, origin) => {
      if (typeof removed !== 'string') emitEvent(core, event, state.account, origin, {});
    },
  );
  if (typeof outcome === 'string') return refused(outcome);
  await goOnUnder(context, owner, outcome);
  return { ok: true };
}

/** Whether the factor is the last one that opens the account. If none does, one that opens nothing may be removed. */
function isLastWay(context: Context, record: AccountRecord, next: AccountRecord): boolean {
  const [before, after] = [factorOf(record), factorOf(next)];
  if (waysIn(context, before) > 0 && waysIn(context, after) === 0) return true;
  return takesNoCode(context) && !hasStoppedOnly(context, before) && hasStoppedOnly(context, after);
}

/**
 * Whether all keys that work here are stopped. If the policy accepts only keys, no code opens the account then, or adds
 * another key.
 */
function hasStoppedOnly(context: Context, factor: Factor): boolean {
  return offeredKeys(context, factor).length > 0 && keysIn(context, factor) === 0;
}
