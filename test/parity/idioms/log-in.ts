import type { Idiom } from '../idiom.js';
import { BOB, CAROL, promise, sent, told, tried } from '../idiom.js';

const HOUR = 3_600_000;

/** `req.logIn` and `req.logOut`, called by the application. */
export const LOG_IN_IDIOMS: readonly Idiom[] = [
  [
    'logIn(user, callback)',
    (req, res) => req.logIn(BOB, (...said: unknown[]) => res.json({ said, user: req.user })),
    { anonymous: true },
  ],
  [
    'login(user, {}, callback)',
    (req, res) => req.login(BOB, {}, (...said: unknown[]) => res.json({ said })),
    { anonymous: true },
  ],
  [
    'logIn(user, null, callback)',
    (req, res) => req.logIn(BOB, null, (...said: unknown[]) => res.json({ said })),
    { anonymous: true },
  ],
  [
    'logIn(user, undefined, callback)',
    (req, res) => req.logIn(BOB, undefined, (...said: unknown[]) => res.json({ said })),
    { anonymous: true },
  ],
  [
    'logIn promisified',
    async (req, res) => (await promise((done) => req.logIn(BOB, done)), res.json({ user: req.user })),
    { anonymous: true },
  ],
  [
    'the result of logIn',
    (req, res) => req.note(tried(() => req.logIn(BOB, () => res.json({})))),
    { anonymous: true },
  ],
  ['logIn without a callback', (req) => req.logIn(BOB), { anonymous: true }],
  [
    'logIn without a callback, caught',
    (req, res) => (
      req.note(
        tried(() => req.logIn(BOB, {})),
        tried(() => req.logIn(BOB, {}, null)),
      ),
      (req.user = null),
      res.json({})
    ),
    { anonymous: true },
  ],
  [
    'logIn, and data after it',
    (req, res) => req.logIn(BOB, () => ((req.session.note = 1), res.json({}))),
    { anonymous: true },
  ],
  [
    'logIn, save and redirect',
    (req, res) => req.logIn(BOB, () => req.session.save(() => res.redirect('/home'))),
    { anonymous: true },
  ],
  [
    'logIn, and a cookie that lasts after it',
    (req, res) => req.logIn(BOB, () => ((req.session.cookie.maxAge = 30 * HOUR), res.json({}))),
    { anonymous: true },
  ],
  [
    'logIn with a cart',
    (req, res) => (
      (req.session.cart = ['book']),
      req.logIn(BOB, () => res.json({ cart: req.session.cart ?? null }))
    ),
    { anonymous: true },
  ],
  [
    'logIn with a cart and keepSessionInfo',
    (req, res) => (
      (req.session.cart = ['book']),
      req.logIn(BOB, { keepSessionInfo: true }, () => res.json({ cart: req.session.cart }))
    ),
    { anonymous: true },
  ],
  [
    'logIn with a cookie that lasts and keepSessionInfo',
    (req, res) => (
      (req.session.cookie.maxAge = 30 * HOUR),
      req.logIn(BOB, { keepSessionInfo: 1 }, () => res.json({}))
    ),
    { anonymous: true },
  ],
  [
    'logIn with keepSessionInfo over a session with more of Passport',
    (req, res) => (
      Object.assign(req.session.passport as object, { tenant: 7 }),
      req.logIn(CAROL, { keepSessionInfo: true }, () => res.json({}))
    ),
  ],
  ['logIn of who is in', (req, res) => req.logIn(req.user, (...said: unknown[]) => res.json({ said }))],
  [
    'logIn of somebody else',
    (req, res) => req.logIn(CAROL, (...said: unknown[]) => res.json({ said, user: req.user })),
  ],
  [
    'logIn twice, one after the other',
    async (req, res) => {
      for (const user of [BOB, CAROL]) await promise((done) => req.logIn(user, done));
      res.json({ user: req.user });
    },
    { anonymous: true },
  ],
  [
    'logIn after one that failed',
    async (req, res) => {
      req.note(await told((done) => req.logIn({ id: 'refused' }, done)));
      await promise((done) => req.logIn(BOB, done));
      res.json({ user: req.user });
    },
    { anonymous: true, first: refusing(new Error('not serialized')) },
  ],
  [
    'logIn too late',
    async (req, res) => (
      res.json({}),
      await sent(res),
      req.note(await told((done) => req.logIn(CAROL, done)))
    ),
  ],
  [
    'logIn after destroy',
    async (req, res) => (
      await promise((done) => req.session.destroy(done)),
      res.json({ said: String(await told((done) => req.logIn(BOB, done))), user: req.user })
    ),
  ],
  [
    'logIn after destroy, without a callback',
    async (req, res) => (
      await promise((done) => req.session.destroy(done)),
      req.note(tried(() => req.logIn(BOB))),
      res.json({})
    ),
  ],
  [
    'logIn after regenerate',
    async (req, res) => (
      await promise((done) => req.session.regenerate(done)),
      res.json({ said: await told((done) => req.logIn(CAROL, done)) })
    ),
  ],
  [
    'logIn, regenerate, and logIn of who is in now',
    async (req, res) => {
      await promise((done) => req.logIn(BOB, done));
      await promise((done) => req.session.regenerate(done));
      await promise((done) => req.logIn(req.user, done));
      res.json({ user: req.user });
    },
    { anonymous: true },
  ],
  [
    'logIn of a user that is not serialized',
    (req, res) =>
      req.logIn({ id: 'refused' }, (error: unknown) => (req.note(error), res.json({ user: req.user }))),
    { first: refusing(new Error('not serialized')) },
  ],
  [
    'logIn of a user that is refused with a text',
    (req, res) => req.logIn({ id: 'refused' }, (error: unknown) => res.json({ error })),
    { anonymous: true, first: refusing('not serialized') },
  ],
  [
    'logIn of nobody',
    (req, res) => req.logIn(null, (error: unknown) => (req.note(error), res.json({ user: req.user }))),
    { anonymous: true },
  ],
  [
    'logIn with session: false',
    (req, res) =>
      req.logIn(BOB, { session: false }, (...said: unknown[]) => res.json({ said, user: req.user })),
    { anonymous: true },
  ],
  [
    'logIn with session: null',
    (req, res) =>
      req.logIn(BOB, { session: null }, (...said: unknown[]) => res.json({ said, user: req.user })),
    { anonymous: true },
  ],
  [
    'logIn with session: false over a session',
    (req, res) => req.logIn(CAROL, { session: false }, () => res.json({ user: req.user })),
  ],
  [
    'logIn with session: false after destroy',
    (req, res) => (
      req.session.destroy(),
      req.logIn(CAROL, { session: false }, (...said: unknown[]) => res.json({ said, user: req.user }))
    ),
  ],
  [
    'logIn in a callback that throws once',
    (req, _res, next) =>
      req.logIn(BOB, (error: unknown) => {
        if (error) next(error);
        else throw new Error('in the callback');
      }),
    { anonymous: true },
  ],
  [
    'logIn with session: false in a callback that throws once',
    (req, _res, next) =>
      req.logIn(BOB, { session: false }, (error: unknown) => {
        if (error) next(error);
        else throw new Error('in the callback');
      }),
    { anonymous: true },
  ],

  ['logOut(callback)', (req, res) => req.logOut((...said: unknown[]) => res.json({ said, user: req.user }))],
  ['logout({}, callback)', (req, res) => req.logout({}, (...said: unknown[]) => res.json({ said }))],
  ['logOut(null, callback)', (req, res) => req.logOut(null, (...said: unknown[]) => res.json({ said }))],
  [
    'logOut promisified, and redirect',
    async (req, res) => (await promise((done) => req.logOut(done)), res.redirect('/')),
  ],
  [
    'the result of logOut, and who is there at once',
    (req, res) =>
      req.note(
        tried(() => req.logOut(() => res.json({}))),
        req.user,
      ),
  ],
  ['logOut without a callback', (req) => req.logOut()],
  [
    'logOut without a callback, caught',
    (req, res) => (
      req.note(
        tried(() => req.logOut()),
        tried(() => req.logOut({})),
      ),
      res.json({ user: req.user })
    ),
  ],
  [
    'logOut with a cart',
    (req, res) => (
      (req.session.cart = ['book']),
      req.logOut(() => res.json({ cart: req.session.cart ?? null }))
    ),
  ],
  [
    'logOut with a cart and keepSessionInfo',
    (req, res) => (
      (req.session.cart = ['book']),
      (req.session.cookie.maxAge = 30 * HOUR),
      req.logOut({ keepSessionInfo: true }, () => res.json({ cart: req.session.cart }))
    ),
  ],
  [
    'logOut twice, one after the other',
    async (req, res) => {
      for (const _ of [1, 2]) await promise((done) => req.logOut(done));
      res.json({ id: req.session.id });
    },
  ],
  [
    'logOut by a stranger',
    (req, res) => req.logOut((...said: unknown[]) => res.json({ said })),
    { anonymous: true },
  ],
  [
    'logOut too late',
    async (req, res) => (res.json({}), await sent(res), req.note(await told((done) => req.logOut(done)))),
  ],
  [
    'logOut after destroy',
    async (req, res) => (
      await promise((done) => req.session.destroy(done)),
      res.json({ said: String(await told((done) => req.logOut(done))), user: req.user })
    ),
  ],
  [
    'logOut after destroy, without a callback',
    async (req, res) => (
      await promise((done) => req.session.destroy(done)),
      req.note(tried(() => req.logOut())),
      res.json({})
    ),
  ],
  [
    'logOut, then destroy',
    async (req, res) => (
      await promise((done) => req.logOut(done)),
      await promise((done) => req.session.destroy(done)),
      res.clearCookie('connect.sid').json({})
    ),
  ],
  [
    'logOut, then logIn',
    async (req, res) => (
      await promise((done) => req.logOut(done)),
      await promise((done) => req.logIn(CAROL, done)),
      res.json({ user: req.user })
    ),
  ],
  ['logOut, then a message', (req, res) => req.logOut(() => ((req.session.message = 'Bye'), res.json({})))],
  [
    'logOut in a callback that throws once',
    (req, _res, next) =>
      req.logOut((error: unknown) => {
        if (error) next(error);
        else throw new Error('in the callback');
      }),
    // In a store that catches, express-session makes a further session: its id would differ.
    { session: { genid: () => 'always' } },
  ],
  [
    'functions of the request',
    (req, res) =>
      res.json({
        same: [req.login === req.logIn, req.logout === req.logOut],
        takes: [req.logIn.length, req.logOut.length],
      }),
  ],
  [
    'user = undefined, and another one',
    (req, res) => {
      req.user = undefined;
      req.note(req.isAuthenticated(), req.isUnauthenticated());
      req.user = { id: 'somebody' };
      res.json({ user: req.user, in: req.isAuthenticated() });
    },
  ],
];

/** A panel whose `serializeUser` refuses a user. */
function refusing(error: unknown): NonNullable<NonNullable<Idiom[2]>['first']> {
  return ({ passport }) => {
    const { _serializers: serializers } = passport as unknown as { _serializers: unknown[] };
    serializers.unshift((user: { id?: unknown } | null, done: (error: unknown) => void) => {
      done(user?.id === 'refused' ? error : 'pass');
    });
  };
}
