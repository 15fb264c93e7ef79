/** Longer than any request waits for its session store, and than proxies usually wait for an answer. */
const REMEMBERED_MILLISECONDS = 300_000;

/** Stands for the ids of all sessions. */
export const ALL_SESSIONS = Symbol('all sessions');

/** The moments from which an end counts for a session. */
export interface Since {
  /** The moment of the session itself. */
  readonly own: number;
  /** The moment for ends of all sessions: an earlier one, if the session goes on from another. */
  readonly all: number;
}

/**
 * The sessions that a process ended within the last five minutes, by id. An id may come again, so an end counts only for what
 * began before it. Moments are counters and have nothing to do with time.
 */
interface EndedSessions {
  /** A new moment, later than all before. */
  begin(): number;
  /** Lets only one request end a session. Called before the session store is. Returns the moment; `null`: another one does. */
  claim(id: string, since: Since): number | null;
  /** Whether a request claimed a session after a moment: the store had not ended it for the one before. */
  claimedAfter(id: string, moment: number): boolean;
  /**
   * Ends one or all. Returns a function that is told whether the session store did it. Until then they count as ended.
   */
  end(id: string | typeof ALL_SESSIONS): (failed: boolean) => void;
  /** Whether a session that began at a moment has ended. */
  has(id: string, since: Since): boolean;
  /**
   * Lets only one request tell the end of a session that began at a moment.
   *
   * @param what names what ended: each instance has its own in a session
   * @param stays whether the session stays, without what ended in it: until it is saved, further requests find that there
   */
  mayTell(id: string, since: number, what: string, stays: boolean): boolean;
}

interface End {
  claimed: boolean;
  /** The moment of the last claim. */
  claimedAt: number;
  /** How many ends are under way. */
  running: number;
  /** The moment of the last end that succeeded. */
  at: number;
  /** The moment when an end was told. */
  toldAt: number;
  /** The moment when it was told what ended in a session that stays. */
  stayedAt: number;
  /** When it is forgotten, by the clock of the process. */
  forgottenAt: number;
}

const NOTHING_YET: End = {
  claimed: false,
  claimedAt: 0,
  running: 0,
  at: 0,
  toldAt: 0,
  stayedAt: 0,
  forgottenAt: 0,
};

/**
 * Forgets what is too old when it is asked. It sets no timer: one that is made within a request keeps the application's
 * `AsyncLocalStorage` of that request, and with it the request, for as long as it runs.
 *
 * @param clock milliseconds, which only grow; for tests
 */
export function createEndedSessions(clock: () => number = () => performance.now()): EndedSessions {
  /** Those that are forgotten first come first. */
  const ends = new Map<string | typeof ALL_SESSIONS, End>();
  let moment = 0;

  const forgetOld = (): void => {
    const now = clock();
    for (const [id, { forgottenAt }] of ends) {
      if (forgottenAt > now) return;
      ends.delete(id);
    }
  };
  const endOf = (id: string | typeof ALL_SESSIONS): End => {
    forgetOld();
    const end = ends.get(id) ?? { ...NOTHING_YET };
    end.forgottenAt = clock() + REMEMBERED_MILLISECONDS;
    ends.delete(id);
    ends.set(id, end);
    return end;
  };
  const isOver = (id: string | typeof ALL_SESSIONS, since: number): boolean => {
    const end = ends.get(id);
    return end !== undefined && (end.claimed || end.running > 0 || end.at > since);
  };
  const has = (id: string, since: Since): boolean => {
    forgetOld();
    return isOver(id, since.own) || isOver(ALL_SESSIONS, since.all);
  };
  return {
    begin: () => ++moment,
    claim(id, since) {
      if (has(id, since)) return null;
      const end = endOf(id);
      end.claimed = true;
      return (end.claimedAt = ++moment);
    },
    claimedAfter: (id, since) => (ends.get(id)?.claimedAt ?? 0) > since,
    end(id) {
      const end = endOf(id);
      end.running++;
      return (failed) => {
        end.running--;
        end.claimed = false;
        if (!failed) end.at = ++moment;
      };
    },
    has,
    mayTell(id, since, what, stays) {
      const end = endOf(`${what}\0${id}`);
      if (end.toldAt > since || (stays && end.stayedAt > (ends.get(id)?.at ?? 0))) return false;
      end.toldAt = ++moment;
      if (stays) end.stayedAt = moment;
      return true;
    },
  };
}
