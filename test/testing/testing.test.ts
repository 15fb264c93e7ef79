import { SecondFactorError } from 'passport-second-factor';
import { expect } from 'chai';
import express from 'express';
import session from 'express-session';
import { Secret, TOTP } from 'otpauth';
import { Passport } from 'passport';
import { Strategy } from 'passport-local';
import { requireSecondFactor } from 'passport-second-factor';
import {
  codeFor,
  createMemorySecondFactor,
  createTestClock,
  enableSecondFactor,
  giveCode,
} from 'passport-second-factor/testing';
import type { TestClock } from 'passport-second-factor/testing';
import request from 'supertest';
import { TOKEN_PARAMETERS } from '../support/records.js';

interface User {
  id: string;
}

/** An application as an integrator has it, with the instance under test. */
function application(clock: TestClock): express.Express {
  const passport = new Passport();
  const users: User[] = [{ id: 'alice' }];
  const byId = (id: string): User | null => users.find((user) => user.id === id) ?? null;
  passport.use(new Strategy((name, _password, done) => done(null, byId(name) ?? false)));
  passport.serializeUser((user, done) => done(null, (user as User).id));
  passport.deserializeUser((id: string, done) => done(null, byId(id)));
  const secondFactor = createMemorySecondFactor<User>({
    passport,
    account: ({ id }) => ({ id, name: id }),
    findUser: byId,
    clock: clock.now,
  });
  const app = express();
  app.use(session({ secret: 'x', resave: false, saveUninitialized: false }), passport.session());
  app.use(secondFactor.session());
  app.use('/two-step', secondFactor.router());
  app.post('/login', express.json(), passport.authenticate('local'), (_req, res) => res.json({}));
  app.get('/secret', requireSecondFactor({ maxAge: 60 }), (_req, res) => res.json({ secret: true }));
  return app;
}

describe('passport-second-factor/testing', () => {
  const credentials = { username: 'alice', password: 'x' };

  it('tests an application in a few lines', async () => {
    const clock = createTestClock();
    const app = application(clock);
    const first = request.agent(app);
    await first.post('/login').send(credentials);
    const key = await enableSecondFactor(first, { clock });

    const agent = request.agent(app);
    expect((await agent.post('/login').send(credentials)).status).to.equal(401);
    await giveCode(agent, key, { clock });
    expect((await agent.get('/secret')).status).to.equal(200);
    clock.advance(61);
    expect((await agent.get('/secret')).status).to.equal(401);
    clock.advance(-61);
    expect((await agent.get('/secret')).status).to.equal(200);
  });

  it('shows the codes that an independent authenticator shows', () => {
    const secret = new Secret({ size: 20 });
    for (const at of [0, 59_000, 1_234_567_890_000, 20_000_000_000_000]) {
      expect(codeFor(secret.base32, at)).to.equal(new TOTP({ secret }).generate({ timestamp: at }));
    }
    for (const parameters of [TOKEN_PARAMETERS, { digits: 7 }, { period: 60 }] as const) {
      const at = 1_234_567_890_000;
      const totp = new TOTP({ secret, ...parameters });
      expect(codeFor(secret.base32, at, parameters)).to.equal(totp.generate({ timestamp: at }));
    }
    expect(() => codeFor('not base32!')).to.throw(SecondFactorError, 'base32');
    expect(() => codeFor(secret.base32, 0, { digits: 9 as never })).to.throw(SecondFactorError, '6, 7 or 8');
    expect(() => codeFor(secret.base32, 0, { digit: 8 } as never)).to.throw(SecondFactorError, 'digit');
  });

  it('says what the application answered when it refused', async () => {
    const clock = createTestClock();
    const app = application(clock);
    const agent = request.agent(app);
    const error = await enableSecondFactor(agent, { clock }).catch((caught: unknown) => caught as Error);
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes('sign-in-expired');
    await agent.post('/login').send(credentials);
    const key = await enableSecondFactor(agent, { clock });
    const other = request.agent(app);
    const early = await giveCode(other, key, { clock }).catch((caught: unknown) => caught as Error);
    expect(early).to.be.instanceOf(Error).with.property('message').that.includes('sign-in-expired');
  });
});
