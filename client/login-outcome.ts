import { SecondFactorClientError } from './second-factor-client-error.js';
import type { CallOptions, LoginOutcome, SecondFactorClient } from './second-factor-client.js';
import { refusal, refusalOf } from './refusal.js';

/** What may be refused although the password is right. */
const GOES_ON: readonly unknown[] = ['code-required', 'enrollment-required'];

/** Status codes of what is not there, of limiters, and of servers and proxies that fail: the password may be right. */
const SAYS_NOTHING = /^5|4(04|08|29)/;

/**
 * What the answer of the application's login route means. It does not tell whether somebody is signed in: routes answer
 * with JSON, with nothing, or with a redirect to a page. The session tells that.
 */
export async function loginOutcome(
  response: Response,
  status: SecondFactorClient['status'],
  call: CallOptions | undefined,
): Promise<LoginOutcome> {
  const refused = await refusalOf(response, call);
  const goesOn = GOES_ON.includes(refused?.code);
  if (refused && !goesOn) throw refused;
  if (SAYS_NOTHING.test(`${response.status}`)) throw refusal(response, {});
  if (response.ok || goesOn) {
    const now = await status(call);
    if (now.state === 'pending') return { next: 'code-required', status: now };
    if (now.state === 'must-enroll') {
      return { next: 'enrollment-required', status: now, keysOnly: now.setup.endsWith('/security-keys') };
    }
    if (now.state !== 'anonymous') return { next: 'signed-in', status: now, response };
    if (goesOn) throw new SecondFactorClientError('session-missing', { status: response.status });
  }
  return { next: 'refused', response };
}
