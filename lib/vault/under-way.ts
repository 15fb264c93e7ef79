import { setTimeout as sleep } from 'node:timers/promises';

/** How long closing waits: a console command would end before what it began was over. */
const CLOSING_MILLISECONDS = 5000;

/** What goes on beside the requests, and is waited for when an instance closes. */
export interface UnderWay {
  add(work: Promise<unknown>): void;
  /** Waits until all of it is over, and what it began; 5 s at most. */
  over(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const works = new Set<Promise<unknown>>();
  const allOver = async (): Promise<void> => {
    while (works.size > 0) await Promise.allSettled(works);
  };
  return {
    add(work) {
      works.add(work);
      const done = (): unknown => works.delete(work);
      work.then(done, done);
    },
    async over() {
      const patience = new AbortController();
      const waited = sleep(CLOSING_MILLISECONDS, undefined, { signal: patience.signal });
      await Promise.race([allOver(), waited]);
      waited.catch(() => undefined);
      patience.abort();
    },
  };
}
