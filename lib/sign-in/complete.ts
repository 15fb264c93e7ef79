import type { SignInMethod } from '../account/attempt.js';
import { switchAutomatically } from '../impersonation/enter.js';
import type { AppSession, LogInOptions } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { carryOver } from './carry-over.js';
import { emit, endOfActing, leaveSession } from '../session/context.js';
import type { KnownUser } from '../session/core.js';
import { enterAs } from '../session/enter-as.js';
import { destination } from './park.js';
import { waitingOf } from './still-waits.js';
import { sendBrowserToken } from '../session/browser-cookie.js';
import type { BrowserToken } from '../session/browser-token.js';
import { requirementOf } from '../session/requirement.js';
import { putValues } from '../session/regenerate.js';
import type { ParkedState, UserState } from '../session/state.js';
import { elsewhereOf } from '../session/state.js';
import { forgetStop, readStop } from '../session/stop-cookie.js';

/** What there may be besides the user. */
interface SignInParts {
  /** The parked sign-in this completes. */
  readonly from?: ParkedState;
  /** The token by which the browser will be known. */
  readonly browser?: BrowserToken | undefined;
  /** Whether the new state depends on the present session, which must still be there. */
  readonly goesOn?: boolean;
  /** Whether `req.user` is signed in once more. They may have come back from where the automatic switch took them. */
  readonly isAgain?: boolean;
}

/**
 * Completes a sign-in: Passport's own `logIn`; then the state, saved before anything is answered; then `onSignedIn`;
 * then the automatic switch, if it is a new sign-in. If a step fails, nobody is signed in. Closing waits until it is
 * complete.
 *
 * @param user what becomes `req.user`
 * @returns where it leads, to be checked by `safeReturnTo`; `null`: home
 */
export function signIn(
  context: Context,
  user: unknown,
  known: KnownUser,
  mark: UserState,
  options: LogInOptions,
  parts: SignInParts = {},
): Promise<string | null> {
  return context.core.underWay.during(complete(context, user, known, mark, options, parts));
}

async function complete(
  context: Context,
  user: unknown,
  known: KnownUser,
  mark: UserState,
  options: LogInOptions,
  { from, browser, goesOn = from !== undefined, isAgain = false }: SignInParts,
): Promise<string | null> {
  const { core, request, res } = context;
  const keep = Boolean(options.keepSessionInfo) || from?.keepSessionInfo === true;
  const putKept = keep ? carryOver(context) : undefined;
  // Where the password was given again, and is enough now.
  const before = from ? undefined : waitingOf(context, known.account);
  const carried = from ? from.carried : core.options.carry(request, before?.carried);
  // A guard may have stopped the browser since the sign-in was parked.
  const { returnTo } = from
    ? (readStop(context) ?? from)
    : { returnTo: destination(context, options, before?.returnTo) };
  const requirement = await requirementOf(core, known.account);
  const method = methodOf(mark);
  const left = endOfActing(context, 'new-sign-in').tell;
  // Passport looks for it in the session that is there in the end.
  const leadOn = (session: AppSession): void => {
    if (options.successReturnToOrRedirect && returnTo) putValues(session, [['returnTo', returnTo]]);
  };
  if (goesOn) await leaveSession(context);
  await enterAs(
    context,
    user,
    { state: mark, known, requirement },
    {
      options,
      left,
      fill(session) {
        putKept?.();
        leadOn(session);
      },
      afterwards: () => core.options.onSignedIn(request, res, known.user, { method, carried }),
    },
  );
  emit(context, 'signed-in', known.account.id, method === null ? {} : { method });
  if (browser) {
    sendBrowserToken(context, browser);
    if (browser.remembered) emit(context, 'browser-remembered', known.account.id, {});
  }
  forgetStop(context);
  if (!isAgain) await switchAutomatically(context, leadOn);
  return returnTo;
}

function methodOf(mark: UserState): SignInMethod | null {
  if (elsewhereOf(mark)) return 'proven-elsewhere';
  if (mark.state === 'remembered') return 'remembered-browser';
  return mark.state === 'verified' ? mark.method : null;
}
