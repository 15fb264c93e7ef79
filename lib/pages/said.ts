import { isLoadedAhead, wantsHtml } from '../answer/negotiate.js';
import type { Success } from '../page.js';
import type { Context } from '../session/context.js';
import { updateState } from '../session/context.js';
import { isUser } from '../session/state.js';
import type { PageDraft } from './page-draft.js';
import type { Texts } from './texts.js';

/** The pages that say what was done just before. */
const SAYING: readonly PageDraft['name'][] = ['settings', 'browsers', 'security-keys'];

/** Remembers in the session what was done. The page that the browser is sent to says it, once. */
export function say(context: Context, said: Success['code']): void {
  const { state, req } = context;
  if (wantsHtml(req) && isUser(state)) updateState(context, { ...state, said });
}

/** What a page has to say, in the reader's language; `null`: nothing. Reading it also removes it. */
export function takeSaid(context: Context, { name }: PageDraft, texts: Texts): Success | null {
  const { state, req, known } = context;
  if (!isUser(state) || state.said === undefined || !SAYING.includes(name)) return null;
  if (req.method !== 'GET' || isLoadedAhead(req)) return null;
  const { said, ...silent } = state;
  updateState(context, silent);
  if (!Object.hasOwn(texts.done, said)) return null;
  const haveStayed = said === 'authenticator-replaced' && (known?.factor?.keys.length ?? 0) > 0;
  return { code: said, message: haveStayed ? `${texts.done[said]} ${texts.keysStay}` : texts.done[said] };
}
