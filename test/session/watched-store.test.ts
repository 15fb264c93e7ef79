import { randomBytes } from 'node:crypto';
import { expect } from 'chai';

import { createSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { promised } from '../../lib/session/regenerate.js';
import { watchedStore } from '../../lib/session/watched-store.js';
import type { AppSession } from '../../lib/session/app-request.js';
import type { Client } from '../support/client.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import { loggedIn } from '../support/people.js';
import { sessionId } from '../support/sessions.js';
import type { Panel } from '../support/panel.js';

const ENDED = Symbol.for('passport-second-factor.ended');

type Done = (error?: unknown, found?: AppSession | null) => void;

/** A store of promises and callbacks in one, with methods of its class and private fields, as connect-redis is. */
class PromiseStore {
  readonly #sessions = new Map<string, string>();
  down = false;
  /** What it waits for before it writes. */
  gate: Promise<unknown> | undefined;
  /** What it says of a session that is not there. */
  missing: Error | undefined;
  /** Called when a look-up was made. */
  looked = (): void => undefined;

  async get(id: string, done: Done): Promise<void> {
    await this.gate;
    const text = this.#sessions.get(id);
    this.looked();
    if (text === undefined && this.missing) done(this.missing);
    else done(null, text === undefined ? null : (JSON.parse(text) as AppSession));
  }
  async set(id: string, data: AppSession, done?: Done): Promise<unknown> {
    const life = data.cookie.maxAge;
    if (typeof life === 'number' && life <= 0) return this.destroy(id, done);
    await this.gate;
    this.#sessions.set(id, JSON.stringify(data));
    done?.(null);
    return id;
  }
  /** Reads the whole session and writes it, as stores that keep files do. */
  async touch(id: string, data: AppSession, done: Done): Promise<void> {
    const text = this.#sessions.get(id);
    this.looked();
    await this.gate;
    if (text !== undefined)
      this.#sessions.set(id, JSON.stringify({ ...JSON.parse(text), cookie: data.cookie }));
    done(null);
  }
  async destroy(id: string, done?: Done): Promise<unknown> {
    await this.gate;
    if (this.down) {
      if (!done) throw new Error('down');
      done(new Error('down'));
      return undefined;
    }
    done?.(null);
    return this.#sessions.delete(id);
  }
  async clear(done?: Done): Promise<void> {
    await this.gate;
    this.#sessions.clear();
    done?.(null);
  }
  has(id: string): boolean {
    return this.#sessions.has(id);
  }
}

/** What a session is to a store: an id, a cookie and what it holds. */
const held = (id = 'a', maxAge: number | null = null): AppSession =>
  ({ id, cookie: { maxAge } }) as unknown as AppSession;
const written = (store: PromiseStore, data: AppSession): Promise<void> =>
  promised((done) => store.set(data.id, data, done));

describe('session/watched-store', () => {
  afterEach(stopPanels);

  async function start(): Promise<{ store: PromiseStore; watched: ReturnType<typeof watchedStore> }> {
    const store = new PromiseStore();
    const watched = watchedStore(store);
    return { store, watched };
  }
  /** A session that lies in a store, watched. */
  async function stored({ store, watched }: Awaited<ReturnType<typeof start>>): Promise<AppSession> {
    const data = held();
    await written(store, data);
    watched.watch(data, 'ours');
    return data;
  }

  it('lets no touch that began before bring a session back that ended meanwhile (G3)', async () => {
    const { store, watched } = await start();
    const session = held();
    await written(store, session);
    watched.watch(session, 'ours');
    let open = (): void => undefined;
    store.gate = new Promise<void>((resolve) => (open = resolve));
    const touched = promised((done) => store.touch('a', session, done));
    store.gate = undefined;
    await promised((done) => store.destroy('a', done));
    open();
    await touched;
    expect(store.has('a')).to.equal(false);
  });

  it('lets later calls for a session go on where its look-up is never answered', async () => {
    const { store, watched } = await start();
    const session = held();
    await written(store, session);
    watched.watch(session, 'ours');
    store.gate = new Promise(() => {});
    void store.set('a', session, () => undefined);
    store.gate = undefined;
    const found = await new Promise((resolve) => void store.get('a', (_error, data) => resolve(data)));
    expect(found).to.include.keys('id');
  });

  it('belongs to the store, where no loop over it finds it', async () => {
    const { store, watched } = await start();
    expect(watchedStore(store)).to.equal(watched);
    expect(Reflect.get(store, ENDED)).to.equal(watched);
    const plain = new PromiseStore();
    expect(Object.keys(store)).to.deep.equal(Object.keys(plain));
    expect(Object.getOwnPropertyDescriptor(store, ENDED)?.enumerable).to.equal(false);
  });

  it('passes on what destroy and clear are given, return, throw and refuse', async () => {
    const said: unknown[] = [];
    const thrown = new Error('thrown');
    const store = {
      get: (_id: string, done: Done) => done(null, null),
      set: () => undefined,
      destroy(this: unknown, ...given: unknown[]): unknown {
        said.push(this, ...given.filter((arg) => typeof arg !== 'function'));
        if (given[0] === 'throw') throw thrown;
        return (
          (given[1] as ((...all: unknown[]) => unknown) | undefined)?.call('this', null, 'more') ?? 'result'
        );
      },
      clear: () => Promise.reject(thrown),
    };
    watchedStore(store);
    expect(store.destroy('a')).to.equal('result');
    const heard = function (this: unknown, ...all: unknown[]): unknown {
      return [String(this), ...all];
    };
    expect(store.destroy('a', heard, 'third')).to.deep.equal(['this', null, 'more']);
    expect(said).to.deep.equal([store, 'a', store, 'a', 'third']);
    expect(() => store.destroy('throw')).to.throw(thrown);
    expect(await store.clear().catch((error: unknown) => error)).to.equal(thrown);
  });

  for (const call of ['destroy', 'clear'] as const) {
    const end = (store: PromiseStore, done?: Done): Promise<unknown> =>
      call === 'destroy' ? store.destroy('a', done) : store.clear(done);

    it(`writes no session after the application called ${call}, and any that began later`, async () => {
      const bench = await start();
      const { store, watched } = bench;
      const data = await stored(bench);
      await end(store);
      await written(store, data);
      expect(store.has('a')).to.equal(false);

      const later = held();
      await written(store, later);
      watched.watch(later, 'ours');
      await written(store, later);
      expect(store.has('a'), 'the same id, again').to.equal(true);
      expect(watched.claim(later)).to.equal(true);
    });

    it(`undoes a write that ${call} overtakes`, async () => {
      const bench = await start();
      const { store } = bench;
      const data = await stored(bench);
      const writing = written(store, data);
      const open = await new Promise<() => void>((looked) => {
        store.looked = () => {
          store.gate = new Promise<void>((resolve) => {
            looked(resolve);
          });
        };
      });
      // The write waits in the store, and the end does not.
      store.gate = undefined;
      await end(store);
      open();
      await writing;
      expect(store.has('a')).to.equal(false);
    });
  }

  it('writes no session that another process ended', async () => {
    const bench = await start();
    const { store } = bench;
    const data = await stored(bench);
    await PromiseStore.prototype.destroy.call(store, 'a'); // past what is watched
    await written(store, data);
    expect(store.has('a')).to.equal(false);
  });

  it('hears of several that are ended at once', async () => {
    const bench = await start();
    const data = await stored(bench);
    void bench.store.destroy(['b', data.id] as never);
    expect(bench.watched.hasEnded(data)).to.equal(true);
  });

  it('lets a session go on that the store could not end, told without a callback', async () => {
    const bench = await start();
    const { store, watched } = bench;
    const data = await stored(bench);
    store.down = true;
    expect(await store.destroy('a').catch((error: unknown) => (error as Error).message)).to.equal('down');
    store.down = false;
    await written(store, data);
    expect(watched.claim(data)).to.equal(true);
    expect(watched.claim(data), 'once').to.equal(false);
  });

  it('writes no session, and says nothing, where the store has no file of it any more', async () => {
    const bench = await start();
    const { store } = bench;
    const data = await stored(bench);
    store.missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    await store.destroy('a');
    await written(store, data);
    expect(store.has('a')).to.equal(false);
  });

  it('writes again what its own write took out because its time was over', async () => {
    const bench = await start();
    const { store } = bench;
    const data = await stored(bench);
    data.cookie.maxAge = -1;
    await written(store, data);
    expect(store.has('a')).to.equal(false);
    data.cookie.maxAge = 86_400_000;
    await written(store, data);
    expect(store.has('a')).to.equal(true);
    await store.destroy('a');
    await written(store, data);
    expect(store.has('a'), 'ended by the application').to.equal(false);
  });

  it('keeps what is called after a write after it', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/save-and-reload', (req, res, next) => {
          Object.assign(req.session, { note: 'new' });
          req.session.save();
          req.session.reload((error: unknown) => {
            if (error) next(error);
            else res.json(req.session);
          });
        });
      },
    });
    const client = await loggedIn(panel);
    expect((await client.post('/save-and-reload')).body).to.include({ note: 'new' });
  });

  /** A panel with two instances of the package on one session store, and a session that one holds for long. */
  async function startTwo(parts: object = {}): Promise<{ panel: Panel; client: Client }> {
    const panel: Panel = await startPanel({
      ...parts,
      beforeRouter({ app, passport }) {
        const other = createSecondFactor<object>({
          passport,
          issuer: 'Other',
          account: () => ({ id: 'alice', name: 'alice' }),
          findUser: () => userOf(panel),
          store: memoryStore(),
          keys: [randomBytes(32).toString('base64')],
          basePath: '/other',
          sessionKey: 'other',
        });
        app.use('/other', other.session());
        app.post('/unset', (req, res) => {
          Reflect.set(req, 'session', null);
          res.json({});
        });
        app.post('/other/late', async (req, res) => {
          await new Promise((done) => panel.sessionStore.destroy(req.sessionID, done));
          res.json(Object.assign(req.session, { note: 'late' }));
        });
      },
    });
    return { panel, client: await loggedIn(panel) };
  }

  it('is one for all instances over a store', async () => {
    const { panel, client } = await startTwo();
    const watched: unknown = Reflect.get(panel.sessionStore, ENDED);
    await client.post('/other/late');
    expect(Reflect.get(panel.sessionStore, ENDED)).to.equal(watched);
    expect(await panel.stored(client)).to.equal(null);
  });

  it("hears of unset: 'destroy', and saves a new session that has the same id", async () => {
    let id = 0;
    const genid = (): string => `fixed-${String(id)}`;
    const { panel, client } = await startTwo({ session: { unset: 'destroy', genid } });
    const { cookie } = client;
    await client.post('/unset');
    expect(await panel.stored(cookie)).to.equal(null);

    const again = await loggedIn(panel);
    expect(sessionId(again)).to.equal(sessionId(cookie));
    expect(await again.me()).to.equal('alice');
    expect((await again.post('/two-step/setup')).status, 'goes on from it').to.equal(200);
    id++;
    await again.post('/logout');
    expect(await panel.stored(cookie)).to.equal(null);
    expect(userOf(panel).login).to.equal('alice');
  });
});
