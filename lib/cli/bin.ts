#!/usr/bin/env node
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import type { Instance } from './load-instance.js';
import { messageOf } from './load-default-export.js';
import { loadInstance } from './load-instance.js';
import { USAGE, parseCommand } from './parse-command.js';
import { printable } from './printable.js';
import { runCommand } from './run-command.js';
import type { Terminal } from './run.js';
import { tryStore } from './try-store.js';

/** How long closing may take: an instance waits 5 s for what is late, and then for the connections of its store. */
const CLOSING_MILLISECONDS = 10_000;
const UNANSWERED =
  'no answer came, and none will: a promise of the config, of its store, or of findUser is never settled. ' +
  'Whether anything was changed is not known';

/** Why the output could not be written, a disk that is full for example. */
let unwritten: Error | undefined;

process.stdout.on('error', (error: Error) => {
  unwritten ??= error;
});

const terminal: Terminal = {
  print(line) {
    process.stdout.write(`${printable(line)}\n`);
  },
  async confirm(question) {
    if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    // Ctrl-C and Ctrl-D close it: no answer is a no.
    const closed = once(prompt, 'close').then(() => '');
    const typed = prompt.question(`${printable(question)} [y/N] `).catch(() => '');
    try {
      return /^y(es)?$/i.test((await Promise.race([typed, closed])).trim());
    } finally {
      prompt.close();
    }
  },
  readInput: () => (process.stdin.isTTY ? Promise.resolve(null) : text(process.stdin)),
};

async function main(): Promise<ExitCode> {
  let instance: Instance | undefined;
  try {
    const command = parseCommand(process.argv.slice(2));
    if (command.name === 'help') {
      process.stdout.write(USAGE);
      return EXIT.done;
    }
    if (command.name === 'store-contract') return await tryStore(command, terminal, process.cwd());
    instance = await loadInstance(command, process.cwd());
    return await runCommand(command.name, { command, instance, terminal });
  } catch (error) {
    process.stderr.write(`second-factor: ${printable(messageOf(error))}\n`);
    return exitCodeOf(error);
  } finally {
    if (instance) await closed(instance);
  }
}

/** Waits until an instance is closed. What becomes of that changes nothing: the command is done. */
async function closed(instance: Instance): Promise<void> {
  const patience = new AbortController();
  const waited = sleep(CLOSING_MILLISECONDS, undefined, { signal: patience.signal }).catch(() => undefined);
  const closing = (async () => instance.close())().catch(() => undefined);
  await Promise.race([closing, waited]);
  patience.abort();
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConsoleError) return error.exitCode;
  // Errors of the instance, whose class may come from another copy of the package.
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'account-invalid' || code === 'option-invalid' ? EXIT.usage : EXIT.store;
}

// Node ends by itself, as if all were well, where nothing is left that could settle what is waited for.
process.on('beforeExit', () => {
  process.stderr.write(`second-factor: ${UNANSWERED}\n`, () => process.exit(EXIT.store));
});

// Clients that the config opened would keep the process alive; output to a pipe is written first.
void main().then((exitCode) => {
  process.stdout.write('', () => {
    setImmediate(end, exitCode); // an error of the output is told after it
  });
});

/** Says what was done but not told: new recovery codes that nobody has read are lost. */
function end(exitCode: ExitCode): void {
  const trouble =
    unwritten && `second-factor: the output could not be written: ${printable(unwritten.message)}\n`;
  process.stderr.write(trouble ?? '', () => {
    process.exit(trouble === undefined ? exitCode : EXIT.store);
  });
}
