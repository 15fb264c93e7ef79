import { requireSession } from '../session/app-request.js';
import type { Context, Present } from '../session/context.js';
import { leaveSession } from '../session/context.js';
import { enterAs } from '../session/enter-as.js';
import { keepLife } from '../session/regenerate.js';

/**
 * Makes somebody else the user of the session: a new session that holds the state and nothing else. No
 * sign-in of theirs: `onSignedIn` is not called. When it fails nobody is signed in.
 *
 * @param left called once the session before is gone, also where it fails after that
 */
export async function become(context: Context, present: Present, left?: () => void): Promise<void> {
  await leaveSession(context);
  const old = requireSession(context.req);
  await enterAs(context, present.known.user, present, {
    ...(left && { left }),
    fill: (session) => {
      keepLife(session, old);
    },
  });
}
