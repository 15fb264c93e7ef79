import { setImmediate as turn } from 'node:timers/promises';

/** A warning of this process. */
export type Warning = Error & { code?: string };

/**
 * The warnings of this process during something; they are heard here rather than printed.
 *
 * @param act is handed those that were heard so far, to wait for one that comes by itself
 */
export async function warningsOf(act: (heard: readonly Warning[]) => unknown): Promise<readonly Warning[]> {
  const warnings: Warning[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  const others = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', hear);
  try {
    await act(warnings);
    // Node emits them in a later tick, and listeners of events are heard in one of their own.
    await turn();
    await turn();
  } finally {
    process.off('warning', hear);
    for (const other of others) process.on('warning', other);
  }
  return warnings;
}
