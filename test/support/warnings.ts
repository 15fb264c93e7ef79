/** The warnings of this process during something; they are heard here rather than printed. */
export async function warningsOf(act: () => unknown): Promise<(Error & { code?: string })[]> {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  const others = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', hear);
  try {
    await act();
    // Node emits them in a later tick, and listeners of events are heard in one of their own.
    await new Promise((done) => setTimeout(done, 10));
  } finally {
    process.off('warning', hear);
    for (const other of others) process.on('warning', other);
  }
  return warnings;
}
