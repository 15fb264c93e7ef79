/** What the process is told while an idiom runs. */
export interface ProcessWatch {
  /** Uncaught exceptions, unhandled rejections and warnings, in order. */
  readonly seen: unknown[];
  /** Resolves with the first exception or rejection, which would end a process. */
  readonly trouble: Promise<unknown>;
  end(): void;
}

/** Listens in the place of everybody else: mocha would take an exception of the idiom for one of the test. */
export function watchProcess(): ProcessWatch {
  const seen: unknown[] = [];
  let tell: (what: unknown) => void = () => undefined;
  const trouble = new Promise<unknown>((resolve) => (tell = resolve));
  const replaced = (['uncaughtException', 'unhandledRejection', 'warning'] as const).map((event) => {
    const before = process.listeners(event as 'warning');
    const listener = (what: Error): void => {
      // Which of the two an exception is depends on how a store calls back; either ends the process.
      seen.push({ [event === 'warning' ? event : 'ends the process']: what });
      if (event !== 'warning') tell(what);
    };
    process.removeAllListeners(event);
    process.on(event as 'warning', listener);
    return () => {
      process.removeAllListeners(event);
      for (const each of before) process.on(event as 'warning', each);
    };
  });
  return {
    seen,
    trouble,
    end() {
      for (const restore of replaced) restore();
    },
  };
}
