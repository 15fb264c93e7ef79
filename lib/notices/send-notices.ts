import { LONGEST, cleanText } from '../account/clean-text.js';
import { SecondFactorError } from '../errors.js';
import type { SecondFactorEvent } from '../events.js';
import type { Core } from '../session/core.js';
import { findAccount } from '../session/core.js';
import { allWords } from './all-words.js';
import { isTold, noticeOf } from './notice-of.js';

/**
 * Has the application's `notify` hear of what owners should know. It runs beside the request, as any
 * listener does. That `findUser` does not find the account is reported as a listener that failed.
 *
 * @throws {SecondFactorError} `option-invalid` when a text of the application is missing
 */
export function sendNotices(core: Core): void {
  const { options, events } = core;
  const { notify } = options;
  const words = allWords(options.texts);
  if (!notify) return;
  const send = async (event: SecondFactorEvent): Promise<void> => {
    if (!isTold(event, options.limits.lockout.after)) return;
    const found = await findAccount(core, event.accountId);
    if (!found) throw unfound(event);
    const { id, name, level } = found.account;
    await notify({ id, name, level }, noticeOf(event, { issuer: options.issuer({ id, name }), name }, words));
  };
  events.on('*', send);
}

/** Only the application knows the name and the address of an owner, and whether the account is blocked or deleted. */
function unfound({ accountId, name }: SecondFactorEvent): SecondFactorError {
  const owner = cleanText(accountId, LONGEST.by);
  const message = `the owner of ${owner} was not told of "${name}": findUser does not find the account`;
  return new SecondFactorError('account-unknown', message);
}
