/**
 * A single-page application with two-step sign-in. This is the server; the page is in public/, and uses
 * `passport-second-factor/client`. What the package adds is marked with (1) to (5). README.md says what to change in a
 * copy.
 *
 * HOST: the address to listen on. Without it, only this machine reaches the application.
 * PORT: default 3000; 0 takes a free one.
 * SPA_REQUIRE_FACTOR: when it is set, everybody must have a second factor.
 */
import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor, sameOrigin } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { webauthn } from 'passport-second-factor/webauthn';

interface User {
  id: string;
  salt: string;
  passwordHash: Buffer;
}

const { HOST = '', PORT = '3000' } = process.env;
// The server listens first, because the option `webauthn` needs the port.
const server = createServer().listen(Number(PORT), HOST === '' ? '127.0.0.1' : HOST);
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const users = new Map(['alice', 'bob'].map((id) => [id, userWithPassword(id, `${id}-password`)]));
/** For unknown logins: the password is checked against this user, so that the answer takes as long. */
const nobody = userWithPassword('nobody', randomUUID());

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
  issuer: 'Notes',
  // The stamp is any value that changes with the password. Here the salt does.
  account: ({ id, salt }) => ({ id, name: id, securityStamp: salt }),
  findUser: (accountId) => users.get(accountId),
  store: memoryStore(),
  keys: [randomBytes(32).toString('base64')],
  policy: () => (process.env.SPA_REQUIRE_FACTOR ? 'required' : 'optional'),
  webauthn: webauthn({ rpId: 'localhost', rpName: 'Notes', origins: [`http://localhost:${String(port)}`] }),
});

const app = express();
app.use((_req, res, next) => {
  res.set({
    // The page loads only files of this server. Scripts cannot turn texts into HTML, and must send all forms.
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
      "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; " +
      "require-trusted-types-for 'script'; trusted-types 'none'",
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  });
  next();
});
app.use(express.static(join(import.meta.dirname, 'public')));
app.use(
  session({
    secret: randomBytes(32).toString('base64'),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' }, // with HTTPS also `secure: true`
  }),
);
app.use(passport.session());
app.use(secondFactor.session()); // (2) right after passport.session()
app.use('/two-step', secondFactor.router()); // (3) what the client calls

// (4) The login route answers JSON. When a code is needed, req.logIn sends the package's answer, and does not call back.
app.post('/api/login', sameOrigin(), express.json(), (req, res, next) => {
  const answer = (error: unknown, user?: Express.User | false | null): void => {
    if (error) next(error);
    else if (!user) res.status(401).json({ code: 'password-invalid' });
    else req.logIn(user, (failed) => (failed ? next(failed) : res.json({})));
  };
  (passport.authenticate('local', answer) as express.RequestHandler)(req, res, next);
});
app.post('/api/logout', sameOrigin(), (req, res, next) => {
  req.logout((error) => (error ? next(error) : res.json({})));
});
// (5) Guards: the first lets everybody in who is signed in, the second also wants a code of the last five minutes.
app.get('/api/me', requireSecondFactor({ unenrolled: 'allow' }), (req, res) => {
  res.json({ user: (req.user as User).id });
});
app.get('/api/secret', requireSecondFactor({ unenrolled: 'allow', maxAge: 300 }), (_req, res) => {
  res.json({ secret: 'The spare key is under the third flowerpot.' });
});

// With a bundler, you import the client in your own script. Here the server makes a file of it.
const client = buildSync({
  stdin: { contents: "export * from 'passport-second-factor/client'", resolveDir: import.meta.dirname },
  bundle: true,
  format: 'esm',
  write: false,
});
app.get('/second-factor-client.js', (_req, res) => {
  res.type('js').send(client.outputFiles[0]?.text);
});

server.on('request', app);
const shown = HOST === '' ? 'localhost' : HOST.replace(/.*:.*/, '[$&]');
console.log(`http://${shown}:${String(port)}/ - sign in as alice with alice-password`);

function userWithPassword(id: string, password: string): User {
  const salt = randomBytes(16).toString('base64');
  return { id, salt, passwordHash: scryptSync(password, salt, 32) };
}

/** @param password may be of any type: in a body of JSON it may be a number */
function passwordMatches(user: User, password: unknown): boolean {
  return (
    typeof password === 'string' && timingSafeEqual(user.passwordHash, scryptSync(password, user.salt, 32))
  );
}
