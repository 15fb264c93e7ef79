import type { Idiom, LooseSession } from '../idiom.js';
import { promise } from '../idiom.js';

const HOUR = 3_600_000;

/** Which of two a value is: the session itself, or what it is. */
const which = (value: unknown, session: LooseSession): unknown => (value === session ? 'the session' : value);

/** The cookie, the options of express-session, and what the session is besides its calls. */
export const COOKIE_IDIOMS: readonly Idiom[] = [
  [
    'touch()',
    (req, res) => res.json({ is: which(req.session.touch(), req.session) }),
    { session: { cookie: { maxAge: HOUR } } },
  ],
  [
    'resetMaxAge()',
    (req, res) => {
      req.session.cookie.maxAge = 5 * HOUR;
      res.json({
        is: which(req.session.resetMaxAge(), req.session),
        original: req.session.cookie.originalMaxAge,
      });
    },
    { session: { cookie: { maxAge: HOUR } } },
  ],
  ['cookie.maxAge', (req, res) => ((req.session.cookie.maxAge = 30 * HOUR), res.json(req.session.cookie))],
  [
    'cookie.maxAge = null',
    (req, res) => ((req.session.cookie.maxAge = null), res.json(req.session.cookie)),
    { session: { cookie: { maxAge: HOUR } } },
  ],
  ['cookie.maxAge that is over', (req, res) => ((req.session.cookie.maxAge = -HOUR), res.json({}))],
  [
    'cookie.maxAge that is over, saved, and set anew',
    async (req, res) => {
      req.session.cookie.maxAge = -HOUR;
      await promise((done) => req.session.save(done));
      req.session.cookie.maxAge = HOUR;
      await promise((done) => req.session.save(done));
      res.json({});
    },
  ],
  [
    'cookie.expires as a date, and never',
    (req, res) => {
      req.session.cookie.expires = req.session.views ? false : new Date(Date.now() + 7 * HOUR);
      req.session.views = true;
      res.json({});
    },
    { times: 2 },
  ],
  [
    'attributes of the cookie',
    (req, res) => {
      Object.assign(req.session.cookie, {
        httpOnly: false,
        path: '/',
        sameSite: 'strict',
        domain: 'localhost',
        priority: 'high',
      });
      req.session.note = 1;
      res.json(req.session.cookie);
    },
    { session: { cookie: { maxAge: HOUR } } },
  ],
  [
    'what the session has of its own',
    (req, res) => {
      const keys: string[] = [];
      for (const key in req.session) keys.push(key);
      const own = [
        ...keys,
        ...Object.keys(req.session),
        ...Object.keys(JSON.parse(JSON.stringify(req.session)) as object),
      ];
      res.json({
        own: own.filter((key) => key !== 'passportSecondFactor'),
        id: req.session.id === req.sessionID,
        req: req.session.req === req,
      });
    },
  ],
  [
    'functions of the session, taken off it',
    (req, res) => {
      const names = ['save', 'destroy', 'reload', 'regenerate', 'touch', 'resetMaxAge'];
      res.json({
        types: names.map((name) => [typeof req.session[name], (req.session[name] as () => void).length]),
      });
    },
  ],
  [
    'counting views',
    (req, res) => res.json({ views: (req.session.views = Number(req.session.views ?? 0) + 1) }),
    { times: 3 },
  ],
  ['session = null', (req, res) => (Reflect.set(req, 'session', null), res.json({}))],
  ['delete session', (req, res) => (Reflect.deleteProperty(req, 'session'), res.json({}))],
  [
    "session = null with unset: 'destroy'",
    (req, res) => (Reflect.set(req, 'session', null), res.json({})),
    { session: { unset: 'destroy' } },
  ],
  [
    'rolling',
    (_req, res) => res.json({}),
    { session: { rolling: true, cookie: { maxAge: HOUR } }, times: 2 },
  ],
  ['resave', (_req, res) => res.json({}), { session: { resave: true }, times: 2 }],
  [
    'resave of a change, by a stranger',
    (req, res) => ((req.session.note = 1), res.json({})),
    { session: { resave: true }, anonymous: true, times: 2 },
  ],
  [
    'saveUninitialized, by a stranger',
    (_req, res) => res.json({}),
    { session: { saveUninitialized: true }, anonymous: true, times: 2 },
  ],
  ['nothing saved, by a stranger', (_req, res) => res.json({}), { anonymous: true }],
  [
    'a cart, by a stranger',
    (req, res) => ((req.session.cart = ['book']), res.json({})),
    { anonymous: true, times: 2 },
  ],
  [
    'another name and another path of the cookie',
    (req, res) => ((req.session.note = 1), res.json({})),
    { session: { name: 'sid', cookie: { path: '/', httpOnly: false } } },
  ],
  [
    'a secure cookie without TLS',
    (req, res) => ((req.session.note = 1), res.json({})),
    { session: { cookie: { secure: true } }, anonymous: true },
  ],
  [
    "secure: 'auto'",
    (req, res) => ((req.session.note = 1), res.json({})),
    { session: { cookie: { secure: 'auto', sameSite: 'auto' as never } } },
  ],
  [
    'an error after a change',
    (req, _res, next) => {
      req.session.note = 1;
      next(new Error('after a change'));
    },
  ],
  [
    'an exception after a change',
    (req) => {
      req.session.note = 1;
      throw new Error('after a change');
    },
  ],
  [
    'an answer in parts',
    (req, res) => (res.write('one'), (req.session.note = 1), res.write('two'), res.end('three')),
  ],
];
