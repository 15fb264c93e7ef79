import {
  browsers,
  disable,
  importSecret,
  newRecoveryCodes,
  showStatus,
  unlock,
  securityKeys,
} from './account-commands.js';
import type { ExitCode } from './exit-code.js';
import type { CommandName } from './parse-command.js';
import type { Run } from './run.js';
import { check, list, rekey } from './store-commands.js';

/** The commands that act on the instance of the panel. */
type InstanceCommand = Exclude<CommandName, 'store-contract'>;

const COMMANDS: Readonly<Record<InstanceCommand, (run: Run) => Promise<ExitCode>>> = {
  status: showStatus,
  disable,
  unlock,
  'recovery-codes': newRecoveryCodes,
  browsers,
  'security-keys': securityKeys,
  import: importSecret,
  list,
  rekey,
  check,
};

/** Runs a command on the application's own instance. */
export function runCommand(name: InstanceCommand, run: Run): Promise<ExitCode> {
  return COMMANDS[name](run);
}
