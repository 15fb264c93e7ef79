import { mock } from 'node:test';
import { expect } from 'chai';
import { MemoryStore } from 'express-session';
import type { SessionData } from 'express-session';
import type { AppSession } from '../../lib/session/app-request.js';
import { createLateWrites } from '../../lib/session/late-writes.js';
import { promised } from '../../lib/session/regenerate.js';
import type { Told } from '../../lib/session/store-calls.js';
import { watchedStore } from '../../lib/session/watched-store.js';
import { enrolled, give } from '../support/people.js';
import type { Owner } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { seenBy } from '../support/sessions.js';

type Done = (error?: unknown) => void;

/** A write that the store got, and neither carried out nor answered. */
interface HeldWrite {
  land(): void;
  answer(error?: unknown): void;
}

/** A store with several connections: what was asked later may be done earlier. */
class PooledStore extends MemoryStore {
  readonly #next: Record<'set' | 'touch', ((held: HeldWrite) => void)[]> = { set: [], touch: [] };

  /** The next write waits until the test says so. */
  held(call: 'set' | 'touch' = 'set'): Promise<HeldWrite> {
    return new Promise((resolve) => this.#next[call].push(resolve));
  }
  failing = false;
  stays = false;
  override destroy(id: string, done?: Done): void {
    if (this.stays) done?.(new Error('not removed'));
    else super.destroy(id, done);
  }
  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): void {
    if (this.failing) throw new Error('away');
    super.get(id, done);
  }
  override set(id: string, data: SessionData, done?: Done): void {
    this.#run('set', id, data, done, () => super.set(id, data, done));
  }
  /** Writes the whole session, as stores that keep files do. */
  override touch(id: string, data: SessionData, done?: Done): void {
    this.#run('touch', id, data, done, () => super.touch(id, data, done));
  }
  has(id: string): Promise<boolean> {
    return new Promise((resolve) =>
      MemoryStore.prototype.get.call(this, id, (_error, data) => resolve(!!data)),
    );
  }
  #run(call: 'set' | 'touch', id: string, data: SessionData, done: Done | undefined, act: () => void): void {
    const held = this.#next[call].shift();
    const copy = JSON.parse(JSON.stringify(data)) as SessionData;
    if (held) held({ land: () => super.set(id, copy), answer: (error) => done?.(error) });
    else act();
  }
}

describe('session/late-writes (G3)', () => {
  afterEach(async () => {
    mock.timers.reset();
    await stopPanels();
  });

  const ENDS: Readonly<Record<string, (panel: Panel, owner: Owner) => Promise<unknown>>> = {
    'a sign-out': (_panel, { client }) => client.post('/logout'),
    'a step-up': (_panel, { client, phone }) => give(client, 'step-up', phone.nextCode()),
    'an end of all sessions': ({ sessionStore }) => promised((done) => sessionStore.clear?.(done)),
  };

  for (const [name, end] of Object.entries(ENDS)) {
    it(`lets nobody in by a session that a write brings back which ${name} overtook`, async () => {
      const store = new PooledStore();
      let arrived = (): void => undefined;
      const panel = await startPanel({
        session: { store },
        first: ({ app }) =>
          app.use((_req, _res, next) => {
            arrived();
            next();
          }),
        routes: ({ app }) =>
          app.post('/note', (req, res) => {
            Object.assign(req.session, { note: 'new' });
            res.json({ user: req.user ? 'still' : null });
          }),
      });
      const owner = await enrolled(panel);
      const thief = owner.client.copy();
      const { cookie } = thief;
      const holding = store.held();
      const slow = thief.copy().post('/note');
      const write = await holding;
      await end(panel, owner);
      write.land();
      const here = new Promise<void>((resolve) => (arrived = resolve));
      const next = thief.post('/note', {}, { cookie });
      await here;
      write.answer();
      expect((await next).body).to.deep.equal({ user: null });
      await slow;
      expect(await seenBy(panel, cookie)).to.equal(null);
      expect(await panel.stored(cookie)).to.equal(null);
    });
  }

  it('touches no session that has ended already', async () => {
    const store = new PooledStore();
    let touches = 0;
    store.touch = (_id, _data, done) => {
      touches++;
      done?.();
    };
    const watched = watchedStore(store as never);
    const session = { id: 'a', cookie: {} } as unknown as AppSession & SessionData;
    watched.watch(session, 'ours');
    const touch = (): Promise<void> => promised((done) => store.touch('a', session, done));
    await touch();
    await promised((done) => store.destroy('a', done));
    await touch();
    expect(touches).to.equal(1);
  });

  it('passes a touch on after the write that it follows', async () => {
    const store = new PooledStore();
    const calls: string[] = [];
    for (const call of ['set', 'touch'] as const) {
      const bare = store[call].bind(store);
      store[call] = (...args) => {
        calls.push(call);
        bare(...args);
      };
    }
    const watched = watchedStore(store as never);
    const session = { id: 'a', cookie: {} } as unknown as AppSession & SessionData;
    await promised((done) => store.set('a', session, done));
    watched.watch(session, 'ours');
    await Promise.all(
      (['set', 'touch'] as const).map((call) => promised((done) => store[call]('a', session, done))),
    );
    expect(calls).to.deep.equal(['set', 'set', 'touch']);
  });

  it('hands what a store throws at a look-up that had to wait to its callback', async () => {
    const { store, held } = await overtaken();
    store.failing = true;
    const looked = new Promise((resolve) => store.get('a', resolve));
    held.answer();
    expect(await looked)
      .to.be.instanceOf(Error)
      .with.property('message', 'away');
  });

  /** A session in a store, with a write of it that its end overtook, and that brought it back. */
  async function overtaken(call: 'set' | 'touch' = 'set') {
    const store = new PooledStore();
    const watched = watchedStore(store as never);
    const session = { id: 'a', cookie: {} } as unknown as AppSession & SessionData;
    const write = (): Promise<void> => promised((done) => store.set('a', session, done));
    await write();
    watched.watch(session, 'ours');
    const holding = store.held(call);
    const writing = promised((done) => store[call]('a', session, done));
    const held = await holding;
    await promised((done) => store.destroy('a', done));
    held.land();
    return { store, watched, writing, held };
  }
  /** As express-session does for a request. */
  const load = (store: PooledStore): Promise<AppSession | null> =>
    new Promise((resolve) => {
      store.get('a', (_error, data) => {
        resolve(
          data
            ? (store.createSession({ sessionID: 'a', sessionStore: store } as never, data) as never)
            : null,
        );
      });
    });

  for (const call of ['set', 'touch'] as const) {
    it(`finds no session that a late ${call} brought back, and undoes that`, async () => {
      const { store, writing, held } = await overtaken(call);
      const found = load(store);
      held.answer();
      expect(await found).to.equal(null);
      await writing;
      expect(await store.has('a')).to.equal(false);
    });

    it(`undoes a late ${call} that the store reports as failed, and passes the error on`, async () => {
      const { store, writing, held } = await overtaken(call);
      const lost = new Error('connection lost');
      held.answer(lost);
      expect(await writing.catch((error: unknown) => error)).to.equal(lost);
      expect(await store.has('a')).to.equal(false);
    });
  }

  it('counts a session as ended that is read in spite of a write which the store does not answer', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { store, watched, writing, held } = await overtaken();
    const finding = load(store);
    mock.timers.tick(2000);
    const found = (await finding)!;
    watched.watch(found, 'ours');
    expect(watched.hasEnded(found)).to.equal(true);
    expect(watched.claim(found)).to.equal(false);
    held.answer();
    await writing;
    const isWritten = store.held();
    await promised((done) => store.set('a', found as never, done));
    expect(await Promise.race([isWritten, Promise.resolve('refused')])).to.equal('refused');
    expect(await store.has('a')).to.equal(false);
  });

  it('undoes a write as an end, which counts for what was read while the session was back', async () => {
    const { watched, writing, held } = await overtaken();
    const found = { id: 'a', cookie: {} } as unknown as AppSession;
    watched.watch(found, 'ours');
    expect(watched.hasEnded(found)).to.equal(false);
    held.answer();
    await writing;
    expect(watched.hasEnded(found)).to.equal(true);
  });

  it('counts a session as ended that could not be removed again', async () => {
    const { store, watched, writing, held } = await overtaken();
    store.stays = true;
    held.answer();
    expect(await writing.catch((error: unknown) => error)).to.be.an('error', 'not removed');
    const found = (await load(store))!;
    watched.watch(found, 'ours');
    expect(watched.hasEnded(found)).to.equal(true);
    expect(watched.claim(found)).to.equal(false);
  });

  it('lets look-ups of a session pass that has not ended, while a write of it is under way', async () => {
    const store = new PooledStore();
    const watched = watchedStore(store as never);
    const session = { id: 'a', cookie: {} } as unknown as AppSession & SessionData;
    await promised((done) => store.set('a', session, done));
    watched.watch(session, 'ours');
    const holding = store.held();
    const writing = promised((done) => store.set('a', session, done));
    const held = await holding;
    expect(await load(store)).to.include.keys('cookie');
    held.land();
    held.answer();
    await writing;
    expect(await store.has('a')).to.equal(true);
  });

  describe('createLateWrites', () => {
    /** Ends count for what began at this moment, and not for what began later. */
    const BEGUN = { own: 1, all: 1 };
    const ended = new Set<string>();
    const answers: Told[] = [];
    const seen: unknown[] = [];
    let undone: Error | undefined;
    let late: ReturnType<typeof createLateWrites>;
    beforeEach(() => {
      // No time passes, so what goes on does so because of an answer.
      mock.timers.enable({ apis: ['setTimeout'] });
      undone = undefined;
      for (const list of [answers, seen]) list.length = 0;
      ended.clear();
      late = createLateWrites(
        (id, { own }) => ended.has(id) && own <= BEGUN.own,
        (id, told) => {
          seen.push(`remove ${id}`);
          told(undone);
        },
      );
    });
    const write = (id: string, since = BEGUN): unknown =>
      late.run(
        ([, , done]) => answers.push(done as Told),
        [id, {}, (error: unknown) => seen.push(error)],
        since,
      );
    const lookUp = (id: string): unknown =>
      late.after(
        () => seen.push(`get ${id}`),
        () => undefined,
        [id],
      );
    const answered = async (place: number, ...said: unknown[]): Promise<unknown[]> => {
      answers[place]!(...said);
      await new Promise(setImmediate);
      return seen.splice(0);
    };

    it('makes look-ups once all writes of their session are answered, in whatever order', async () => {
      for (const id of ['a', 'b', 'a', 'c', 'a']) write(id);
      write('d', { own: 2, all: 2 });
      for (const id of ['a', 'b', 'd']) ended.add(id);
      for (const id of ['a', 'b', 'a', 'c', 'd']) lookUp(id);
      expect(seen.splice(0)).to.deep.equal(['get c', 'get d']);
      expect(await answered(2)).to.deep.equal(['remove a', undefined]);
      expect(await answered(0)).to.deep.equal(['remove a', undefined]);
      expect(await answered(3)).to.deep.equal([undefined]);
      expect(await answered(1)).to.deep.equal(['remove b', undefined, 'get b']);
      expect(await answered(4)).to.deep.equal(['remove a', undefined, 'get a', 'get a']);
      expect(['a', 'b', 'c'].map((id) => late.has(id))).to.deep.equal([false, false, false]);
    });

    it('passes the error of undoing on, unless the write has one', async () => {
      undone = new Error('still there');
      const lost = new Error('lost');
      for (const id of ['a', 'a']) write(id);
      ended.add('a');
      expect(await answered(0)).to.deep.equal(['remove a', undone]);
      expect(await answered(1, lost)).to.deep.equal(['remove a', lost]);
    });

    it('does not wait for a write that the store threw at', () => {
      const run = (): unknown =>
        late.run(
          () => {
            throw new Error('away');
          },
          ['a', {}, () => undefined],
          BEGUN,
        );
      expect(run).to.throw('away');
      ended.add('a');
      lookUp('a');
      expect(seen).to.deep.equal(['get a']);
    });

    it('takes an answer that comes twice for one', async () => {
      for (const id of ['a', 'a', 'a']) write(id);
      await answered(0);
      await answered(0);
      ended.add('a');
      await answered(1);
      expect(late.has('a')).to.equal(true);
      await answered(2);
      expect(late.has('a')).to.equal(false);
    });
  });
});
