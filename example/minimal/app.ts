/**
 * Two-step sign-in on an Express application, in one file. What the package adds is marked with (1) to (5);
 * the rest is what an application with Passport has anyway.
 *
 * HOST: the address to listen on; without it only this machine reaches the application. PORT: default 3000; 0 takes a free one. REDIS_URL: keeps sessions and second factors in Redis, else they are in
 * memory.
 * SECOND_FACTOR_KEY: base64 of 32 random bytes; without it a new key is made at every start.
 */
import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { RedisStore } from 'connect-redis'; // 8.1 goes with ioredis, 9 and later with node-redis only
import express from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor, sameOrigin } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';

interface User {
  id: string;
  name: string;
  salt: string;
  passwordHash: Buffer;
}

const users = new Map(['alice', 'bob'].map((id) => [id, userWithPassword(id, `${id}-password`)]));
/** Checked where a login is unknown, so that the answer takes as long. */
const nobody = userWithPassword('nobody', randomUUID());
// A Redis that is away must fail fast: requests are refused, not queued.
const redis = process.env.REDIS_URL
  ? new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: 1, commandTimeout: 2000 })
  : undefined;

passport.use(
  new LocalStrategy((username, password, done) => {
    const user = users.get(username) ?? nobody;
    done(null, passwordMatches(user, password) && user !== nobody ? user : false);
  }),
);
passport.serializeUser<string>((user, done) => {
  done(null, (user as User).id);
});
passport.deserializeUser<string>((id, done) => {
  done(null, users.get(id) ?? false);
});

// (1) One instance for the application.
const secondFactor = createSecondFactor<User>({
  passport,
  issuer: 'Minimal Example',
  account: (user) => ({ id: user.id, name: user.name, securityStamp: user.salt }),
  findUser: (accountId) => users.get(accountId),
  store: redis ? redisStore(redis) : memoryStore(),
  keys: [process.env.SECOND_FACTOR_KEY ?? randomBytes(32).toString('base64')],
});
secondFactor.events.on('*', ({ name, accountId }) => {
  console.log(`${name} ${accountId}`);
});

const app = express();
app.use(
  session({
    secret: randomBytes(32).toString('base64'),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' },
    ...(redis && { store: new RedisStore({ client: redis }) }),
  }),
);
app.use(passport.session());
app.use(secondFactor.session()); // (2) right after passport.session()
app.use('/two-step', secondFactor.router()); // (3) the code form, set-up and settings

app.get('/login', (_req, res) => {
  res.send(
    page(
      '<form method="post"><input name="username" autocomplete="username" aria-label="Login"> ' +
        '<input name="password" type="password" autocomplete="current-password" aria-label="Password"> ' +
        '<button>Log in</button></form><p>alice / alice-password</p>',
    ),
  );
});
app.post(
  '/login',
  sameOrigin(), // (4) nobody is signed in by a link from elsewhere
  express.urlencoded({ extended: false }),
  express.json(),
  passport.authenticate('local', { successReturnToOrRedirect: '/', failureRedirect: '/login' }),
);
app.post('/logout', sameOrigin(), (req, res, next) => {
  req.logout((error) => {
    if (error) next(error);
    else res.redirect(303, '/login');
  });
});
app.get('/', (req, res) => {
  if (!req.user) {
    res.redirect('/login');
    return;
  }
  res.send(
    page(
      `<p>Signed in as ${(req.user as User).name}, ${req.secondFactor?.state ?? ''}.</p>` +
        '<p><a href="/two-step">Two-step authentication</a> <a href="/secret">A guarded page</a></p>' +
        '<form method="post" action="/logout"><button>Log out</button></form>',
    ),
  );
});
app.get('/secret', requireSecondFactor(), (_req, res) => {
  res.send(page('<p>Only with both steps done.</p>')); // (5) a route that asks for it
});

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Minimal</title>${body}`;
}

function userWithPassword(id: string, password: string): User {
  const salt = randomBytes(16).toString('base64');
  return { id, name: id, salt, passwordHash: scryptSync(password, salt, 32) };
}

/** @param password of any type: a body in JSON may hold a number there */
function passwordMatches(user: User, password: unknown): boolean {
  return (
    typeof password === 'string' && timingSafeEqual(user.passwordHash, scryptSync(password, user.salt, 32))
  );
}

const port = Number(process.env.PORT ?? 3000);
const { HOST = '' } = process.env;
const server = app.listen(port, HOST === '' ? '127.0.0.1' : HOST, () => {
  const { port: taken } = server.address() as AddressInfo;
  const shown = HOST === '' ? 'localhost' : HOST.replace(/.*:.*/, '[$&]');
  console.log(`http://${shown}:${String(taken)}/ - sign in as alice with alice-password`);
});
