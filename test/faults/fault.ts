/** What goes wrong, from one command on. */
export type Fault =
  /** Connections break before the command is read, and there are no new ones. */
  | 'refuse'
  /** Connections break before the command is read; new ones work. */
  | 'drop'
  /** Half of the answer comes, then connections break; new ones work. */
  | 'cut'
  /** Half of the answer comes, then connections break, and there are no new ones. */
  | 'cut-and-refuse'
  /** Nothing is read any more; when it is over, connections break. */
  | 'hang'
  /** Nothing is read any more; when it is over, what was sent is read and answered late. */
  | 'freeze'
  /** What is sent is carried out, and nothing is answered; when it is over, connections break. */
  | 'mute'
  /** This connection is dead without knowing it: it stays so when it is over. */
  | 'blackhole'
  /** The answer to this one command comes after everybody has stopped waiting for it. */
  | 'late'
  /** Every answer takes a moment. */
  | 'delay'
  /** All scripts are forgotten before the command. */
  | 'flush'
  /** The server refuses everything, as it does while it has no memory, loads, or is a replica. */
  | 'oom'
  | 'loading'
  | 'readonly'
  /** The command is carried out, and answered with an error. */
  | 'lost'
  /** The server refuses this one command. */
  | 'oom-once'
  | 'readonly-once';

/** Those that let the flow end as if nothing had happened. */
export const HARMLESS: readonly Fault[] = ['delay', 'flush'];
/** All of them. */
export const FAULTS: readonly Fault[] = [
  ...(['refuse', 'drop', 'cut', 'cut-and-refuse', 'delay', 'flush'] as const),
  ...(['lost', 'oom', 'loading', 'readonly', 'oom-once', 'readonly-once'] as const),
  ...(['hang', 'freeze', 'mute', 'blackhole', 'late'] as const),
];

/** Where each kind of command is last sent in a flow; the first place is 1. */
export function lastOfEachKind(commands: readonly string[]): readonly number[] {
  return [...new Set(commands)].map((name) => commands.lastIndexOf(name) + 1);
}
