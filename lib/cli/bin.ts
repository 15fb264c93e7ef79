#!/usr/bin/env node
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { helpOf, helpOfAll } from './help.js';
import { holdSignals } from './hold-signals.js';
import { UNKNOWN } from './in-time.js';
import { limited } from './limited.js';
import type { Instance } from './load-instance.js';
import { messageOf } from './load-default-export.js';
import { loadInstance } from './load-instance.js';
import { parseCommand } from './parse-command.js';
import { printable } from './printable.js';
import { runCommand } from './run-command.js';
import type { Terminal } from './run.js';
import { tryStore } from './try-store.js';
import { versionIn } from './version.js';

/** How long closing may take: an instance waits 5 s for what is late, and then for the connections of its store. */
const CLOSING_MILLISECONDS = 10_000;
const UNANSWERED = `no answer came, and none will: a promise of the config, of its store, or of findUser is never settled. ${UNKNOWN}`;
const ENDED = `the config, or something it loads, ended the process before the command was done. ${UNKNOWN}`;
const HELD = 'what was begun is finished first; once more ends it at once';

/** ECMA-48 §8.3.41: erases from the cursor to the end of the line. */
const ERASE_LINE = '\u001b[K';

/** What the command came to; `undefined` before it is done. */
let outcome: ExitCode | undefined;

/** Why the output could not be written, a disk that is full for example. */
let unwritten: Error | undefined;

process.stdout.on('error', (error: Error) => {
  unwritten ??= error;
});
// Nobody reads it: the exit code says what happened.
process.stderr.on('error', () => undefined);

/** Whether the last line of the terminal says how far a command is. */
let isProgressShown = false;

const terminal: Terminal = {
  print(line) {
    terminal.progress('');
    process.stdout.write(`${printable(line)}\n`);
  },
  progress(text) {
    const isWatched = process.stderr.isTTY && process.stdout.isTTY;
    if (!isWatched || (text === '' && !isProgressShown)) return;
    process.stderr.write(`\r${ERASE_LINE}${printable(text)}`);
    isProgressShown = text !== '';
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
  begin() {
    const ending = new AbortController();
    holdSignals(
      () => {
        ending.abort();
        process.stderr.write(`second-factor: ${HELD}\n`);
      },
      (signal) => {
        if (outcome === undefined) quit(EXIT.store, `ended by ${signal}. ${UNKNOWN}`);
        else end();
      },
    );
    return ending.signal;
  },
};

async function main(): Promise<void> {
  let instance: Instance | undefined;
  try {
    const command = parseCommand(process.argv.slice(2));
    if (command.name === 'help') {
      process.stdout.write(command.topic === null ? helpOfAll() : helpOf(command.topic));
      outcome = EXIT.done;
    } else if (command.name === 'version') {
      process.stdout.write(`${versionIn(import.meta.dirname)}\n`);
      outcome = EXIT.done;
    } else if (command.name === 'store-contract') {
      outcome = await tryStore(command, terminal, process.cwd());
    } else {
      instance = limited(await loadInstance(command, process.cwd()));
      outcome = await runCommand(command.name, { command, instance, terminal });
    }
  } catch (error) {
    terminal.progress('');
    process.stderr.write(`second-factor: ${printable(messageOf(error))}\n`);
    outcome = exitCodeOf(error);
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
  quit(EXIT.store, UNANSWERED);
});

// A connection of the config that breaks, for example: that is no refusal. The application may hear of it by itself.
process.on('uncaughtException', (error: unknown) => {
  if (outcome !== undefined || process.listenerCount('uncaughtException') > 1) return;
  quit(EXIT.store, `${messageOf(error)} (thrown beside the command). ${UNKNOWN}`);
});

process.on('exit', () => {
  if (outcome === undefined) process.stderr.write(`second-factor: ${ENDED}\n`);
  process.exitCode = outcome ?? EXIT.store;
});

// Clients that the config opened would keep the process alive; output to a pipe is written first.
void main().then(() => {
  process.stdout.write('', () => {
    setImmediate(end); // an error of the output is told after it
  });
});

/** Says what was done but not told: new recovery codes that nobody has read are lost. */
function end(): void {
  if (unwritten) quit(EXIT.store, `the output could not be written: ${unwritten.message}`);
  else quit(outcome ?? EXIT.store);
}

function quit(exitCode: ExitCode, trouble?: string): void {
  outcome = exitCode;
  process.stderr.write(trouble === undefined ? '' : `second-factor: ${printable(trouble)}\n`, () => {
    process.exit(exitCode);
  });
}
