import { bodyField } from '../answer/body-field.js';
import type { Context } from '../session/context.js';
import { pageOf } from '../session/page-of.js';
import { refused } from '../session/refusal.js';
import { requireOwner } from '../session/require-owner.js';
import { answerRefusal } from './answers.js';
import { settingsAgain } from './page-drafts.js';

/**
 * A route for forms of signed-in pages: does nothing if the page was made for another account, and says so. A page that
 * was left open in another tab would otherwise change the account that has signed in since.
 */
export function forItsAccount(
  handle: (context: Context) => Promise<void>,
): (context: Context) => Promise<void> {
  return async (context) => {
    const { state } = context;
    const isSignedIn = state?.state === 'impersonating' || requireOwner(context).ok;
    // Everybody else is refused by the route, and is not told whose sign-in it is.
    const page = state && isSignedIn ? pageOf(state.account, bodyField(context.req, 'from')) : 'this';
    if (page === 'this') await handle(context);
    else if (page === 'another') {
      await answerRefusal(context, refused('other-account'), await settingsAgain(context, null));
    } else await answerRefusal(context, { ok: false, kind: 'field', code: 'body-malformed', field: 'from' });
  };
}
