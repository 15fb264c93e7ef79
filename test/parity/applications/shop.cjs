// A JSON API for a single-page client: Google beside a password, so accounts that have no password at all.
const crypto = require('node:crypto');
const express = require('express');
const session = require('express-session');
const passport = new (require('passport').Passport)();
const { Strategy: GoogleStrategy } = require('passport-google-oauth20');
const { Strategy: LocalStrategy } = require('passport-local');
const { createSecondFactor } = require('passport-second-factor'); // new
const { memoryStore } = require('passport-second-factor/memory'); // new

const users = [];
const hash = (password) => crypto.createHash('sha256').update(password).digest('hex');
const provider = process.env.GOOGLE;

passport.use(
  new LocalStrategy((username, password, done) => {
    const user = users.find((candidate) => candidate.username === username);
    if (!user?.hash || user.hash !== hash(password))
      return done(null, false, { message: 'Wrong credentials' });
    done(null, user);
  }),
);
passport.use(
  new GoogleStrategy(
    {
      clientID: 'shop',
      clientSecret: 'secret',
      callbackURL: '/auth/google/callback',
      authorizationURL: `${provider}/authorize`,
      tokenURL: `${provider}/token`,
      userProfileURL: `${provider}/userinfo`,
    },
    (_accessToken, _refreshToken, profile, done) => {
      let user = users.find(({ googleId }) => googleId === profile.id);
      if (!user)
        users.push(
          (user = { id: users.length + 1, username: profile.displayName, googleId: profile.id, hash: null }),
        );
      done(null, user);
    },
  ),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, users.find((user) => user.id === id) ?? false));
// <new>
const secondFactor = createSecondFactor({
  passport,
  issuer: 'Shop',
  store: memoryStore(),
  homePath: '/app',
  account: (user) => ({ id: user.id, name: user.username, securityStamp: user.hash }),
  findUser: (id) => users.find((user) => user.id === Number(id)),
  keys: [process.env.SECOND_FACTOR_KEY],
});
// </new>

const app = express();
app.use(express.json());
app.use(session({ secret: 'shop', resave: false, saveUninitialized: false, cookie: { maxAge: 86_400_000 } }));
app.use(passport.initialize());
app.use(passport.session());
app.use(secondFactor.session()); // new
app.use('/two-step', secondFactor.router()); // new

app.get('/auth/google', passport.authenticate('google', { scope: ['profile'] }));
app.get(
  '/auth/google/callback',
  passport.authenticate('google', { successRedirect: '/app', failureRedirect: '/login/failed' }),
);
app.get('/login/failed', (_req, res) => res.status(401).json({ success: false }));
app.post('/auth/register', (req, res, next) => {
  const user = { id: users.length + 1, username: req.body.username, hash: hash(req.body.password) };
  users.push(user);
  req.login(user, (error) => (error ? next(error) : res.status(201).json({ user: user.username })));
});
app.post('/auth/login', (req, res, next) => {
  passport.authenticate('local', (error, user, info) => {
    if (error) return next(error);
    if (!user) return res.status(401).json(info);
    req.logIn(user, (failed) => (failed ? next(failed) : res.json({ user: user.username })));
  })(req, res, next);
});
app.post('/auth/logout', (req, res, next) => {
  req.logout((error) => {
    if (error) return next(error);
    req.session.destroy();
    res.clearCookie('connect.sid').json({ success: true });
  });
});
app.get('/api/me', (req, res) => {
  if (!req.isAuthenticated()) return res.status(401).json({ user: null });
  res.json({ user: req.user.username });
});
app.get('/app', (_req, res) => res.send('the client'));

exports.app = app;
