import { debuglog } from 'node:util';

/**
 * Tells every decision on standard error where the process runs with `NODE_DEBUG=second-factor`: sessions, guards, refusals
 * and events, with account ids and addresses, and never a code, key, token or password.
 */
export const debug = debuglog('second-factor');
