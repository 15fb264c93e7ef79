/** Tells those who run the application of a mistake that refuses nobody, by `process.emitWarning`: once for each code. */
export type WarnOnce = (message: string, detail: { readonly code: string }) => void;

/** What warns for an instance that was just made. */
export function createWarnOnce(): WarnOnce {
  const told = new Set<string>();
  return (message, { code }) => {
    if (told.has(code)) return;
    told.add(code);
    process.emitWarning(message, { code });
  };
}
