import type { ImportedSecret } from '../operator/import-secret.js';
import { knownAccount, label } from './account-commands.js';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { importRefusal } from './import-refusal.js';
import { operator } from './operator.js';
import type { Run } from './run.js';
import { show } from './run.js';

const NEXT = 'next: it has no recovery codes yet; recovery-codes makes them';

/** `import <account>`: the secret comes by standard input, so that no process list and no history has it. */
export async function importSecret(run: Run): Promise<ExitCode> {
  const { command, instance, terminal } = run;
  const { account, allowShort, imported } = command;
  const { name } = await knownAccount(run);
  const input = await terminal.readInput();
  if (input === null) {
    throw new ConsoleError(EXIT.usage, 'the secret is read from standard input: pipe it, or add < file');
  }
  if (input.trim() === '') {
    throw new ConsoleError(EXIT.usage, 'standard input is empty: pipe the secret, or add < file');
  }
  const text = input.trim();
  const given = { ...imported, ...(isUri(text) ? { uri: text } : { secret: text }) };
  terminal.begin();
  const wasEnabled = await instance.admin
    .import(account, {
      ...given,
      dangerouslyAllowShortSecret: allowShort,
      ...operator(run),
    } as ImportedSecret)
    .catch((error: unknown) => {
      const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
      if (code === 'option-invalid') throw new ConsoleError(EXIT.usage, asTyped(String(message)));
      const refusal = importRefusal(error);
      if (refusal === null) throw error;
      throw new ConsoleError(EXIT.refused, `${label(account, name)}: ${refusal}`);
    });
  const outcome = wasEnabled ? 'is enabled' : 'was enabled with this authenticator already';
  const next = wasEnabled ? `\n${NEXT}` : '';
  show(run, `${label(account, name)}: two-step authentication ${outcome}${next}`, {
    account,
    imported: wasEnabled,
  });
  return EXIT.done;
}

function isUri(text: string): boolean {
  return /^otpauth:/i.test(text);
}

/** What a program is told to write, as it is typed at the console. */
function asTyped(message: string): string {
  return message
    .replace('dangerouslyAllowShortSecret: true', '--allow-short')
    .replace("set encoding: 'hex'", 'add --encoding hex');
}
