import type { Act, Idiom, LooseRequest, Loose } from '../idiom.js';

/** `passport.authenticate` as a route, whose last handler tells who is there. */
function authenticate(
  names: string | string[],
  options?: object | Loose,
  before?: (req: LooseRequest) => void,
): Act {
  return (req, res, next, { passport }) => {
    before?.(req);
    const after = (error?: unknown): void => {
      if (error) next(error);
      else res.json({ user: req.user ?? null, account: req.account ?? null, info: req.authInfo ?? null });
    };
    (passport.authenticate(names, options as object) as unknown as Loose)(req, res, after);
  };
}

/** Messages for the next page, as connect-flash keeps them. */
const flash = (req: LooseRequest): void => {
  Object.assign(req, {
    flash: (type: string, message: string) => Object.assign(req.session, { flash: { [type]: message } }),
  });
};
const cart = (req: LooseRequest): void =>
  void Object.assign(req.session, { cart: ['book'], returnTo: '/wanted' });
const STRANGER = { anonymous: true } as const;
const LOGIN = { anonymous: true, body: { username: 'bob', password: 'password' } } as const;
const WRONG = { anonymous: true, body: { username: 'bob', password: 'wrong' } } as const;

/** The documented options and callbacks of `passport.authenticate`. */
export const AUTHENTICATE_IDIOMS: readonly Idiom[] = [
  ['authenticate', authenticate('local'), LOGIN],
  ['authenticate, refused', authenticate('local'), WRONG],
  ['authenticate over a session', authenticate('bob')],
  ['successRedirect', authenticate('local', { successRedirect: '/home', failureRedirect: '/login' }), LOGIN],
  ['failureRedirect', authenticate('local', { successRedirect: '/home', failureRedirect: '/login' }), WRONG],
  [
    'failureMessage',
    authenticate('refuses-too', { failureMessage: true, failureRedirect: '/login' }),
    STRANGER,
  ],
  [
    'failureMessage of its own',
    authenticate('refuses', { failureMessage: 'No', failWithError: true }),
    STRANGER,
  ],
  [
    'failureFlash',
    authenticate('refuses-too', { failureFlash: true, failureRedirect: '/login' }, flash),
    STRANGER,
  ],
  [
    'failureFlash of its own',
    authenticate('refuses', { failureFlash: { type: 'bad', message: 'No' } }, flash),
    STRANGER,
  ],
  ['successFlash', authenticate('bob', { successFlash: true, successRedirect: '/' }, flash), STRANGER],
  [
    'successFlash with keepSessionInfo',
    authenticate('bob', { successFlash: 'Hello', keepSessionInfo: true }, flash),
    STRANGER,
  ],
  ['successMessage', authenticate('bob', { successMessage: true }), STRANGER],
  [
    'successMessage with keepSessionInfo',
    authenticate('bob', { successMessage: 'Hello', keepSessionInfo: true }),
    STRANGER,
  ],
  ['failWithError', authenticate('refuses', { failWithError: true }), STRANGER],
  ['a status of its own', authenticate('refuses-too'), STRANGER],
  ['several strategies, one succeeds', authenticate(['refuses', 'bob', 'breaks']), STRANGER],
  ['several strategies, all refuse', authenticate(['refuses', 'refuses-too', 'local']), STRANGER],
  ['several strategies, one breaks', authenticate(['refuses', 'breaks', 'bob']), STRANGER],
  ['a strategy that is not there', authenticate('none'), STRANGER],
  ['a strategy that redirects', authenticate('redirects'), STRANGER],
  ['a strategy that passes', authenticate('passes')],
  ["authenticate('session')", authenticate('session', { pauseStream: true })],
  ['session: false', authenticate('bob', { session: false }), STRANGER],
  ['session: false over a session', authenticate('bob', { session: false })],
  ['assignProperty', authenticate('bob', { assignProperty: 'account' })],
  [
    'assignProperty without authInfo',
    authenticate('bob', { assignProperty: 'account', authInfo: false }),
    STRANGER,
  ],
  ['authInfo: false', authenticate('bob', { authInfo: false }), STRANGER],
  [
    'authorize',
    (req, res, next, { passport }) =>
      void (passport.authorize('bob') as Loose)(req, res, () =>
        res.json({ account: req.account, user: req.user }),
      ),
  ],
  [
    'a transformed authInfo',
    authenticate('bob'),
    {
      anonymous: true,
      first: ({ passport }) => {
        passport.transformAuthInfo((_info: unknown, done: Loose) => void done(null, { scope: 'none' }));
      },
    },
  ],
  ['keepSessionInfo', authenticate('bob', { keepSessionInfo: true }, cart), STRANGER],
  ['no keepSessionInfo', authenticate('bob', {}, (req) => void (req.session.cart = ['book'])), STRANGER],
  [
    'successReturnToOrRedirect, with nothing to return to',
    authenticate('bob', { successReturnToOrRedirect: '/start' }),
    STRANGER,
  ],
  [
    'successReturnToOrRedirect with keepSessionInfo',
    authenticate('bob', { successReturnToOrRedirect: '/start', keepSessionInfo: true }, cart),
    STRANGER,
  ],
  [
    'successRedirect beats returnTo',
    authenticate('bob', { successRedirect: '/home', keepSessionInfo: true }, cart),
    STRANGER,
  ],
  [
    'userProperty',
    authenticate('bob'),
    {
      anonymous: true,
      first: ({ app, passport }) => void app.use(passport.initialize({ userProperty: 'account' })),
    },
  ],
  [
    'initialize()',
    authenticate('local'),
    { ...LOGIN, first: ({ app, passport }) => void app.use(passport.initialize()) },
  ],
  ['a callback', custom('bob'), STRANGER],
  ['a callback, refused', custom('refuses-too'), STRANGER],
  ['a callback, refused by several', custom(['refuses', 'refuses-too']), STRANGER],
  ['a callback, broken', custom('breaks'), STRANGER],
  ['a callback that signs in', custom('bob', (req, user, done) => req.logIn(user, done)), STRANGER],
  [
    'a callback that signs in without a session',
    custom('bob', (req, user, done) => req.logIn(user, { session: false }, done)),
    STRANGER,
  ],
  [
    'a callback that signs in, and saves',
    custom('bob', (req, user, done) => req.logIn(user, () => req.session.save(done))),
    STRANGER,
  ],
  [
    'authenticate, then logIn in the handler',
    (req, res, next, { passport }) => {
      const handler = (): unknown =>
        req.logIn(req.user, (error: unknown) => (error ? next(error) : res.json({ user: req.user })));
      (passport.authenticate('bob') as Loose)(req, res, handler);
    },
    STRANGER,
  ],
  [
    'a user that was deleted',
    (_req, res) => res.json({}),
    {
      first: ({ users, app }) => {
        app.use('/act', (_req, _res, next) => {
          users.length = 0;
          next();
        });
      },
    },
  ],
];

/** `passport.authenticate` with a callback of the application. */
function custom(
  names: string | string[],
  act?: (req: LooseRequest, user: unknown, done: Loose) => unknown,
): Act {
  return (req, res, next, { passport }) => {
    const decided = (error: unknown, user: unknown, info: unknown, status: unknown): void => {
      const answer = (failed?: unknown): unknown =>
        failed ? next(failed) : res.json({ user: req.user ?? null, given: user, info, status });
      if (act && user) act(req, user, answer);
      else answer(error);
    };
    (passport.authenticate(names, decided as never) as Loose)(req, res, next);
  };
}
