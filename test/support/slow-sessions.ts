import { MemoryStore } from 'express-session';
import type { SessionData } from 'express-session';

const DELAY_MILLISECONDS = 100;

type Done = (error?: unknown) => void;

/** Keeps sessions in the process, and takes its time to write and to end one. */
export class SlowSessions extends MemoryStore {
  override set(id: string, session: SessionData, done?: Done): void {
    setTimeout(() => {
      super.set(id, session, done);
    }, DELAY_MILLISECONDS);
  }

  override destroy(id: string, done?: Done): void {
    setTimeout(() => {
      super.destroy(id, done);
    }, DELAY_MILLISECONDS);
  }
}
