import { randomBytes } from 'node:crypto';
import { memoryStore } from '../../adapters/memory.js';
import type { SecondFactorOptions } from '../options.js';
import type { SecondFactor } from '../second-factor.js';
import { createSecondFactor } from '../second-factor.js';

/** What an instance under test still has to be told. */
export type MemoryOptions<User> = Omit<SecondFactorOptions<User>, 'store' | 'keys' | 'issuer'> &
  Partial<Pick<SecondFactorOptions<User>, 'store' | 'keys' | 'issuer'>>;

/**
 * An instance on a store in memory with a key of its own: the application under test with everything real
 * but the place where records are kept.
 *
 * @throws {SecondFactorError} as `createSecondFactor` does
 * @example
 * const secondFactor = createMemorySecondFactor<User>({ passport, account, findUser, clock: clock.now });
 */
export function createMemorySecondFactor<User = Express.User>(options: MemoryOptions<User>): SecondFactor {
  return createSecondFactor<User>({
    issuer: 'Test',
    store: memoryStore(),
    keys: [randomBytes(32).toString('base64')],
    ...options,
  });
}
