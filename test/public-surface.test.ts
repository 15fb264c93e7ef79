import type { IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import type { Request, RequestHandler } from 'express';
import express from 'express';
import passport from 'passport';
import { createSecondFactor, requireNotImpersonating, requireSecondFactor } from 'passport-second-factor';
import type {
  Admin,
  AttemptOutcome,
  GuardDecision,
  ImportedSecret,
  Page,
  Refusal,
  ProofElsewhere,
  RequestSecondFactor,
  SecondFactor,
  SecondFactorEvent,
  SecondFactorEvents,
  SecondFactorOptions,
  StateName,
  Store,
  TotpParameters,
  VerifyOutcome,
} from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { createMemorySecondFactor } from 'passport-second-factor/testing';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');

interface Row {
  readonly id: number;
  readonly login: string;
}

const OPTIONS = {
  passport,
  issuer: 'Panel',
  account: ({ id, login }: Row) => ({ id, name: login }),
  findUser: (): Row | null => null,
  store: memoryStore(),
  keys: ['key'],
};

/** The functions and classes that each entry has; types come beside them. */
const VALUES: Record<string, readonly string[]> = {
  'client/index.ts': ['SecondFactorClientError', 'createSecondFactorClient', 'refusalOf', 'supportsKeys'],
  'lib/index.ts': [
    'SecondFactorError',
    'SecondFactorRequiredError',
    'createSecondFactor',
    'requireNotImpersonating',
    'requireSecondFactor',
    'sameOrigin',
    'sendOnce',
  ],
  'adapters/memory.ts': ['memoryStore'],
  'adapters/nestjs/index.ts': ['SecondFactorFilter', 'SecondFactorGuard', 'SecondFactorRefusedError'],
  'adapters/redis.ts': ['redisStore'],
  'adapters/sql.ts': ['createTotpTable', 'libsqlDatabase', 'sqlStore', 'totpMigrations'],
  'lib/testing/index.ts': [
    'codeFor',
    'createMemorySecondFactor',
    'createTestClock',
    'enableSecondFactor',
    'giveCode',
  ],
  'lib/testing/store-contract.ts': ['storeContract'],
  'adapters/webauthn.ts': ['webauthn'],
};
/** Types that a reader of the API reference meets. */
const TYPES_MAXIMUM = 130;

describe('the public surface', () => {
  const program = ts.createProgram(Object.keys(VALUES), { noEmit: true });
  const exported = (entry: string): ts.Symbol[] => {
    const source = program.getSourceFile(entry);
    const module = source && program.getTypeChecker().getSymbolAtLocation(source);
    return module ? program.getTypeChecker().getExportsOfModule(module) : [];
  };
  const isValue = (symbol: ts.Symbol): boolean => {
    const { flags } =
      symbol.flags & ts.SymbolFlags.Alias ? program.getTypeChecker().getAliasedSymbol(symbol) : symbol;
    return (flags & ts.SymbolFlags.Value) !== 0;
  };

  for (const [entry, names] of Object.entries(VALUES)) {
    it(`has nothing but what is meant to be used: ${entry}`, async () => {
      const values = exported(entry).filter(isValue);
      expect(values.map(({ name }) => name).sort()).to.deep.equal(names);
      expect(Object.keys((await import(resolve(root, entry))) as object).sort()).to.deep.equal(names);
    });
  }

  it(`has at most ${String(TYPES_MAXIMUM)} types`, () => {
    const types = Object.keys(VALUES).flatMap((entry) => exported(entry).filter((each) => !isValue(each)));
    // The names alone: symbols have the whole program with them.
    expect(types.map(({ name }) => name)).to.have.length.within(50, TYPES_MAXIMUM);
  });

  it('takes the type of users from account() and findUser()', () => {
    expectTypeOf(createSecondFactor<Row>).returns.toEqualTypeOf<SecondFactor>();
    expectTypeOf<SecondFactorOptions<Row>['account']>().parameter(0).toEqualTypeOf<Row>();
    const wrongs = (): unknown[] => [
      // @ts-expect-error -- a user that account() does not take
      createSecondFactor<Row>({ ...OPTIONS, findUser: () => ({ name: 'alice' }) }),
      // @ts-expect-error -- an account without an id
      createSecondFactor<Row>({ ...OPTIONS, account: ({ login }: Row) => ({ name: login }) }),
      // @ts-expect-error -- no such option
      createSecondFactor<Row>({ ...OPTIONS, windows: 3 }),
      // @ts-expect-error -- the store is missing
      createSecondFactor<Row>({ ...OPTIONS, store: undefined }),
      // @ts-expect-error -- one of two words
      createSecondFactor<Row>({ ...OPTIONS, whenCodeRequired: 'throw' }),
    ];
    expect(wrongs).to.throw();
    expectTypeOf(createMemorySecondFactor<Row>)
      .parameter(0)
      .toExtend<Pick<SecondFactorOptions<Row>, 'account'>>();
  });

  it('mounts in Express as it is', () => {
    const secondFactor = {} as SecondFactor;
    expectTypeOf(requireSecondFactor({ maxAge: 300 })).toExtend<RequestHandler>();
    expectTypeOf(requireNotImpersonating()).toExtend<RequestHandler>();
    expectTypeOf(secondFactor.session).returns.toExtend<RequestHandler>();
    expectTypeOf(secondFactor.router).returns.toExtend<RequestHandler>();
    expectTypeOf(passport.use.bind(passport)).toBeCallableWith(secondFactor.strategy);
    expectTypeOf(express().use).toBeCallableWith(requireSecondFactor());
    expectTypeOf<Request['secondFactor']>().toEqualTypeOf<RequestSecondFactor | undefined>();
    expectTypeOf<IncomingMessage>().not.toHaveProperty('secondFactor');
  });

  it('tells a refusal from a permission, and refuses with it', () => {
    const { evaluate, refuse } = {} as RequestSecondFactor;
    expectTypeOf(evaluate).returns.toEqualTypeOf<GuardDecision>();
    expectTypeOf<Extract<GuardDecision, { ok: false }>>().toEqualTypeOf<Refusal>();
    expectTypeOf(refuse).parameter(0).toEqualTypeOf<Refusal>();
    expectTypeOf<Refusal['location']>().toEqualTypeOf<string>();
    expectTypeOf<Refusal['code']>().not.toEqualTypeOf<string>();
    expectTypeOf<RequestSecondFactor['state']>().toEqualTypeOf<StateName>();
    expectTypeOf<ProofElsewhere['at']>().toEqualTypeOf<Date>();
    expectTypeOf<StateName>().toEqualTypeOf<
      | 'anonymous'
      | 'pending'
      | 'must-enroll'
      | 'signed-in'
      | 'remembered'
      | 'proven-elsewhere'
      | 'verified'
      | 'impersonating'
    >();
  });

  it('gives each listener its own event, and all of them to "*"', () => {
    const { on } = {} as SecondFactor['events'];
    const listening = (): unknown[] => [
      on('locked', (event) => {
        expectTypeOf(event.name).toEqualTypeOf<'locked'>();
        expectTypeOf(event.until).toEqualTypeOf<number | null>();
        expectTypeOf(event).not.toHaveProperty('recoveryCodesLeft');
      }),
      on('*', (event) => {
        expectTypeOf(event).toEqualTypeOf<SecondFactorEvent>();
        if (event.name === 'recovery-code-used') {
          expectTypeOf(event.recoveryCodesLeft).toEqualTypeOf<number>();
        }
      }),
      // @ts-expect-error -- no such event
      on('signed in', () => undefined),
    ];
    expect(listening).to.throw();
    expectTypeOf<SecondFactorEvents['code-refused']['reason']>().not.toEqualTypeOf<string>();
    expectTypeOf<SecondFactorEvents['session-demoted']['reason']>().not.toEqualTypeOf<string>();
    expectTypeOf<SecondFactorEvents['impersonation-refused']['reason']>().not.toEqualTypeOf<string>();
  });

  it('makes who verifies a code look at the outcome', () => {
    const { verify } = {} as SecondFactor;
    expectTypeOf(verify).returns.resolves.toEqualTypeOf<VerifyOutcome>();
    expectTypeOf<Extract<VerifyOutcome, { ok: true }>>().toHaveProperty('method');
    expectTypeOf<Extract<VerifyOutcome, { ok: true }>>().not.toHaveProperty('reason');
    expectTypeOf<Extract<VerifyOutcome, { ok: false }>['reason']>().not.toEqualTypeOf<string>();
    expectTypeOf<AttemptOutcome>().not.toBeAny();
    expectTypeOf<Admin['disable']>().returns.resolves.not.toBeAny();
  });

  it('takes a secret or a URI of another system, and only what there is of digits, hashes and periods', () => {
    const by = 'test';
    expectTypeOf<Admin['import']>().returns.resolves.toEqualTypeOf<boolean>();
    expectTypeOf({ secret: 'A', by }).toExtend<ImportedSecret>();
    expectTypeOf({ secret: 'A', by, ...({} as TotpParameters) }).toExtend<ImportedSecret>();
    expectTypeOf({ uri: 'otpauth://totp/a', by, name: 'Token' }).toExtend<ImportedSecret>();
    expectTypeOf({ uri: 'otpauth://totp/a', by, digits: 8 as const }).not.toExtend<ImportedSecret>();
    expectTypeOf({ uri: 'otpauth://totp/a', secret: 'A', by }).not.toExtend<ImportedSecret>();
    expectTypeOf({ secret: 'A', by, digits: 9 as const }).not.toExtend<ImportedSecret>();
    expectTypeOf<TotpParameters>().toEqualTypeOf<{
      readonly algorithm: 'sha1' | 'sha256' | 'sha512';
      readonly digits: 6 | 7 | 8;
      readonly period: 30 | 60;
    }>();
    expectTypeOf<Extract<Page, { name: 'verify' }>['model']['digits']>().toEqualTypeOf<readonly number[]>();
  });

  it('takes a store of one’s own that answers yes or no', () => {
    const own = {
      get: () => Promise.resolve(null),
      compareAndSet: () => Promise.resolve(true),
      async *list() {
        // none
      },
    };
    expectTypeOf(own).toExtend<Store>();
    expectTypeOf<Omit<typeof own, 'list'>>().not.toExtend<Store>();
    expectTypeOf({ ...own, compareAndSet: () => Promise.resolve() }).not.toExtend<Store>();
  });
});
