import { SecondFactorError } from '../errors.js';
import type { Core, FoundUser } from '../session/core.js';
import { findAccount } from '../session/core.js';
import { foundAccount } from '../session/described-account.js';
import { describeFailure } from '../vault/failure.js';

/**
 * The account of a name, as `account()` tells it, fresh; `null` when there is none of exactly this name, `undefined` where
 * the application does not look names up.
 *
 * @throws {SecondFactorError} `find-user-failed`, `account-invalid`, `account-unstable`
 */
export async function accountNamed(core: Core, name: string): Promise<FoundUser | null | undefined> {
  const { findAccountByName } = core.options;
  if (!findAccountByName) return undefined;
  const user = await looked(() => findAccountByName(name));
  if (user === null || user === undefined || user === false) return null;
  const account = await foundAccount(core.options, user);
  // What an application finds by another spelling is another account.
  return account.name === name ? findAccount(core, account.id) : null;
}

async function looked(find: () => unknown): Promise<unknown> {
  try {
    return await find();
  } catch (cause) {
    const message = `findAccountByName(name) threw: ${describeFailure(cause)}`;
    throw new SecondFactorError('find-user-failed', message, { cause });
  }
}
