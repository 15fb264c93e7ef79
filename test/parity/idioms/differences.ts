import type { Idiom } from '../idiom.js';
import { BOB, CAROL, promise, told, tried } from '../idiom.js';

/** An idiom, what it answers without the package and with it, and why. */
export type Difference = readonly [idiom: Idiom, bare: unknown, ours: unknown, why: string];

const STRANGER = { anonymous: true } as const;

/** What is meant to differ, and nothing beside it. */
export const DIFFERENCES: readonly Difference[] = [
  [
    [
      'save of a session destroyed before',
      async (req, res) => {
        const { session, sessionID } = req;
        await promise((done) => session.destroy(done));
        await promise((done) => session.save(done));
        const [, found] = await told((done) => req.sessionStore.get(sessionID, done));
        res.json({ back: Boolean(found) });
      },
    ],
    { back: true },
    { back: false },
    'a slow request must not bring back what was signed out',
  ],
  [
    [
      'store.clear, then logIn of who was in',
      async (req, res) => {
        await promise((done) => req.sessionStore.clear(done));
        const [error] = await told((done) => req.logIn(req.user, done));
        res.json({ code: (error as { code?: string } | undefined)?.code ?? null });
      },
    ],
    { code: null },
    { code: 'sign-in-expired' },
    'nobody goes on from a session that was ended',
  ],
  [
    [
      'regenerate, then logIn of who was in',
      async (req, res) => {
        await promise((done) => req.session.regenerate(done));
        const [error] = await told((done) => req.logIn(req.user, done));
        res.json({ code: (error as { code?: string } | undefined)?.code ?? null });
      },
    ],
    { code: null },
    { code: 'sign-in-expired' },
    'the session that says when the password was typed is gone',
  ],
  [
    [
      'logIn with session: false without a callback',
      (req, res) => {
        const { thrown } = tried(() => req.logIn(BOB, { session: false })) as { thrown?: { code?: string } };
        res.json({ code: thrown?.code ?? null });
      },
      STRANGER,
    ],
    { code: null },
    { code: 'login-callback-missing' },
    'whether there is a second factor is read first',
  ],
  [
    [
      'who is there after logIn without a callback',
      (req, res) => (tried(() => req.logIn(BOB)), res.json({ in: req.isAuthenticated() })),
      STRANGER,
    ],
    { in: true },
    { in: false },
    'an error lets nobody in',
  ],
  [
    [
      'logIn of two at once',
      async (req, res) => {
        const said = await Promise.all([BOB, CAROL].map((user) => told((done) => req.logIn(user, done))));
        res.json({ errors: said.filter(([error]) => error).length });
      },
      STRANGER,
    ],
    { errors: 0 },
    { errors: 1 },
    'of two first steps at once one is refused (L6)',
  ],
  [
    [
      'returnTo of the session without keepSessionInfo',
      (req, res, next, { passport }) => {
        req.session.returnTo = '/wanted';
        const options = { successReturnToOrRedirect: '/start' };
        Object.assign(res, { redirect: (to: string) => res.json({ to }) });
        (passport.authenticate('bob', options) as (...args: unknown[]) => unknown)(req, res, next);
      },
      STRANGER,
    ],
    { to: '/start' },
    { to: '/wanted' },
    'a sign-in leads where a guard stopped it, with and without a second factor',
  ],
];
