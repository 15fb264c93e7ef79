import { setImmediate as turn } from 'node:timers/promises';

/** How long is waited for what may never be over: a console command would end before what it began was. */
const PATIENCE_MILLISECONDS = 5000;

/** What was left undone. */
export interface Untold {
  /** How many calls of `notify` and of listeners failed since the instance was made. */
  readonly failed: number;
  /** How many are not over, and how many answers of the store are late. */
  readonly unfinished: number;
}

/** What an instance waits for when it closes. */
export interface UnderWay {
  /**
   * What goes on beside the requests.
   *
   * @param accountId whose account it is for
   */
  add(accountId: string, work: Promise<unknown>): void;
  /** What a caller waits for and hears of, until its events are emitted. Only {@link UnderWay.end} waits for it. */
  during<T>(work: Promise<T>): Promise<T>;
  /**
   * Waits until all of it is over, and what it began; 5 s at most. Of one account: until 5 s have passed in which nothing
   * was over that was under way when the waiting began, so that a long queue is no reason to give up.
   */
  over(accountId?: string): Promise<void>;
  /** Waits until all of it is over, with what callers wait for, and what follows at once; 5 s at most. */
  end(): Promise<void>;
  untold(): Untold;
}

/** @param patienceMs for tests */
export function createUnderWay(patienceMs = PATIENCE_MILLISECONDS): UnderWay {
  const works = new Map<Promise<unknown>, string>();
  const calls = new Set<Promise<unknown>>();
  let failed = 0;
  const worksOf = (accountId: string | undefined): Promise<unknown>[] =>
    [...works].filter(([, each]) => accountId === undefined || each === accountId).map(([work]) => work);
  const allOver = async (look: () => Promise<unknown>[]): Promise<void> => {
    for (let left = look(); left.length > 0; left = look()) {
      await Promise.allSettled(left);
      await turn(); // a caller may begin the next step
    }
  };
  return {
    add(accountId, work) {
      works.set(work, accountId);
      const done = (): unknown => works.delete(work);
      work.then(done, () => {
        failed += 1;
        done();
      });
    },
    during(work) {
      calls.add(work);
      const done = (): unknown => calls.delete(work);
      work.then(done, done);
      return work;
    },
    over: (accountId) =>
      patiently(
        patienceMs,
        allOver(() => worksOf(accountId)),
        accountId === undefined ? [] : [...works.keys()],
      ),
    end: () =>
      patiently(
        patienceMs,
        allOver(() => [...calls, ...works.keys()]),
        [],
      ),
    untold: () => ({ failed, unfinished: works.size }),
  };
}

/** Waits for work, but no longer than a time in which nothing that is ahead of it was over. */
function patiently(ms: number, work: Promise<void>, ahead: readonly Promise<unknown>[]): Promise<void> {
  return new Promise((resolve) => {
    let isDone = false;
    const done = (): void => {
      isDone = true;
      clearTimeout(patience);
      resolve();
    };
    const patience = setTimeout(done, ms);
    const goOn = (): void => void (isDone || patience.refresh());
    for (const each of ahead) each.then(goOn, goOn);
    void work.then(done);
  });
}
