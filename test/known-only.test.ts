import { expect } from 'chai';
import express from 'express';
import { Redis } from 'ioredis';
import { requireNotImpersonating, requireSecondFactor, sameOrigin } from '../lib/index.js';
import type { SecondFactor } from '../lib/index.js';
import {
  createMemorySecondFactor,
  createTestClock,
  enableSecondFactor,
  giveCode,
} from '../lib/testing/index.js';
import { redisStore } from '../adapters/redis.js';
import { createTotpTable, sqlStore, totpMigrations } from '../adapters/sql.js';
import { storeContract } from '../lib/testing/store-contract.js';
import { Client } from './support/client.js';
import { startPanel, stopPanels } from './support/panel.js';
import type { Panel, PanelParts } from './support/panel.js';

const BY = { by: 'test' };
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** A name with a slip of the hand, and what the message must say of it. */
const typo = (name: string, meant?: string): RegExp =>
  new RegExp(meant === undefined ? `unknown .*${name}` : `unknown .*${name}.*did you mean ${meant}\\?`);

/** What a call threw or rejected with. */
async function refusalOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

describe('every object that the public API takes', () => {
  let panel: Panel;
  let secondFactor: SecondFactor;

  beforeEach(async () => {
    panel = await startPanel();
    ({ secondFactor } = panel);
  });
  afterEach(stopPanels);

  /** Objects as JavaScript hands them in: with anything. */
  const any = (value: object): never => value as never;

  const OPERATORS = ['disable', 'unlock', 'recoveryCodes', 'revokeBrowsers'] as const;
  const AGENT = { post: () => expect.fail('nothing is sent') };
  const CLOCK = { clock: createTestClock() };
  const CALLS: readonly (readonly [name: string, call: () => unknown, message: RegExp])[] = [
    ...OPERATORS.map(
      (name) =>
        [
          `secondFactor.admin.${name}()`,
          () => secondFactor.admin[name]('alice', any({ ...BY, Reason: 'x' })),
          typo('Reason', 'reason'),
        ] as const,
    ),
    ...['Digits', 'counter', 'type', 'Secret'].map(
      (name) =>
        [
          `secondFactor.admin.import() with ${name}`,
          () => secondFactor.admin.import('alice', any({ ...BY, secret: SECRET, [name]: 8 })),
          typo(name),
        ] as const,
    ),
    [
      'secondFactor.verify()',
      () => secondFactor.verify('alice', '1', any({ useragent: 'x' })),
      typo('useragent', 'userAgent'),
    ],
    ['requireSecondFactor()', () => requireSecondFactor(any({ max_age: 5 })), typo('max_age', 'maxAge')],
    ['requireSecondFactor(300)', () => requireSecondFactor(300 as never), /must be an object, got number/],
    ['requireSecondFactor(null)', () => requireSecondFactor(null as never), /must be an object, got null/],
    ['sameOrigin()', () => sameOrigin(any({ allowedorigins: [] })), typo('allowedorigins', 'allowedOrigins')],
    [
      'enableSecondFactor()',
      () => enableSecondFactor(AGENT, any({ ...CLOCK, basepath: '/2fa' })),
      typo('basepath', 'basePath'),
    ],
    [
      'giveCode()',
      () => giveCode(AGENT, SECRET, any({ ...CLOCK, basepath: '/2fa' })),
      typo('basepath', 'basePath'),
    ],
    [
      'createMemorySecondFactor()',
      () => createMemorySecondFactor(any({ passport: panel.passport, Store: null })),
      typo('Store', 'store'),
    ],
    [
      'storeContract()',
      () => storeContract(() => panel.store, any({ sharedbackend: true })),
      typo('sharedbackend'),
    ],
    [
      'redisStore()',
      () => redisStore(new Redis({ lazyConnect: true }), any({ Prefix: 'x:' })),
      typo('Prefix'),
    ],
    ['sqlStore()', () => sqlStore(any({}), any({ Table: 'x' })), typo('Table')],
    ['createTotpTable()', () => createTotpTable(any({}), any({ Table: 'x' })), typo('Table')],
    ['totpMigrations()', () => totpMigrations(any({ Table: 'x' })), typo('Table')],
  ];

  for (const [name, call, message] of CALLS) {
    it(`is refused with an unknown property, by ${name}, and nothing happens`, async () => {
      const before = await panel.store.get('alice');
      const refusal = await refusalOf(call);
      expect(refusal.message).to.match(message).and.not.include(SECRET);
      expect(await panel.store.get('alice')).to.equal(before);
    });
  }

  it('may have properties that are undefined', async () => {
    expect(await secondFactor.admin.disable('alice', { by: 'test', reason: undefined })).to.equal(false);
    requireSecondFactor({ maxAge: undefined });
  });

  it('is refused, with its own code, where the application returns it', async () => {
    const returned: readonly (readonly [NonNullable<PanelParts['options']>, string, RegExp])[] = [
      ...(
        [
          ['securitystamp', 'securityStamp'],
          ['security_stamp', 'securityStamp'],
          ['Enrolled', 'enrolled'],
        ] as const
      ).map(
        ([name, meant]) =>
          [
            { account: ({ id, login }: { id: string; login: string }) => ({ id, name: login, [name]: 'x' }) },
            'account-invalid',
            typo(name, meant),
          ] as const,
      ),
      [
        { account: (user) => any({ ...user, name: user.login }) },
        'account-invalid',
        /unknown property login; known are: id, name/,
      ],
      [
        { policy: () => any({ requiredFrom: new Date(), required: true }) },
        'option-unknown',
        typo('required'),
      ],
    ];
    for (const [options, code, message] of returned) {
      const wrong = await startPanel({ options });
      const client = new Client(wrong);
      expect((await client.login('alice')).body.code).to.equal(code);
      expect(wrong.errors.at(-1)).to.have.property('message').match(message);
      expect(await client.me()).to.equal(null);
    }
  });

  it('is refused where a request hands it in', async () => {
    const thrown: string[] = [];
    const asked = await startPanel({
      routes({ app }) {
        app.get('/asked', (req, res) => {
          for (const call of [
            () => req.secondFactor?.evaluate(any({ acceptRememberedbrowser: false })),
            () =>
              req.secondFactor?.refuse(
                any({ ok: false, code: 'login-required', status: 401, location: '/', url: '/' }),
              ),
          ]) {
            try {
              call();
            } catch (error) {
              thrown.push((error as Error).message);
            }
          }
          if (!res.headersSent) res.json({});
        });
      },
    });
    await new Client(asked).get('/asked');
    expect(thrown[0]).to.match(typo('acceptRememberedbrowser', 'acceptRememberedBrowser'));
    expect(thrown[1]).to.match(typo('url'));
    expect(thrown).to.have.length(2);
  });

  it('is Passport’s where it is the options of req.logIn, but for what is meant for us', async () => {
    const given: readonly (readonly [object, string | null])[] = [
      [{ whenCodeRequired: 'Error' }, 'option-invalid'],
      [{ secondFactor: 'notRequired' }, 'option-invalid'],
      [{ session: false, secondFactor: true }, 'option-invalid'],
      [{ whencodeRequired: 'error' }, 'option-unknown'],
      [{ session: false, second_factor: 'not-required' }, 'option-unknown'],
      [{ whenCodeRequired: undefined, scope: ['mail'], prompt: 'login', constructor: 1 }, null],
    ];
    const logged = await startPanel({
      routes({ app, users }) {
        app.post('/as/:number', (req, res, next) => {
          const [options] = given[Number(req.params.number)]!;
          req.logIn(users[0] as Express.User, any(options), (error: unknown) => {
            if (error) next(error);
            else res.json({});
          });
        });
      },
    });
    for (const [number, [options, code]] of given.entries()) {
      const client = new Client(logged);
      const answer = await client.post(`/as/${number}`);
      expect(answer.body.code ?? null, JSON.stringify(options)).to.equal(code);
      expect(await client.me()).to.equal(code === null ? 'alice' : null);
    }
  });

  it('is refused where nothing is taken: by middleware that is mounted without being called', async () => {
    for (const middleware of [
      secondFactor.session,
      secondFactor.router,
      requireNotImpersonating,
      requireSecondFactor,
      sameOrigin,
    ]) {
      const errors: Error[] = [];
      const app = express();
      app.use(middleware as never);
      app.use(((error, _req, res, _next) => {
        errors.push(error as Error);
        res.status(500).json({});
      }) satisfies express.ErrorRequestHandler);
      const server = app.listen(0, '127.0.0.1');
      try {
        await new Promise((listening) => server.once('listening', listening));
        const { port } = server.address() as { port: number };
        expect((await new Client({ port }).get('/')).status).to.equal(500);
      } finally {
        server.close();
      }
      expect(errors[0]).to.include({ code: 'option-invalid' });
      expect(errors[0]?.message).to.match(/write app\.use\(|mount it as app\.use\(/);
    }
    expect(() => (secondFactor.session as (options: object) => unknown)({})).to.throw(
      /secondFactor\.session\(\) takes no/,
    );
  });
});
