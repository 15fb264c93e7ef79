/** Longer than any request waits for its session store. */
const REMEMBERED_MILLISECONDS = 60_000;

/** Stands for the ids of all sessions. */
export const ALL_SESSIONS = Symbol('all sessions');

/** From which moments on an end counts for a session. */
export interface Since {
  /** Its own. */
  readonly own: number;
  /** That of all sessions: an earlier one, where it goes on from another session. */
  readonly all: number;
}

/**
 * The sessions that a process ended within the last minute, by their ids. An id may come again, so an end counts
 * for what began before it: moments are counted, and have nothing to do with time.
 */
interface EndedSessions {
  /** A new moment, later than all before. */
  begin(): number;
  /** Tells for one request alone that it may end a session, before the session store is told. */
  claim(id: string, since: Since): boolean;
  /** Ends one or all; the function returned says whether the session store did. Until then they count as ended. */
  end(id: string | typeof ALL_SESSIONS): (failed: boolean) => void;
  /** Whether a session that began at a moment has ended. */
  has(id: string, since: Since): boolean;
  /** Tells for one request alone that it may tell the end of a session that began at a moment. */
  mayTell(id: string, since: number): boolean;
}

interface End {
  claimed: boolean;
  /** How many are under way. */
  running: number;
  /** The moment of the last one that held. */
  at: number;
  /** The moment when one was told. */
  toldAt: number;
  readonly forgotten: NodeJS.Timeout;
}

export function createEndedSessions(): EndedSessions {
  const ends = new Map<string | typeof ALL_SESSIONS, End>();
  let moment = 0;

  const endOf = (id: string | typeof ALL_SESSIONS): End => {
    const known = ends.get(id);
    if (known) {
      known.forgotten.refresh();
      return known;
    }
    const forgotten = setTimeout(() => ends.delete(id), REMEMBERED_MILLISECONDS).unref();
    const end = { claimed: false, running: 0, at: 0, toldAt: 0, forgotten };
    ends.set(id, end);
    return end;
  };
  const isOver = (id: string | typeof ALL_SESSIONS, since: number): boolean => {
    const end = ends.get(id);
    return end !== undefined && (end.claimed || end.running > 0 || end.at > since);
  };
  const has = (id: string, since: Since): boolean => isOver(id, since.own) || isOver(ALL_SESSIONS, since.all);
  return {
    begin: () => ++moment,
    claim(id, since) {
      if (has(id, since)) return false;
      endOf(id).claimed = true;
      return true;
    },
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
    mayTell(id, since) {
      const end = endOf(id);
      if (end.toldAt > since) return false;
      end.toldAt = ++moment;
      return true;
    },
  };
}
