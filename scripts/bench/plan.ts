/** How long each phase measures. */
export interface Plan {
  /** Slices of each application; those of all applications alternate. */
  readonly rounds: number;
  /** The same of guarded requests, which are many and short: what else the machine does falls on both sides of a pair. */
  readonly guardedRounds: number;
  readonly sliceSeconds: number;
  /** What an application is sent before anything counts. */
  readonly warmSeconds: number;
  /** Sign-ins of one slice. */
  readonly signIns: number;
  /** Processes that load the package, for the time that takes. */
  readonly loads: number;
  /** How many accounts `list`, `check` and `rekey` meet; the crowd is the last. */
  readonly crowds: readonly number[];
  /** Longer than this no single command over all accounts is waited for. */
  readonly commandSeconds: number;
}

const FULL: Plan = {
  rounds: 12,
  guardedRounds: 24,
  sliceSeconds: 0.4,
  warmSeconds: 2.5,
  signIns: 300,
  loads: 11,
  crowds: [1_000, 100_000, 1_000_000],
  commandSeconds: 75,
};

/** A look: enough to see that all works and about how much it is. */
const QUICK: Plan = {
  rounds: 2,
  guardedRounds: 3,
  sliceSeconds: 0.4,
  warmSeconds: 0.8,
  signIns: 100,
  loads: 3,
  crowds: [1_000, 10_000],
  commandSeconds: 20,
};

/** What the command line asks for. */
export function planOf(args: readonly string[]): Plan {
  return args.includes('--quick') ? QUICK : FULL;
}
