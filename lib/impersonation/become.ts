import type { Context, Present } from '../session/context.js';
import { isOver, leaveSession, moveToAnonymous, somebody } from '../session/context.js';
import { guardSave } from '../session/guard-save.js';
import { requireSession } from '../session/app-request.js';
import { keepLife, promised, saveSession } from '../session/regenerate.js';
import { writeState } from '../session/state.js';

/**
 * Makes somebody else the user of the session: a new session that holds the state and nothing else. No
 * sign-in of theirs: `onSignedIn` is not called. When it fails nobody is signed in.
 *
 * @param left called once the session before is gone, also where it fails after that
 */
export async function become(
  context: Context,
  present: Present,
  left: () => void = () => undefined,
): Promise<void> {
  const { core, req } = context;
  await leaveSession(context);
  const old = requireSession(req);
  let isLeft = false;
  try {
    await promised((done) => {
      context.passportLogIn.call(req, present.known.user, { keepSessionInfo: false }, done);
    });
    isLeft = true;
    left();
    const session = requireSession(req);
    keepLife(session, old);
    writeState(session, core.options.sessionKey, present.state);
    await saveSession(req);
    guardSave(req, session);
  } catch (error) {
    await moveToAnonymous(context).catch(() => undefined);
    if (!isLeft && (await isOver(req, old))) left();
    throw error;
  }
  somebody(context, present);
}
