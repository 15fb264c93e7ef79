import type { Idiom } from '../idiom.js';
import { promise, sent, told } from '../idiom.js';

/** The calls of the session store that an application makes itself. */
export const STORE_IDIOMS: readonly Idiom[] = [
  [
    'store.destroy(own id) without a callback',
    (req, res) => (void req.sessionStore.destroy(req.sessionID), res.json({})),
  ],
  [
    'store.destroy(own id, callback)',
    (req, res) =>
      req.sessionStore.destroy(req.sessionID, (error: unknown) => res.json({ error: error ?? null })),
  ],
  [
    'store.destroy of a session that is not there',
    async (req, res) =>
      res.json({ error: (await told((done) => req.sessionStore.destroy('none', done)))[0] ?? null }),
  ],
  [
    'store.destroy of another session',
    async (req, res) => {
      await promise((done) => req.sessionStore.set('other', { cookie: {}, note: 1 }, done));
      await promise((done) => req.sessionStore.destroy('other', done));
      res.json({ there: (await told((done) => req.sessionStore.get('other', done)))[1] ?? null });
    },
  ],
  [
    'store.destroy too late',
    async (req, res) => (
      res.json({}),
      await sent(res),
      await told((done) => req.sessionStore.destroy(req.sessionID, done))
    ),
  ],
  [
    'store.get(own id)',
    async (req, res) =>
      res.json({
        found: Object.keys(
          (await promise((done) => req.sessionStore.get(req.sessionID, done))) as object,
        ).filter((key) => key !== 'passportSecondFactor'),
      }),
  ],
  [
    'store.get after save() without waiting for it to be over',
    async (req, res) => {
      req.session.note = 1;
      await promise((done) => req.session.save(done));
      res.json({
        found: Reflect.get(
          (await promise((done) => req.sessionStore.get(req.sessionID, done))) as object,
          'note',
        ) as unknown,
      });
    },
  ],
  [
    'store.set(own id, session, callback)',
    async (req, res) => (
      (req.session.note = 1),
      await promise((done) => req.sessionStore.set(req.sessionID, req.session, done)),
      res.json({})
    ),
  ],
  [
    'store.set without a callback',
    (req, res) => (
      void req.sessionStore.set(req.sessionID, Object.assign(req.session, { note: 1 })),
      res.json({})
    ),
  ],
  [
    'store.set of a session of no request',
    async (req, res) => {
      await promise((done) =>
        req.sessionStore.set('other', { cookie: { originalMaxAge: null }, note: 1 }, done),
      );
      res.json({ found: await promise((done) => req.sessionStore.get('other', done)) });
    },
  ],
  [
    'store.touch',
    async (req, res) => (
      await promise((done) => req.sessionStore.touch(req.sessionID, req.session, done)),
      res.json({})
    ),
  ],
  [
    'store.regenerate(req, callback)',
    async (req, res) => (
      await promise((done) => req.sessionStore.regenerate(req, done)),
      res.json({ id: req.session.id })
    ),
  ],
  [
    'store.load',
    async (req, res) => {
      const loaded = (await promise((done) => req.sessionStore.load(req.sessionID, done))) as { id?: string };
      res.json({ id: loaded.id });
    },
  ],
  [
    'what the store has of its own',
    (req, res) => res.json({ keys: Object.keys(req.sessionStore).filter((key) => key !== 'sessions') }),
  ],
];

/** Calls that not every store has. */
export const OPTIONAL_STORE_IDIOMS: Readonly<Record<'all' | 'length' | 'clear', readonly Idiom[]>> = {
  all: [
    [
      'store.all',
      async (req, res) =>
        res.json({
          all: Object.keys((await promise((done) => req.sessionStore.all(done))) as object).length,
        }),
    ],
  ],
  length: [
    [
      'store.length',
      async (req, res) => res.json({ length: await promise((done) => req.sessionStore.length(done)) }),
    ],
  ],
  clear: [
    [
      'store.clear(callback)',
      async (req, res) => (await promise((done) => req.sessionStore.clear(done)), res.json({})),
    ],
    [
      'store.clear() without a callback, and a change',
      (req, res) => (void req.sessionStore.clear(), res.json({})),
    ],
  ],
};
