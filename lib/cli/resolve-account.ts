import { ConsoleError, EXIT } from './exit-code.js';
import { ifFailed } from './in-time.js';
import { printableLine } from './printable.js';
import type { Run } from './run.js';

/**
 * The same call with the id of its account, where that was named by its login. What is the id of one account and the login of
 * another is neither: who chooses their login must not get what was meant for somebody else.
 *
 * @throws {ConsoleError} exit code 1 when it may be meant either way
 */
export async function resolveAccount(run: Run): Promise<Run> {
  const { account: typed, idOnly } = run.command;
  if (idOnly) return run;
  const named = await accountNamed(run, typed);
  if (named === null || named === typed) return run;
  if (await isId(run, typed)) {
    const [shown, id] = [printableLine(typed), printableLine(named)];
    throw new ConsoleError(
      EXIT.refused,
      `${shown} is the id of one account and the login of another: say --id ${shown}, or --id ${id} for the other`,
    );
  }
  return { ...run, command: { ...run.command, account: named } };
}

/** The id of who has a login; `null`: nobody, or the application does not say. */
async function accountNamed({ instance }: Run, name: string): Promise<string | null> {
  try {
    return (await instance.admin.accountNamed?.(name))?.id ?? null;
  } catch (error) {
    const none = ifFailed(null)(error);
    // An application that is down keeps no operator from an account that has a record.
    if ((await instance.status(name)).enrolled) return none;
    throw error;
  }
}

/** Whether there is an account of that id, as far as can be told: a login may be no id that a database can look up. */
async function isId({ instance }: Run, typed: string): Promise<boolean> {
  if ((await instance.status(typed)).enrolled) return true;
  const known = await instance.admin.account(typed).catch(ifFailed(null));
  return known !== null;
}
