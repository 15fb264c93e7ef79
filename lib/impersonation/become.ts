import type { Context } from '../session/context.js';
import { leaveSession, moveToAnonymous } from '../session/context.js';
import { guardSave } from '../session/guard-save.js';
import type { KnownUser } from '../session/core.js';
import { requestUser, requireSession } from '../session/app-request.js';
import { keepLife, promised, saveSession } from '../session/regenerate.js';
import type { ImpersonatingState, UserState } from '../session/state.js';
import { writeState } from '../session/state.js';

/**
 * Makes somebody else the user of the session: a new session that holds the state and nothing else. No
 * sign-in of his: `onSignedIn` is not called. When it fails nobody is signed in.
 */
export async function become(
  context: Context,
  known: KnownUser,
  state: UserState | ImpersonatingState,
  actors: readonly KnownUser[],
): Promise<void> {
  const { core, req } = context;
  await leaveSession(context);
  const old = requireSession(req);
  try {
    await promised((done) => {
      context.passportLogIn.call(req, known.user, { keepSessionInfo: false }, done);
    });
    const session = requireSession(req);
    keepLife(session, old);
    writeState(session, core.options.sessionKey, state);
    await saveSession(req);
    guardSave(core.endedSessions, req, session);
  } catch (error) {
    await moveToAnonymous(context).catch(() => undefined);
    throw error;
  }
  context.state = state;
  context.known = known;
  context.actors = actors;
  context.judgedUser = requestUser(req);
}
