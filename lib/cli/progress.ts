import type { Run } from './run.js';

/** How often a terminal is told how far it is. */
const PROGRESS_MILLISECONDS = 200;

/** Says how far a command is, now and then, where people look on; never with `--json`. */
export function progressOf(
  { command, terminal }: Pick<Run, 'command' | 'terminal'>,
  text: () => string,
): () => void {
  let shownAt = 0;
  return () => {
    const now = Date.now();
    if (command.json || now - shownAt < PROGRESS_MILLISECONDS) return;
    shownAt = now;
    terminal.progress(text());
  };
}

/** The same of work whose end is not known, which is told how much of it is done. */
export function counting(run: Pick<Run, 'command' | 'terminal'>, noun: string): (done: number) => void {
  let count = 0;
  const show = progressOf(run, () => `${String(count)} ${noun}`);
  return (done) => {
    count = done;
    show();
  };
}
