import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** How often functions of `node:crypto` are called while something is done, whichever module calls them. */
export async function callsOf<Name extends keyof typeof crypto>(
  names: readonly Name[],
  act: () => unknown,
): Promise<Record<Name, number>> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  const watched = crypto as unknown as Record<Name, (...args: unknown[]) => unknown>;
  const real = names.map((name) => watched[name]);
  for (const [place, name] of names.entries()) {
    watched[name] = (...args) => {
      counts[name] += 1;
      return real[place]!(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    await act();
  } finally {
    for (const [place, name] of names.entries()) watched[name] = real[place]!;
    syncBuiltinESMExports();
  }
  return counts;
}
