// Server-rendered to-do lists: rows of SQLite, half a user in the session, sign-up that signs in.
const crypto = require('node:crypto');
const { csrfSync } = require('csrf-sync');
const express = require('express');
const session = require('express-session');
const Database = require('libsql');
const passport = new (require('passport').Passport)();
const LocalStrategy = require('passport-local');
const { createSecondFactor, requireSecondFactor } = require('passport-second-factor'); // new
const { memoryStore } = require('passport-second-factor/memory'); // new

const db = new Database(':memory:');
db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, hashed_password BLOB, salt BLOB)');

const hash = (password, salt) => crypto.pbkdf2Sync(password, salt, 1000, 32, 'sha256');

passport.use(
  new LocalStrategy(function verify(username, password, cb) {
    const row = db.prepare('SELECT * FROM users WHERE username = ?').get(username);
    if (!row) return cb(null, false, { message: 'Incorrect username or password.' });
    if (!crypto.timingSafeEqual(row.hashed_password, hash(password, row.salt)))
      return cb(null, false, { message: 'Incorrect username or password.' });
    return cb(null, row);
  }),
);
passport.serializeUser((user, cb) => {
  process.nextTick(() => cb(null, { id: user.id, username: user.username }));
});
passport.deserializeUser((user, cb) => {
  process.nextTick(() => cb(null, user));
});
// <new>
const secondFactor = createSecondFactor({
  passport,
  issuer: 'Todos',
  store: memoryStore(),
  account: (user) => ({ id: user.id, name: user.username, securityStamp: user.hashed_password }),
  findUser: (id) => db.prepare('SELECT * FROM users WHERE id = ?').get(Number(id)),
  keys: [process.env.SECOND_FACTOR_KEY],
  formFields: (req) => ({ _csrf: req.csrfToken() }),
});
// </new>

const { csrfSynchronisedProtection } = csrfSync({ getTokenFromRequest: (req) => req.body?._csrf });
const form = (req, action, inputs) =>
  `<form action="${action}" method="post">${inputs}<input type="hidden" name="_csrf" value="${req.csrfToken()}"></form>`;

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false }));
app.use(passport.authenticate('session'));
app.use(secondFactor.session()); // new
app.use(csrfSynchronisedProtection);
app.use('/two-step', secondFactor.router()); // new
app.use((req, res, next) => {
  const msgs = req.session.messages || [];
  res.locals.messages = msgs;
  req.session.messages = [];
  next();
});

app.get('/', (req, res) => {
  if (!req.user) return res.send('Welcome');
  res.send(`${req.user.username}'s todos ${form(req, '/logout', '')}`);
});
app.get('/login', (req, res) => {
  res.send(`${res.locals.messages.join()} ${form(req, '/login/password', '<input name="username">')}`);
});
app.post(
  '/login/password',
  passport.authenticate('local', {
    successReturnToOrRedirect: '/',
    failureRedirect: '/login',
    failureMessage: true,
  }),
);
app.post('/logout', (req, res, next) => {
  req.logout((err) => {
    if (err) return next(err);
    res.redirect('/');
  });
});
app.post('/signup', (req, res, next) => {
  const salt = crypto.randomBytes(16);
  const row = db.prepare('INSERT INTO users (username, hashed_password, salt) VALUES (?, ?, ?)');
  const { lastInsertRowid } = row.run(req.body.username, hash(req.body.password, salt), salt);
  const user = { id: lastInsertRowid, username: req.body.username };
  req.login(user, (err) => {
    if (err) return next(err);
    res.redirect('/');
  });
});
app.get(
  '/export',
  requireSecondFactor({ unenrolled: 'allow' }), // new
  (req, res) => res.send(`all todos of ${req.user?.username}`),
);

exports.app = app;
