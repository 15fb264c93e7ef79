import { holds } from '../impersonation/stay.js';
import { readFactor } from '../session/account-record.js';
import type { Context } from '../session/context.js';
import { originOf } from '../session/context.js';
import { findAccount } from '../session/core.js';
import { evaluateSession, isInTime } from '../session/evaluate-session.js';
import { factsOf } from '../session/facts.js';
import { requirementOf } from '../session/requirement.js';
import type { StateName } from '../session/state.js';
import { isParked } from '../session/state.js';
import { isSameSignIn, storedState } from '../session/stored-session.js';

/** What the session of a request is by what the session store and the record have now. Changes nothing. */
export async function recheck(context: Context): Promise<StateName> {
  const { core, req, state, known } = context;
  const present = await storedState(req, core.options.sessionKey);
  if (!state || !present || !isSameSignIn(state, present)) return 'anonymous';
  if (isParked(present)) {
    return isInTime(present.since, present.until, core.options.clock()) ? present.state : 'anonymous';
  }

  if (present.state === 'impersonating' && !(await holds(context, present))) return 'anonymous';
  const found = known && (await findAccount(core, known.account.id));
  // The level of `req.user` is that of before.
  if (!found || found.account.level !== known.account.level) return 'anonymous';
  if (present.state === 'impersonating') return 'impersonating';
  const factor = await readFactor(core, found.account, () => originOf(context));
  const requirement = await requirementOf(core, found.account);
  const decision = evaluateSession(present, factsOf(core, found.account, factor, requirement));
  return decision.kind === 'demote' ? decision.to : present.state;
}
