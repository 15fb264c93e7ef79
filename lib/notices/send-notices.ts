import { setTimeout as sleep } from 'node:timers/promises';
import type { SecondFactorEvent } from '../events.js';
import type { Core } from '../session/core.js';
import { findAccount } from '../session/core.js';
import { isTold, noticeOf } from './notice-of.js';

/** How long closing waits for notices that are on their way: a console command would end before they went. */
const CLOSING_MILLISECONDS = 5000;

/**
 * Has the application's `notify` hear of what owners should know. Nobody waits for it: it runs beside the
 * request, and what it throws is reported as that of any listener.
 *
 * @returns waits until what was begun is told, 5 s at most; for closing
 */
export function sendNotices(core: Core): () => Promise<void> {
  const { options, events } = core;
  const { notify } = options;
  const underWay = new Set<Promise<unknown>>();
  const send = async (event: SecondFactorEvent): Promise<void> => {
    if (!notify || !isTold(event, options.limits.lockout.after)) return;
    const found = await findAccount(core, event.accountId);
    if (!found) return;
    const { id, name, level } = found.account;
    await notify({ id, name, level }, noticeOf(event, { issuer: options.issuer({ id, name }), name }));
  };
  if (notify) {
    events.on('*', (event) => {
      const sending = send(event);
      underWay.add(sending);
      const done = (): unknown => underWay.delete(sending);
      sending.then(done, done);
      return sending;
    });
  }
  return async () => {
    const patience = new AbortController();
    const waited = sleep(CLOSING_MILLISECONDS, undefined, { signal: patience.signal });
    await Promise.race([Promise.allSettled(underWay), waited]);
    waited.catch(() => undefined);
    patience.abort();
  };
}
