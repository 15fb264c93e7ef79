import { mock } from 'node:test';
import { expect } from 'chai';
import { MemoryStore } from 'express-session';
import type { SessionData } from 'express-session';
import type { AppSession } from '../../lib/session/app-request.js';
import { promised } from '../../lib/session/regenerate.js';
import { watchedStore } from '../../lib/session/watched-store.js';

type Done = (error?: unknown) => void;

/** A store that carries a write out, and answers, when the test says so. */
class HeldStore extends MemoryStore {
  hold: ((write: { land(): void; answer(): void }) => void) | undefined;
  fails: 'by throwing' | 'by its answer' | undefined;

  override set(id: string, data: SessionData, done?: Done): void {
    const { hold, fails } = this;
    this.hold = this.fails = undefined;
    if (fails === 'by throwing') throw new Error(fails);
    if (fails) return void setImmediate(() => done?.(new Error(fails)));
    const copy = JSON.parse(JSON.stringify(data)) as SessionData;
    if (hold) hold({ land: () => super.set(id, copy), answer: () => done?.() });
    else super.set(id, data, done);
  }
}

const STATE = { state: 'signed-in', account: 'alice', stamp: 's', passwordAt: 1 };
const CHANGED = { ...STATE, said: 'disabled' };

describe('session/newest-states', () => {
  let store: HeldStore;
  beforeEach(() => {
    store = new HeldStore();
  });
  afterEach(() => {
    mock.timers.reset();
  });

  const sessionWith = (ours: object): AppSession => ({ id: 'a', cookie: {}, ours }) as unknown as AppSession;
  /** A session as a request has loaded it. */
  function loaded(): AppSession {
    const session = sessionWith(STATE);
    watchedStore(store).watch(session, 'ours');
    return session;
  }
  const write = (session: AppSession): Promise<void> =>
    promised((done) => store.set('a', session as never, done));
  const found = (): Promise<unknown> =>
    new Promise((resolve) => store.get('a', (_error, data) => resolve(data)));
  /** The first of two requests changes our state, and the store holds its write. */
  async function changing() {
    await write(sessionWith(STATE));
    const requests = [loaded(), loaded()] as const;
    const held = new Promise<{ land(): void; answer(): void }>((done) => (store.hold = done));
    const first = write(Object.assign(requests[0], { ours: CHANGED }));
    return { requests, first, held: await held };
  }

  it('keeps the state that lies in the store, if it is of the same sign-in', async () => {
    const others = { same: { said: 'disabled' }, another: { account: 'bob' }, changed: { stamp: 't' } };
    for (const [whose, change] of Object.entries({ ...others, none: { state: 'of a later version' } })) {
      const session = loaded();
      await write(sessionWith({ ...STATE, ...change }));
      await write(session);
      expect(await found(), whose).to.deep.include({ ours: whose === 'same' ? CHANGED : STATE });
    }
  });

  it('keeps a state that the store has not written yet, or not answered', async () => {
    for (const isAnswered of [false, true]) {
      const { requests, first, held } = await changing();
      const second = write(Object.assign(requests[1], { note: 'of the second' }));
      if (isAnswered) {
        held.land();
        held.answer();
        await first;
      }
      await second;
      expect(await found(), String(isAnswered)).to.deep.include({ note: 'of the second', ours: CHANGED });
    }
  });

  it('keeps none whose write has failed, and writes it when that request tries again', async () => {
    for (const isThrown of [false, true]) {
      const requests = [loaded(), loaded()] as const;
      await write(sessionWith(STATE));
      store.fails = isThrown ? 'by throwing' : 'by its answer';
      const failed = await write(Object.assign(requests[0], { ours: CHANGED })).catch(
        (error: unknown) => error,
      );
      expect(failed).to.be.instanceOf(Error);
      await write(requests[1]);
      expect(await found()).to.deep.include({ ours: STATE });
      await write(requests[0]);
      expect(await found()).to.deep.include({ ours: CHANGED });
    }
  });

  it('holds up no store whose touch calls set', async () => {
    // No time passes, so a call that waits for itself never ends.
    mock.timers.enable({ apis: ['setTimeout'] });
    store.touch = (id, session, done?: () => void) => store.set(id, session, done);
    await write(sessionWith(STATE));
    const session = loaded();
    await promised((done) => store.touch('a', session as never, done as () => void));
    expect(await found()).to.deep.include({ ours: STATE });
  });
});
