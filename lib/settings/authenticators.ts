import { withoutAuthenticator } from '../account/authenticators.js';
import type { AccountRecord } from '../account/record.js';
import type { Context } from '../session/context.js';
import { moveTo, originOf } from '../session/context.js';
import { emitEvent, factorOf } from '../session/core.js';
import { randomName } from '../session/random.js';
import type { RouteRefusal } from '../session/refusal.js';
import { updateRecord } from '../session/account-record.js';
import { refused } from '../session/refusal.js';
import { requireEnrolledOwner } from '../session/require-owner.js';

type Refusal = 'not-enrolled' | 'not-found' | 'authenticator-last';

/**
 * Removes one of several authenticators of the account that is signed in, for the price of a fresh code.
 * Every other session of the account, and every browser it knows, asks for a code again.
 *
 * @param id of any type
 */
export async function removeAuthenticator(
  context: Context,
  id: unknown,
): Promise<{ ok: true } | RouteRefusal> {
  const { core } = context;
  const owner = requireEnrolledOwner(context, { maxAge: core.options.freshSeconds });
  if (!owner.ok) return owner;
  const { state, known } = owner;
  const enrollment = randomName();
  const outcome = await updateRecord<AccountRecord | Refusal>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrollment !== state.enrollment) return { outcome: 'not-enrolled', next: 'unchanged' };
      const found = record.authenticators.find((authenticator) => authenticator.id === id);
      if (!found) return { outcome: 'not-found', next: 'unchanged' };
      const next = withoutAuthenticator(record, found.id, enrollment);
      return next ? { outcome: next, next } : { outcome: 'authenticator-last', next: 'unchanged' };
    },
    (removed, origin) => {
      if (typeof removed !== 'string') emitEvent(core, 'authenticator-removed', state.account, origin, {});
    },
  );
  if (typeof outcome === 'string') return refused(outcome);
  await moveTo(context, { ...state, enrollment, setup: undefined }, 'application-and-user');
  context.known = { ...known, factor: factorOf(outcome) };
  return { ok: true };
}
