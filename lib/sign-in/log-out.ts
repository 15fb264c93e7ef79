import type { Callback, LogOut } from '../session/app-request.js';
import { requireSession } from '../session/app-request.js';
import { callBack, storeCatches } from '../session/call-back.js';
import { carryOver } from './carry-over.js';
import type { Context } from '../session/context.js';
import { endOfActing, firstToTell, nobody, originOf } from '../session/context.js';
import { emitEvent } from '../session/core.js';
import { noteSaved } from '../session/guard-save.js';
import { promised } from '../session/regenerate.js';
import { writeState } from '../session/state.js';
import { forgetStop } from '../session/stop-cookie.js';
import { storedState } from '../session/stored-session.js';

/**
 * The function that replaces Passport's `req.logOut`. Our state always ends, whatever `keepSessionInfo` says, and so
 * does a parked sign-in. Callback and errors are those of Passport.
 */
export function createLogOut(context: Context): LogOut {
  return function logOut(given?: LogOutOptions | Callback | null, callback?: Callback | null): void {
    const options = typeof given === 'object' && given !== null ? given : {};
    const done = typeof given === 'function' ? given : callback;
    if (!context.req.session) {
      nobody(context);
      // Passport refuses at once, because there is no session.
      context.passportLogOut.call(context.req, options, done);
      return;
    }
    if (typeof done !== 'function') {
      nobody(context);
      throw new Error('req#logout requires a callback function');
    }
    end(context, Boolean(options.keepSessionInfo)).then(
      () => {
        callBack(context.req, done, storeCatches(context.req));
      },
      (error: unknown) => {
        callBack(context.req, done, storeCatches(context.req), error);
      },
    );
  };
}

interface LogOutOptions {
  readonly keepSessionInfo?: boolean;
}

async function end(context: Context, keepSessionInfo: boolean): Promise<void> {
  const { core, req, state } = context;
  const { sessionKey } = core.options;
  const isFirst = firstToTell(context);
  const acting = endOfActing(context, 'signed-out', isFirst);
  const origin = originOf(context);
  const tell = (): void => {
    acting.tell();
    if (state && isFirst()) emitEvent(core, 'signed-out', state.account, origin, {});
  };
  const putKept = keepSessionInfo ? carryOver(context) : undefined;
  writeState(requireSession(req), sessionKey, undefined);
  nobody(context);
  context.proof = undefined;
  const isSaved = noteSaved(requireSession(req));
  // Passport would also keep the cookie, with the short lifetime of a parked sign-in.
  try {
    await promised((done) => {
      context.passportLogOut.call(req, { keepSessionInfo: false }, done);
    });
  } catch (error) {
    // Passport first saves the session without its user, and may fail after that.
    if (isSaved() || !(await storedState(req, sessionKey).catch(() => state))) tell();
    throw error;
  }
  putKept?.();
  forgetStop(context);
  tell();
}
