import type { Left } from '../api.js';
import { bodyField } from '../answer/body-field.js';
import { enter } from '../impersonation/enter.js';
import { leave } from '../impersonation/leave.js';
import type { Context } from '../session/context.js';
import { answerOrRedirect, answerRefusal } from './answers.js';
import { cameFrom } from './came-from.js';
import { mayGoOn } from './intent.js';
import { status } from './status.js';
import { answerStepUp } from './step-up-page.js';

/**
 * POST /impersonation `{ account }`: starts to act as an account. If a fresh proof is needed, the answer is its form,
 * and acting starts after it.
 */
export async function postImpersonation(context: Context): Promise<void> {
  const account = bodyField(context.req, 'account');
  const from = cameFrom(context);
  const entered = await enter(context, account, from);
  if (entered.ok) answerOrRedirect(context, context.core.options.homePath, status(context));
  else if (typeof account === 'string' && mayGoOn(context, entered)) {
    const { name = '' } = entered;
    await answerStepUp(context, { then: 'impersonation', account, name, cameFrom: from ?? '' });
  } else await answerRefusal(context, entered);
}

/**
 * POST /impersonation/leave `{ from? }`: returns to the account that acted before, and to the page where that started.
 * The request cannot choose the account.
 */
export async function postLeave(context: Context): Promise<void> {
  const left = await leave(context, bodyField(context.req, 'from'));
  if (left.ok) {
    const returnTo = left.returnTo ?? context.core.options.homePath;
    answerOrRedirect(context, returnTo, { ...status(context), returnTo } as Left);
  } else await answerRefusal(context, left);
}
