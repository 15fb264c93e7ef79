/**
 * Two-step sign-in on an Express application, in one file. What the package adds is marked with (1) to (5). The rest is
 * what an application with Passport has anyway. README.md says what to change in a copy.
 *
 * HOST: the address to listen on. Without it, only this machine reaches the application.
 * PORT: default 3000; 0 takes a free one.
 * REDIS_URL: keeps sessions and second factors in Redis. Without it they are in memory.
 * SECOND_FACTOR_KEY: base64 of 32 random bytes. Without it, a new key is made at every start.
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
/** For unknown logins: the password is checked against this user, so that the answer takes as long. */
const nobody = userWithPassword('nobody', randomUUID());
// When Redis is down, requests are refused at once, and do not wait in a queue.
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
  // The stamp is any value that changes with the password. Here the salt does.
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
  sameOrigin(), // (4) refuses forms that other sites send
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
// (5) A route only for users who have two-step authentication and have done both steps.
app.get('/secret', requireSecondFactor(), (_req, res) => {
  res.send(page('<p>Only with both steps done.</p>'));
});

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Minimal</title>${body}`;
}

function userWithPassword(id: string, password: string): User {
  const salt = randomBytes(16).toString('base64');
  return { id, name: id, salt, passwordHash: scryptSync(password, salt, 32) };
}

/** @param password may be of any type: in a body of JSON it may be a number */
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
