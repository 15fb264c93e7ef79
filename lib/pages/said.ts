import { isLoadedAhead, wantsHtml } from '../answer/negotiate.js';
import type { Success } from '../page.js';
import type { Context } from '../session/context.js';
import { updateState } from '../session/context.js';
import { isUser } from '../session/state.js';
import type { PageDraft } from './page-draft.js';
import type { Texts } from './texts.js';

/** The pages that say what was done before they were shown. */
const SAYING: readonly PageDraft['name'][] = ['settings', 'browsers', 'security-keys'];

/** Remembers in the session what was done, for the page that a browser is sent to. It is said there, once. */
export function say(context: Context, said: Success['code']): void {
  const { state, req } = context;
  if (wantsHtml(req) && isUser(state)) updateState(context, { ...state, said });
}

/** What is to be said on a page, in the reader's language; it is said by that. `null`: nothing. */
export function takeSaid(context: Context, { name }: PageDraft, texts: Texts): Success | null {
  const { state, req } = context;
  if (!isUser(state) || state.said === undefined || !SAYING.includes(name)) return null;
  if (req.method !== 'GET' || isLoadedAhead(req)) return null;
  const { said, ...silent } = state;
  updateState(context, silent);
  return Object.hasOwn(texts.done, said) ? { code: said, message: texts.done[said] } : null;
}
