import { wantsHtml } from '../answer/negotiate.js';
import { redirect } from '../answer/redirect.js';
import type { Context } from '../session/context.js';
import { isUser } from '../session/state.js';
import { say } from './said.js';

/**
 * Whether a refused form may come from reloading the page that has just shown recovery codes: there are some, and
 * nobody has said yet that they are saved.
 */
export function wasReloaded({ req, state, known }: Context): boolean {
  return wantsHtml(req) && isUser(state) && known?.factor?.recoveryCodesConfirmed === false;
}

/** Sends the browser to the settings, which say what to do about codes that were not saved. Nothing went wrong. */
export function answerReload(context: Context): void {
  say(context, 'recovery-codes-shown');
  redirect(context.req, context.res, context.core.options.basePath);
}
