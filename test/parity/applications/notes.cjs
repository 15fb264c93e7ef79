// Notes with documents of Mongo's kind: ids that are objects, flash messages, a log-out that destroys the session.
const crypto = require('node:crypto');
const flash = require('connect-flash');
const express = require('express');
const session = require('express-session');
const passport = new (require('passport').Passport)();
const LocalStrategy = require('passport-local').Strategy;
const { DocumentStore } = require('./document-store.cjs');
const { createSecondFactor } = require('passport-second-factor'); // new
const { memoryStore } = require('passport-second-factor/memory'); // new

class ObjectId {
  constructor(hex = crypto.randomBytes(12).toString('hex')) {
    this.hex = hex;
  }
  toString() {
    return this.hex;
  }
  toJSON() {
    return this.hex;
  }
}
const documents = new Map();
const User = {
  findById: async (id) => documents.get(String(id)) ?? null,
  findOne: async ({ email }) => [...documents.values()].find((user) => user.email === email) ?? null,
  async create(fields) {
    const user = { _id: new ObjectId(), ...fields };
    documents.set(String(user._id), user);
    return user;
  },
};
const hash = (password) => crypto.scryptSync(password, 'notes', 16).toString('hex');

passport.use(
  new LocalStrategy({ usernameField: 'email' }, (email, password, done) => {
    User.findOne({ email })
      .then((user) => {
        if (!user) return done(null, false, { message: 'That email is not registered' });
        if (user.password !== hash(password)) return done(null, false, { message: 'Password incorrect' });
        return done(null, user);
      })
      .catch(done);
  }),
);
passport.serializeUser((user, done) => done(null, user._id));
passport.deserializeUser((id, done) => {
  User.findById(id).then((user) => done(null, user), done);
});
// <new>
const secondFactor = createSecondFactor({
  passport,
  issuer: 'Notes',
  store: memoryStore(),
  account: (user) => ({ id: String(user._id), name: user.email, securityStamp: user.password }),
  findUser: (id) => User.findById(id),
  keys: [process.env.SECOND_FACTOR_KEY],
  loginPath: '/users/login',
  homePath: '/dashboard',
});
// </new>

const app = express();
app.use(express.urlencoded({ extended: true }));
app.use(session({ secret: 'secret', resave: true, saveUninitialized: true, store: new DocumentStore() }));
app.use(passport.initialize());
app.use(passport.session());
app.use(flash());
app.use((req, res, next) => {
  res.locals.messages = [...req.flash('success_msg'), ...req.flash('error_msg'), ...req.flash('error')];
  next();
});
app.use(secondFactor.session()); // new
app.use('/two-step', secondFactor.router()); // new

const ensureAuthenticated = (req, res, next) => {
  if (req.isAuthenticated()) return next();
  req.flash('error_msg', 'Please log in to view that resource');
  res.redirect('/users/login');
};
app.get('/users/login', (req, res) => res.send(`Log in: ${res.locals.messages.join()}`));
app.post('/users/register', async (req, res) => {
  if (await User.findOne({ email: req.body.email })) {
    req.flash('error_msg', 'Email already exists');
    return res.redirect('/users/login');
  }
  await User.create({ email: req.body.email, password: hash(req.body.password) });
  req.flash('success_msg', 'You are now registered and can log in');
  res.redirect('/users/login');
});
app.post('/users/login', (req, res, next) => {
  passport.authenticate('local', {
    successRedirect: '/dashboard',
    failureRedirect: '/users/login',
    failureFlash: true,
  })(req, res, next);
});
app.get('/users/logout', (req, res) => {
  req.session.destroy();
  res.redirect('/users/login');
});
app.get('/dashboard', ensureAuthenticated, (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  res.send(`Welcome ${req.user.email}, visit ${req.session.visits} ${res.locals.messages.join()}`);
});

exports.app = app;
