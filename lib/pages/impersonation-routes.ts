import { bodyField } from '../answer/body-field.js';
import { enter } from '../impersonation/enter.js';
import { leave } from '../impersonation/leave.js';
import type { Context } from '../session/context.js';
import { answerOrRedirect, answerRefusal } from './answers.js';
import { status } from './status.js';

/** POST /impersonation `{ account }`: begins to act as an account. */
export async function postImpersonation(context: Context): Promise<void> {
  const entered = await enter(context, bodyField(context.req, 'account'));
  if (entered.ok) answerOrRedirect(context, context.core.options.homePath, status(context));
  else await answerRefusal(context, entered);
}

/** POST /impersonation/leave `{ from? }`: goes back to who acted before. Nobody can say to whom. */
export async function postLeave(context: Context): Promise<void> {
  const left = await leave(context, bodyField(context.req, 'from'));
  if (left.ok) answerOrRedirect(context, context.core.options.homePath, status(context));
  else await answerRefusal(context, left);
}
