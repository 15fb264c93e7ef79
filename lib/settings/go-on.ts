import type { AccountRecord } from '../account/record.js';
import type { Context } from '../session/context.js';
import { moveTo } from '../session/context.js';
import { factorOf } from '../session/core.js';
import type { KnownUser } from '../session/core.js';
import type { EnrolledState } from '../session/state.js';

/**
 * Keeps only this session of the account signed in, under the new enrollment of its record. An unfinished set-up here
 * is dropped.
 */
export async function goOnUnder(
  context: Context,
  { state, known }: { readonly state: EnrolledState; readonly known: KnownUser },
  record: AccountRecord,
): Promise<void> {
  const { enrollment } = record;
  await moveTo(
    context,
    { ...state, enrollment, setup: undefined, challenge: undefined },
    'application-and-user',
  );
  context.known = { ...known, factor: factorOf(record) };
}
