/** Warns the developers of a mistake that refuses nobody, by `process.emitWarning`. Once for each code. */
export type WarnOnce = (message: string, detail: { readonly code: string }) => void;

/** Makes the function that warns, for a new instance. */
export function createWarnOnce(): WarnOnce {
  const told = new Set<string>();
  return (message, { code }) => {
    if (told.has(code)) return;
    told.add(code);
    process.emitWarning(message, { code });
  };
}
