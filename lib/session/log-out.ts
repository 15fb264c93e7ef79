import type { Callback, LogOut } from './app-request.js';
import { requireSession } from './app-request.js';
import type { Context } from './context.js';
import { emit, kept, nobody, originOf } from './context.js';
import { emitEvent } from './core.js';
import { promised, putValues } from './regenerate.js';
import { writeState } from './state.js';

/**
 * The function that stands in for Passport's `req.logOut`: our state always ends, whatever
 * `keepSessionInfo` says, and a parked sign-in with it.
 */
export function createLogOut(context: Context): LogOut {
  return function logOut(
    given: { keepSessionInfo?: boolean } | Callback | undefined,
    callback?: Callback,
  ): void {
    const options = typeof given === 'function' ? {} : (given ?? {});
    const done = typeof given === 'function' ? given : callback;
    if (typeof done !== 'function') throw new TypeError('req.logOut needs a callback function');
    end(context, options.keepSessionInfo === true).then(
      () => {
        process.nextTick(done);
      },
      (error: unknown) => {
        process.nextTick(done, error);
      },
    );
  };
}

async function end(context: Context, keepSessionInfo: boolean): Promise<void> {
  const { core, req } = context;
  const { state } = context;
  // Told before it happens, while the context still knows who really acts.
  if (state?.state === 'impersonating') {
    emit(context, 'impersonation-ended', state.account, { reason: 'signed-out' });
  }
  const origin = originOf(context);
  const session = requireSession(req);
  const values = kept(context, keepSessionInfo ? 'application' : 'nothing');
  writeState(session, core.options.sessionKey, undefined);
  nobody(context);
  context.proof = undefined;
  // Passport would also carry the cookie over, with the short life of a parked sign-in.
  await promised((done) => {
    context.passportLogOut.call(req, { keepSessionInfo: false }, done);
  });
  putValues(requireSession(req), values);
  if (state) emitEvent(core, 'signed-out', state.account, origin, {});
}
