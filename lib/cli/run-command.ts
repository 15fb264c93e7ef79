import { browsers, disable, newRecoveryCodes, showStatus, unlock, securityKeys } from './account-commands.js';
import type { ExitCode } from './exit-code.js';
import { importFile } from './import-file.js';
import { importSecret } from './import-secret.js';
import type { CommandName } from './commands.js';
import type { Run } from './run.js';
import { resolveAccount } from './resolve-account.js';
import { check, list, rekey } from './store-commands.js';

/** The commands that act on the instance of the panel. */
type InstanceCommand = Exclude<CommandName, 'store-contract' | 'help'>;

const COMMANDS: Readonly<Record<InstanceCommand, (run: Run) => Promise<ExitCode>>> = {
  status: showStatus,
  disable,
  unlock,
  'recovery-codes': newRecoveryCodes,
  browsers,
  'security-keys': securityKeys,
  import: (run) => (run.command.file === undefined ? importSecret(run) : importFile(run, run.command.file)),
  list,
  rekey,
  check,
};

/** Runs a command on the application's own instance. */
export async function runCommand(name: InstanceCommand, run: Run): Promise<ExitCode> {
  return COMMANDS[name](run.command.account === '' ? run : await resolveAccount(run));
}
