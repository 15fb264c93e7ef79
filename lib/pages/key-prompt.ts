import type { KeyPrompt } from '../page.js';
import { offeredKeys, sharedChallenge } from '../session/challenge.js';
import type { Context } from '../session/context.js';
import { isUser } from '../session/state.js';

/**
 * What a page asks the security keys of the signed-in account; `null`: it has none that work here.
 *
 * @param mayAskAtOnce whether the page is only about this, and shows no error
 */
export function keyPrompt(context: Context, mayAskAtOnce = false): KeyPrompt | null {
  const { core, state, known } = context;
  const { webauthn, pendingSeconds } = core.options;
  const keys = offeredKeys(context, known?.factor);
  if (!webauthn || !known?.factor || keys.length === 0 || !isUser(state)) return null;
  const { value } = sharedChallenge(context, state, known.factor);
  return {
    publicKey: webauthn.requestOptions(value, keys, pendingSeconds * 1000),
    asksAtOnce: mayAskAtOnce && known.factor.usedKeyLast,
    origin: webauthn.origins[0] ?? '',
  };
}
