import type { AppSession } from './app-request.js';
import type { SessionState } from './state.js';
import { readState, writeState } from './state.js';
import { isSameSignIn } from './stored-session.js';

/** A state of ours, as a request found or last wrote it. */
export interface Held {
  readonly key: string;
  state: SessionState | undefined;
}

export function heldIn(session: object, key: string): Held {
  return { key, state: readState(session, key) };
}

/** What becomes of our states in one write of a session. */
interface Keeping {
  /** Call it right before the write, with the session as the store has it. */
  keep(stored: object): void;
  answered(failed: boolean): void;
}

/**
 * A write puts the whole session back as its request found it. A newer state of ours stays, such as one with the challenge
 * of a page that was opened meanwhile, or with a wrong code more.
 *
 * @returns begins a write: call it right before the store is asked for the session
 */
export function createNewestStates(): (session: AppSession, held: readonly Held[]) => Keeping {
  /** Those that requests have changed and the store has not answered yet: it may not show them. */
  const underWay = new Map<string, SessionState>();

  const keeping = (session: AppSession, each: Held): Keeping => {
    const place = `${each.key} ${session.id}`;
    const before = underWay.get(place);
    let found: SessionState | undefined;
    let written: SessionState | undefined;
    return {
      keep(stored) {
        found = written = readState(session, each.key);
        if (!found) return;
        // States are replaced and never changed in place.
        if (found !== each.state) {
          underWay.set(place, found);
          return;
        }
        const newer = before ?? readState(stored, each.key);
        if (!isSameSignIn(found, newer)) return;
        writeState(session, each.key, newer);
        written = newer;
      },
      answered(failed) {
        if (underWay.get(place) === found) underWay.delete(place);
        if (!failed) each.state = written;
      },
    };
  };

  return (session, held) => {
    const all = held.map((each) => keeping(session, each));
    return {
      keep(stored) {
        for (const each of all) each.keep(stored);
      },
      answered(failed) {
        for (const each of all) each.answered(failed);
      },
    };
  };
}
