import { withoutRemembered } from '../account/known-browsers.js';
import type { AccountRecord } from '../account/record.js';
import { updateRecord } from '../session/account-record.js';
import type { Context } from '../session/context.js';
import { originOf } from '../session/context.js';
import { emitEvent } from '../session/core.js';
import { randomName } from '../session/random.js';
import type { RouteRefusal } from '../session/refusal.js';
import { refused } from '../session/refusal.js';
import { goOnUnder } from './go-on.js';
import { requireEnrolledOwner } from '../session/require-owner.js';

/**
 * Ends every other session of the signed-in account. Needs a fresh proof. On their next request nobody is signed in
 * there, and a code is asked for, also in remembered browsers. This session goes on.
 */
export async function endOtherSessions(context: Context): Promise<{ ok: true } | RouteRefusal> {
  const { core } = context;
  const owner = requireEnrolledOwner(context, { maxAge: core.options.freshSeconds });
  if (!owner.ok) return owner;
  const { state } = owner;
  const enrollment = randomName();
  const outcome = await updateRecord<AccountRecord | 'not-enrolled'>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrollment !== state.enrollment) return { outcome: 'not-enrolled', next: 'unchanged' };
      const next = { ...withoutRemembered(record), enrollment };
      return { outcome: next, next, activity: 'other-sessions-ended' };
    },
    (ended, origin) => {
      if (ended !== 'not-enrolled') emitEvent(core, 'other-sessions-ended', state.account, origin, {});
    },
  );
  if (outcome === 'not-enrolled') return refused(outcome);
  await goOnUnder(context, owner, outcome);
  return { ok: true };
}
