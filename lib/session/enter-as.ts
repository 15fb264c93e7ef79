import { SecondFactorError } from '../errors.js';
import type { AppSession, LogInOptions } from './app-request.js';
import { requireSession } from './app-request.js';
import type { Context, Present } from './context.js';
import { isOver, moveToAnonymous, somebody } from './context.js';
import { isThere, saveNew, savedFilled } from './guard-save.js';
import { promised } from './regenerate.js';
import { writeState } from './state.js';

/** What else happens on the way. */
interface EnterParts {
  /** The options that `req.logIn` got. */
  readonly options?: LogInOptions;
  /** Fills the new session before it is saved. */
  readonly fill?: (session: AppSession) => void;
  /** Called once the old session is gone, also if a step fails. */
  readonly left?: () => void;
  /** What to do once the session is saved. */
  readonly afterwards?: () => void | Promise<void>;
}

/**
 * Makes somebody the user of the session. No other function does. Passport's own `logIn` makes a new session; then the
 * state is saved, before anything is answered. If a step fails, nobody is signed in.
 *
 * @param user what becomes `req.user`
 */
export async function enterAs(
  context: Context,
  user: unknown,
  present: Present,
  { options = {}, fill, left, afterwards }: EnterParts,
): Promise<void> {
  const { core, req } = context;
  const before = requireSession(req);
  let isLeft = false;
  const enter = (session: AppSession): void => {
    fill?.(session);
    writeState(session, core.options.sessionKey, present.state);
  };
  const logIn = (): Promise<void> =>
    promised((done) => {
      context.passportLogIn.call(req, user, { ...options, session: true, keepSessionInfo: false }, done);
    });
  try {
    const isSaved = await savedFilled(req, before, enter, logIn);
    isLeft = true;
    left?.();
    if (!isSaved) enter(requireSession(req));
    if (!(await (isSaved ? isThere(req, before) : saveNew(req, before))))
      throw new SecondFactorError('sign-in-expired');
    somebody(context, present);
    await afterwards?.();
  } catch (error) {
    await moveToAnonymous(context).catch(() => undefined);
    if (left && !isLeft && (await isOver(req, before))) left();
    throw error;
  }
}
