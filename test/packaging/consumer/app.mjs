import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';

const users = [{ id: '1', login: 'alice', password: 'alice-password' }];
const byId = (id) => users.find((user) => user.id === id) ?? null;
let aheadMilliseconds = 0;

passport.use(
  new LocalStrategy((login, password, done) => {
    const user = users.find((candidate) => candidate.login === login && candidate.password === password);
    done(null, user ?? false);
  }),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, byId(id) ?? false));

const secondFactor = createSecondFactor({
  passport,
  issuer: 'Consumer Panel',
  account: (user) => ({ id: user.id, name: user.login }),
  findUser: byId,
  store: memoryStore(),
  keys: [randomBytes(32).toString('base64')],
  basePath: '/two-step',
  loginPath: '/login',
  homePath: '/',
  clock: () => Date.now() + aheadMilliseconds,
});

const app = express();
app.use(express.json());
app.use(session({ secret: 'consumer', resave: false, saveUninitialized: false }));
app.use(passport.session());
app.use(secondFactor.session());
app.use('/two-step', secondFactor.router());
app.post('/login', passport.authenticate('local'), (req, res) => res.json({ user: req.user.login }));
app.get('/me', (req, res) => res.json({ user: req.user?.login ?? null }));
app.get('/backups', requireSecondFactor(), (req, res) => res.json({ backupsOf: req.user.login }));
app.post('/clock', (req, res) => {
  aheadMilliseconds += req.body.milliseconds;
  res.json({});
});

const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
