import type { AppSession } from '../session/app-request.js';
import { requireSession } from '../session/app-request.js';
import type { Context, Present } from '../session/context.js';
import { leaveSession } from '../session/context.js';
import { enterAs } from '../session/enter-as.js';
import { keepLife } from '../session/regenerate.js';

/** What else happens on the way. */
interface BecomeParts {
  /** Called once the session before is gone, also where it fails after that. */
  readonly left?: () => void;
  /** Fills the new session. */
  readonly fill?: ((session: AppSession) => void) | undefined;
}

/**
 * Makes somebody else the user of the session: a new session that holds the state, and what `fill` puts there. No
 * sign-in of theirs: `onSignedIn` is not called. When it fails nobody is signed in.
 */
export async function become(
  context: Context,
  present: Present,
  { left, fill }: BecomeParts = {},
): Promise<void> {
  await leaveSession(context);
  const old = requireSession(context.req);
  await enterAs(context, present.known.user, present, {
    ...(left && { left }),
    fill: (session) => {
      keepLife(session, old);
      fill?.(session);
    },
  });
}
