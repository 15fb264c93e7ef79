import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { METHODS } from '../session/park.js';
import { amrOf } from '../session/state.js';

/** What a session may know of itself; the JSON of `GET /`. */
export function status(context: Context): Record<string, unknown> {
  const { state, known, actors } = context;
  const serverTime = new Date(now(context)).toISOString();
  if (!state) return { state: 'anonymous', serverTime };
  if (state.state === 'pending') {
    return { state: 'pending', until: new Date(state.until).toISOString(), methods: METHODS, serverTime };
  }
  return {
    state: state.state,
    enrolled: Boolean(known?.factor),
    amr: amrOf(state),
    verifiedAt: state.state === 'verified' ? new Date(state.factorAt).toISOString() : null,
    actors: actors.map(({ account: { id, name } }) => ({ id, name })),
    recoveryCodesLeft: known?.factor?.recoveryCodesLeft ?? 0,
    serverTime,
  };
}
