import type { Instance } from './load-instance.js';
import type { Command } from './parse-command.js';

/** Where a command prints to and asks from. */
export interface Terminal {
  print(line: string): void;
  /** Asks a question; `null` when there is nobody to answer. */
  confirm(question: string): Promise<boolean | null>;
  /** Shows how far a command is, where there is a terminal to show it on; an empty text takes that away. */
  progress(text: string): void;
  /** The whole of standard input; `null` when that is a terminal. */
  readInput(): Promise<string | null>;
  /**
   * Says that something is changed from here on: nothing is to end the command in the middle of that.
   *
   * @returns what aborts once somebody wants it to end: then nothing further is to be begun
   */
  begin(): AbortSignal;
}

/** One call of the console command. */
export interface Run {
  readonly command: Command;
  readonly instance: Instance;
  readonly terminal: Terminal;
}

/** Prints a text for people, or with `--json` the same for programs. */
export function show({ command, terminal }: Run, text: string, json: unknown): void {
  terminal.print(command.json ? JSON.stringify(json) : text);
}

/** A moment in milliseconds since 1970, as people read it. */
export function time(milliseconds: number | null): string {
  return milliseconds === null ? 'an unknown time' : new Date(milliseconds).toISOString();
}
