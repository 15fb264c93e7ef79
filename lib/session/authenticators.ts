import { withoutAuthenticator } from '../account/authenticators.js';
import { check } from './check.js';
import type { Context } from './context.js';
import { emit, moveTo, reported } from './context.js';
import { randomName } from './random.js';
import type { RouteRefusal } from './refusal.js';

/**
 * Removes one of several authenticators of the account that is signed in, for the price of a fresh code.
 * Every other session of the account, and every browser it knows, asks for a code again.
 *
 * @param id of any type
 */
export async function removeAuthenticator(
  context: Context,
  id: unknown,
): Promise<{ ok: true } | RouteRefusal> {
  const { core, state } = context;
  if (state?.state === 'impersonating') return { ok: false, code: 'impersonation-refused' };
  const verdict = check(context, { unenrolled: 'allow', maxAge: core.options.freshSeconds });
  if (!verdict.ok) return verdict;
  if (state?.state !== 'verified') return { ok: false, code: 'not-enrolled' };
  const enrolment = randomName();
  const refusal = await core.vault
    .update<'not-enrolled' | 'not-found' | 'authenticator-last' | null>(state.account, (record) => {
      if (record?.enrolment !== state.enrolment) return { outcome: 'not-enrolled', next: 'unchanged' };
      const found = record.authenticators.find((authenticator) => authenticator.id === id);
      if (!found) return { outcome: 'not-found', next: 'unchanged' };
      const next = withoutAuthenticator(record, found.id, enrolment);
      return next ? { outcome: null, next } : { outcome: 'authenticator-last', next: 'unchanged' };
    })
    .catch((error: unknown) => {
      throw reported(context, state.account, error);
    });
  if (refusal) return { ok: false, code: refusal };
  await moveTo(context, { ...state, enrolment, setup: undefined }, 'application-and-user');
  emit(context, 'authenticator-removed', state.account, {});
  return { ok: true };
}
