import type { Context } from '../session/context.js';
import type { Soon } from '../soon.js';
import { evaluateRequest } from './evaluate-request.js';
import { withdraw } from './withdraw.js';

/**
 * Checks the session of a request by what the store says now, where it was checked by what was read up to `recheckSeconds`
 * ago. Nobody is signed in any more where that fails.
 */
export function checkAnew(context: Context): Soon<void> {
  return context.isRecent ? evaluateAnew(context) : undefined;
}

async function evaluateAnew(context: Context): Promise<void> {
  try {
    await evaluateRequest(context, null);
  } catch (error) {
    withdraw(context);
    throw error;
  }
}
