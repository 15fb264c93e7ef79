/** What the console command tells the shell. */
export const EXIT = {
  done: 0,
  /** Refused, or no such account. */
  refused: 1,
  /** The command line or the config is wrong. */
  usage: 2,
  /**
   * The store failed, an answer never came, something else ended the process, `check` found something, owners were not
   * told, or the output could not be written.
   */
  store: 3,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a sentence for the operator. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
