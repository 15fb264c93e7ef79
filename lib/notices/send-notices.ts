import type { SecondFactorEvent } from '../events.js';
import type { Core } from '../session/core.js';
import { findAccount } from '../session/core.js';
import { isTold, noticeOf } from './notice-of.js';

/**
 * Has the application's `notify` hear of what owners should know. Only closing waits for it: it runs beside the
 * request, and what it throws is reported as that of any listener.
 */
export function sendNotices(core: Core): void {
  const { options, events, underWay } = core;
  const { notify } = options;
  if (!notify) return;
  const send = async (event: SecondFactorEvent): Promise<void> => {
    if (!isTold(event, options.limits.lockout.after)) return;
    const found = await findAccount(core, event.accountId);
    if (!found) return;
    const { id, name, level } = found.account;
    await notify({ id, name, level }, noticeOf(event, { issuer: options.issuer({ id, name }), name }));
  };
  events.on('*', (event) => {
    const sending = send(event);
    underWay.add(sending);
    return sending;
  });
}
