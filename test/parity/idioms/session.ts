import type { Idiom, LooseSession } from '../idiom.js';
import { promise, sent, told, tried } from '../idiom.js';

/** Which of two a value is: the session itself, or what it is. */
const which = (value: unknown, session: LooseSession): unknown => (value === session ? 'the session' : value);

/** The documented calls of `req.session`. */
export const SESSION_IDIOMS: readonly Idiom[] = [
  ['destroy() without a callback', (req, res) => (req.session.destroy(), res.redirect('/'))],
  [
    'destroy() and the cookie cleared',
    (req, res) => (req.session.destroy(), res.clearCookie('connect.sid').json({})),
  ],
  ['destroy(callback)', (req, res) => req.session.destroy((...said: unknown[]) => res.json({ said }))],
  ['destroy(null)', (req, res) => (req.session.destroy(null), res.json({}))],
  [
    'destroy promisified',
    async (req, res) => res.json({ said: await promise((done) => req.session.destroy(done)) }),
  ],
  [
    'destroy twice',
    (req, res) => (
      req.note(tried(() => (({ session }) => [session.destroy(), session.destroy()].length)(req))),
      res.json({})
    ),
  ],
  [
    'the result of destroy',
    (req, res) => res.json({ is: ((session) => which(session.destroy(), session))(req.session) }),
  ],
  [
    'who is there after destroy',
    (req, res) => (req.session.destroy(), res.json({ user: req.user, session: typeof req.session })),
  ],
  [
    'destroy too late',
    async (req, res) => (
      res.json({}),
      await sent(res),
      req.note(await told((done) => req.session.destroy(done)))
    ),
  ],
  [
    'destroy too late, without a callback',
    async (req, res) => (res.json({}), await sent(res), void req.session.destroy()),
  ],
  [
    'destroy in a callback that throws',
    (req) =>
      req.session.destroy(() => {
        throw new Error('in the callback');
      }),
  ],
  [
    'regenerate of a session destroyed before',
    async (req, res) => {
      const { session } = req;
      await promise((done) => session.destroy(done));
      res.json({ said: await told((done) => session.regenerate(done)), id: req.session.id });
    },
  ],
  [
    'reload of a session destroyed before',
    async (req, res) => {
      const { session } = req;
      await promise((done) => session.destroy(done));
      res.json({ said: String(await told((done) => session.reload(done))) });
    },
  ],

  [
    'save() without a callback',
    (req, res) => ((req.session.note = 1), req.session.save(), res.redirect('/')),
  ],
  [
    'save(callback)',
    (req, res) => (
      (req.session.note = 1),
      req.session.save((...said: unknown[]) => res.json({ error: said[0] ?? null }))
    ),
  ],
  ['save(null)', (req, res) => ((req.session.note = 1), req.session.save(null), res.json({}))],
  [
    'save promisified',
    async (req, res) => (
      (req.session.note = 1),
      await promise((done) => req.session.save(done)),
      res.json({})
    ),
  ],
  ['the result of save', (req, res) => res.json({ is: which(req.session.save(), req.session) })],
  [
    'save twice at once',
    async (req, res) => {
      const saved = [1, 2].map((note) =>
        promise((done) => ((req.session.note = note), req.session.save(done))),
      );
      res.json({ saved: (await Promise.all(saved)).length });
    },
  ],
  [
    'save twice, one after the other',
    async (req, res) => {
      for (const note of [1, 2]) await promise((done) => ((req.session.note = note), req.session.save(done)));
      res.json({});
    },
  ],
  [
    'save too late',
    async (req, res) => (
      res.json({}),
      await sent(res),
      (req.session.note = 'late'),
      await told((done) => req.session.save(done))
    ),
  ],
  [
    'save of what is no JSON, caught',
    (req, res) => {
      req.session.note = 1n;
      req.note(
        tried(() => req.session.save()),
        tried(() => req.session.save(() => req.note('called back'))),
      );
      delete req.session.note;
      res.json({});
    },
  ],
  [
    'save of a circle, thrown',
    (req) => {
      const circle: Record<string, unknown> = {};
      circle.itself = circle;
      req.session.note = circle;
      try {
        req.session.save();
      } finally {
        delete req.session.note;
      }
    },
  ],
  [
    'save in a callback that throws',
    (req) =>
      req.session.save(() => {
        throw new Error('in the callback');
      }),
  ],
  [
    'save and reload without waiting',
    (req, res) => (
      (req.session.note = 1),
      req.session.save(),
      req.session.reload(() => res.json({ note: req.session.note }))
    ),
  ],
  [
    'a change after save()',
    (req, res) => ((req.session.note = 1), req.session.save(), (req.session.note = 2), res.json({})),
  ],

  [
    'reload(callback) drops changes',
    (req, res) => (
      (req.session.note = 1),
      req.session.reload((...said: unknown[]) => res.json({ said, note: req.session.note ?? null }))
    ),
  ],
  [
    'reload promisified, then a change',
    async (req, res) => (
      await promise((done) => req.session.reload(done)),
      (req.session.note = 1),
      res.json({})
    ),
  ],
  [
    'reload, then save',
    async (req, res) => {
      await promise((done) => req.session.reload(done));
      req.session.note = 1;
      await promise((done) => req.session.save(done));
      res.json({});
    },
  ],
  [
    'reload twice',
    async (req, res) => {
      for (const _ of [1, 2]) await promise((done) => req.session.reload(done));
      res.json({ id: req.session.id });
    },
  ],
  [
    'reload() without a callback',
    (req, res) => (req.note(tried(() => typeof req.session.reload())), res.json({})),
  ],
  [
    'the result of reload',
    (req, res) => {
      const is =
        which(
          req.session.reload(() => res.json({ is })),
          req.session,
        ) ?? null;
    },
  ],
  [
    'reload too late',
    async (req, res) => (
      res.json({}),
      await sent(res),
      req.note(await told((done) => req.session.reload(done)))
    ),
  ],

  [
    'regenerate(callback)',
    (req, res) => (
      (req.session.note = 1),
      req.session.regenerate((...said: unknown[]) =>
        res.json({ said, note: req.session.note ?? null, user: req.user }),
      )
    ),
  ],
  ['regenerate() without a callback', (req, res) => (res.json({}), void req.session.regenerate())],
  [
    'regenerate promisified, with data and user carried over',
    async (req, res) => {
      const { passport } = req.session;
      await promise((done) => req.session.regenerate(done));
      Object.assign(req.session, { passport, note: 1 });
      await promise((done) => req.session.save(done));
      res.json({});
    },
  ],
  [
    'regenerate twice',
    async (req, res) => {
      for (const _ of [1, 2]) await promise((done) => req.session.regenerate(done));
      res.json({ id: req.session.id });
    },
  ],
  [
    'the result of regenerate',
    (req, res) => {
      const { session } = req;
      const is = which(
        session.regenerate(() => res.json({ is })),
        session,
      );
    },
  ],
  [
    'regenerate too late',
    async (req, res) => (
      res.json({}),
      await sent(res),
      req.note(await told((done) => req.session.regenerate(done)))
    ),
  ],
  [
    'regenerate with an id that repeats',
    async (req, res) => {
      await promise((done) => req.session.regenerate(done));
      req.session.note = 1;
      await promise((done) => req.session.save(done));
      req.session.note = 2;
      res.json({ id: req.session.id });
    },
    { session: { genid: () => 'always' }, times: 2 },
  ],
];
