import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { Controller, Get, HttpCode, Module, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request, Response } from 'express';
import session from 'express-session';
import type { AddressInfo } from 'node:net';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { SecondFactorError, SecondFactorRequiredError, createSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import {
  SecondFactorFilter,
  SecondFactorGuard,
  SecondFactorRefusedError,
} from 'passport-second-factor/nestjs';
import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
import { storeContract } from 'passport-second-factor/store-contract';
import { createMemorySecondFactor } from 'passport-second-factor/testing';

const ALICE = { id: '1', login: 'alice', password: 'alice-password' };
let aheadMilliseconds = 0;

// Never called: the names and types are what counts.
export const otherEntries = { createTotpTable, sqlStore, storeContract, createMemorySecondFactor };
export const whereTo = (error: unknown): string | number | null => {
  if (error instanceof SecondFactorRequiredError || error instanceof SecondFactorRefusedError) {
    return error.location;
  }
  return error instanceof SecondFactorError ? error.status : null;
};

passport.use(
  new LocalStrategy((login, password, done) => {
    done(null, login === ALICE.login && password === ALICE.password ? ALICE : false);
  }),
);
passport.serializeUser((user, done) => done(null, (user as typeof ALICE).id));
passport.deserializeUser((id: string, done) => done(null, id === ALICE.id ? ALICE : false));

const secondFactor = createSecondFactor<typeof ALICE>({
  passport,
  issuer: 'Consumer Panel',
  account: (user) => ({ id: user.id, name: user.login }),
  findUser: (id) => (id === ALICE.id ? ALICE : null),
  store: memoryStore(),
  keys: [randomBytes(32).toString('base64')],
  whenCodeRequired: 'error',
  clock: () => Date.now() + aheadMilliseconds,
});

class LoginGuard implements CanActivate {
  canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const res = context.switchToHttp().getResponse<Response>();
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user?: Express.User | false | null): void => {
        if (error || !user) reject(error ?? new SecondFactorError('login-required'));
        else req.logIn(user, (failure: unknown) => (failure ? reject(failure) : resolve(true)));
      };
      (passport.authenticate('local', done) as (...args: unknown[]) => void)(req, res, reject);
    });
  }
}

@UseFilters(SecondFactorFilter)
@Controller()
class PanelController {
  @UseGuards(LoginGuard)
  @HttpCode(200)
  @Post('login')
  login(@Req() req: Request) {
    return { user: (req.user as typeof ALICE).login };
  }

  @Get('me')
  me(@Req() req: Request) {
    const user = req.user as typeof ALICE | undefined;
    return { user: user?.login ?? null, state: req.secondFactor?.state };
  }

  @UseGuards(SecondFactorGuard)
  @Get('backups')
  backups(@Req() req: Request) {
    return { backupsOf: (req.user as typeof ALICE).login };
  }

  @UseGuards(new SecondFactorGuard({ maxAge: 300 }))
  @Get('danger')
  danger() {
    return {};
  }

  @HttpCode(200)
  @Post('clock')
  clock(@Req() req: Request) {
    aheadMilliseconds += (req.body as { milliseconds: number }).milliseconds;
    return {};
  }
}

@Module({ controllers: [PanelController] })
class PanelModule {}

void NestFactory.create(PanelModule, { logger: false }).then(async (app) => {
  app.use(session({ secret: 'consumer', resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.use(secondFactor.session());
  app.use('/two-step', secondFactor.router());
  await app.listen(0, '127.0.0.1');
  process.stdout.write(`${(app.getHttpServer().address() as AddressInfo).port}\n`);
});
