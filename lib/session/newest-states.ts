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

/**
 * A write puts the whole session back as its request found it. A newer state of ours stays, such as one with the challenge
 * of a page that was opened meanwhile, or with a wrong code more.
 */
export function createNewestStates() {
  /** Those that requests have changed and the store has not answered yet: it may not show them. */
  const underWay = new Map<string, SessionState>();
  const keepNewest = (session: AppSession, each: Held): ((stored: object) => (failed: boolean) => void) => {
    const place = `${each.key} ${session.id}`;
    const before = underWay.get(place);
    return (stored) => {
      const found = readState(session, each.key);
      // States are replaced and never changed in place.
      const isChanged = !found || found !== each.state;
      const newer = before ?? readState(stored, each.key);
      if (!isChanged && isSameSignIn(found, newer)) writeState(session, each.key, newer);
      if (isChanged && found) underWay.set(place, found);
      const written = readState(session, each.key);
      return (failed) => {
        if (underWay.get(place) === found) underWay.delete(place);
        if (!failed) each.state = written;
      };
    };
  };
  return {
    /**
     * Call it right before the store is asked for a session that is to be written.
     *
     * @returns to be called right before the write, with what the store has; that returns what is to be called with the
     *   answer: whether the write failed
     */
    begin(session: AppSession, held: readonly Held[]): (stored: object) => (failed: boolean) => void {
      const kept = held.map((each) => keepNewest(session, each));
      return (stored) => {
        const answers = kept.map((keep) => keep(stored));
        return (failed) => {
          for (const answer of answers) answer(failed);
        };
      };
    },
  };
}
