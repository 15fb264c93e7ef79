import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import type { AddressInfo } from 'node:net';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';

interface PanelUser {
  readonly id: string;
  readonly login: string;
  readonly password: string;
}

declare global {
  namespace Express {
    interface User extends PanelUser {}
  }
}

const users: PanelUser[] = [{ id: '1', login: 'alice', password: 'alice-password' }];
const byId = (id: string): PanelUser | null => users.find((user) => user.id === id) ?? null;
let aheadMilliseconds = 0;

passport.use(
  new LocalStrategy((login, password, done) => {
    const user = users.find((candidate) => candidate.login === login && candidate.password === password);
    done(null, user ?? false);
  }),
);
passport.serializeUser((user, done) => {
  done(null, user.id);
});
passport.deserializeUser((id: string, done) => {
  done(null, byId(id) ?? false);
});

const options = {
  passport,
  issuer: 'Consumer Panel',
  account: (user: PanelUser) => ({ id: user.id, name: user.login }),
  findUser: byId,
  store: memoryStore(),
  keys: [randomBytes(32).toString('base64')],
  basePath: '/two-step',
  loginPath: '/login',
  homePath: '/',
  clock: () => Date.now() + aheadMilliseconds,
};
const secondFactor = createSecondFactor(options);
// Never called: the names and types are what counts.
export const namedUser = () =>
  createSecondFactor<PanelUser>({ ...options, account: ({ id, login }) => ({ id, name: login }) });
export const storeFor = (client: Parameters<typeof redisStore>[0]) => redisStore(client);

const app = express();
app.use(express.json());
app.use(session({ secret: 'consumer', resave: false, saveUninitialized: false }));
app.use(passport.session());
app.use(secondFactor.session());
app.use('/two-step', secondFactor.router());
app.post('/login', passport.authenticate('local'), (req, res) => {
  res.json({ user: req.user?.login });
});
app.get('/me', (req, res) => {
  res.json({ user: req.user?.login ?? null, state: req.secondFactor?.state });
});
app.get('/backups', requireSecondFactor(), (req, res) => {
  res.json({ backupsOf: req.user?.login });
});
app.post('/backups', requireSecondFactor({ maxAge: 300 }), (_req, res) => {
  res.json({});
});
app.post('/clock', (req, res) => {
  aheadMilliseconds += (req.body as { milliseconds: number }).milliseconds;
  res.json({});
});

const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
