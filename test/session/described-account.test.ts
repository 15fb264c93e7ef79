import { expect } from 'chai';
import type { SecondFactorError } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { warningsOf } from '../support/warnings.js';

/** A row of a table of users: an account that signs in elsewhere only has no password. */
interface Row {
  id: string;
  login: string;
  hash: Buffer | string | null | undefined;
}

describe('session/described-account: users that are not all there', () => {
  afterEach(stopPanels);

  /** A panel in the manner of Passport's own example: `deserializeUser` gives the id and the name. */
  async function start(
    hash: Row['hash'],
    securityStamp: (hash: Row['hash']) => Row['hash'] = (given) => given,
    deserialize: (row: Row) => object = ({ id, login }) => ({ id, login }),
  ): Promise<{ panel: Panel; row: Row; error: () => SecondFactorError & { cause?: unknown } }> {
    const row: Row = { id: 'alice', login: 'alice', hash };
    const panel: Panel = await startPanel({
      options: {
        account: (given) => {
          const known = given as unknown as Row;
          return { id: known.id, name: known.login, securityStamp: securityStamp(known.hash) };
        },
        findUser: () => row as never,
      },
      routes({ app }) {
        app.post('/sign-up', (req, res, next) => {
          req.login({ id: 'alice', login: 'alice' }, (error) => (error ? next(error) : res.json({})));
        });
        app.post('/password', async (req, res) => {
          row.hash = Reflect.get(row, 'next') as Row['hash'];
          await req.secondFactor?.renew(row.hash);
          res.json({});
        });
        app.post('/late', (req, res, next) => {
          const verified = { ...row };
          row.hash = 'changed meanwhile';
          req.login(verified, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    const made = (panel.passport as unknown as { _deserializers: unknown[] })._deserializers;
    made.length = 0;
    panel.passport.deserializeUser((_id, done) => done(null, deserialize(row)));
    return { panel, row, error: () => panel.errors.at(-1) as never };
  }

  const hashes: Record<string, Row['hash']> = {
    'a text': '$2b$10$x',
    'a Buffer': Buffer.from('x'),
    'no password': null,
  };
  for (const [what, hash] of Object.entries(hashes)) {
    it(`signs in and stays in with a partial user and ${what} as the stamp, and by a sign-up`, async () => {
      const { panel, row } = await start(hash);
      const client = await loggedIn(panel);
      expect((await client.get('/me')).body.user).to.equal('alice');
      const signedUp = new Client(panel);
      expect((await signedUp.post('/sign-up')).status).to.equal(200);
      expect(await signedUp.me()).to.equal('alice');

      row.hash = 'another';
      expect([await client.me(), await signedUp.me()], 'both ended').to.deep.equal([null, null]);
    });
  }

  it('asks for the code all the same, and passes the guard after it', async () => {
    const { panel } = await start('$2b$10$x');
    const { client, phone } = await enrolled(panel);
    expect((await client.get('/secret')).status).to.equal(200);
    const next = await loggedIn(panel);
    expect(await next.me()).to.equal(null);
    expect((await next.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    expect((await next.get('/secret')).status).to.equal(200);
  });

  it('refuses who was verified by a password that changed meanwhile, whole or partial as the others are', async () => {
    const { panel } = await start('$2b$10$x');
    const client = new Client(panel);
    expect((await client.post('/late')).body.code).to.equal('sign-in-expired');
    expect(await client.me()).to.equal(null);
  });

  it('refuses a user of findUser without a stamp that is promised, and names it', async () => {
    for (const hash of [undefined, '']) {
      const { panel, error } = await start(hash);
      const client = await loggedIn(panel);
      expect(await client.me()).to.equal(null);
      expect(error()).to.include({ code: 'account-invalid' });
      expect(error().message).to.include('findUser gave').and.include('user.hash ?? null');
    }
  });

  it('says once that a description without a stamp leaves sessions open after a changed password', async () => {
    for (const deserializedUserIsFresh of [false, true]) {
      const panel = await startPanel({
        options: { deserializedUserIsFresh, account: ({ id, login }) => ({ id, name: login }) },
      });
      const warnings = await warningsOf(async () => {
        const client = await loggedIn(panel);
        await client.me();
        await loggedIn(panel, 'bob');
      });
      expect(warnings.map(({ code }) => code)).to.deep.equal(['SECOND_FACTOR_NO_STAMP']);
      expect(warnings[0]?.message).to.include('for example securityStamp: user.passwordHash, and null');
    }
  });

  it('says nothing where a stamp is null, since there is no password', async () => {
    const { panel } = await start(null);
    expect(await warningsOf(() => loggedIn(panel))).to.deep.equal([]);
  });

  it('tells nothing of stamps where the id is at fault', async () => {
    const id = { toHexString: () => '507f1f77bcf86cd799439011' };
    const panel = await startPanel({ options: { account: () => ({ id: id as never, name: 'alice' }) } });
    await loggedIn(panel);
    expect(panel.errors.at(-1)).to.include({ code: 'account-invalid' });
    expect((panel.errors.at(-1) as Error).message)
      .to.include('.toHexString()')
      .and.not.include('securityStamp');
  });

  it('names which user account() could not describe, and the fix', async () => {
    const digest = (hash: Row['hash']): string => {
      if (typeof hash !== 'string') throw new TypeError('hash is undefined');
      return `${hash}!`;
    };
    const { panel, error } = await start('$2b$10$x', digest);
    await loggedIn(panel);
    expect(error().message).to.include('deserializeUser gave').and.include('only the id counts');
    expect(error().message).to.include('hash is undefined').and.include('user.hash ?? null');
    expect(error().cause).to.be.instanceOf(TypeError);

    const whole = await start('$2b$10$x', digest, (row) => row);
    await new Client(whole.panel).post('/sign-up');
    expect(whole.error().message).to.include('was handed to req.logIn').and.include('user.hash ?? null');

    const nameless = await start('$2b$10$x', undefined, ({ login }) => ({ login }));
    await loggedIn(nameless.panel);
    expect(nameless.error().message).to.include('deserializeUser gave').and.include('got undefined');
  });

  it('tells what account() threw without what may be secret, whatever it is', async () => {
    const address = 'connect failed: postgres://panel:hunter2@db/panel\nretry';
    for (const [thrown, told] of [
      [new Error(address), '//…@db/panel retry'],
      [address, '//…@db/panel retry'],
      [Object.create(null), 'unknown error'],
      [undefined, 'account threw undefined'],
    ] as const) {
      const { panel, error } = await start('$2b$10$x', () => {
        throw thrown;
      });
      await loggedIn(panel);
      expect(error()).to.include({ code: 'account-invalid', ...(thrown && { cause: thrown }) });
      expect(error().message).to.include(told).and.not.include('hunter2');
    }
  });

  it('takes a user as whole with deserializedUserIsFresh', async () => {
    const panel = await startPanel({ options: { deserializedUserIsFresh: true } });
    const client = await loggedIn(panel);
    Reflect.set(userOf(panel), 'passwordChangedAt', undefined);
    expect((await client.get('/me')).body.code).to.equal('account-invalid');
  });

  it('renews a session whose account lost its password, or got its first', async () => {
    for (const [before, after] of [
      ['$2b$10$x', null],
      [null, Buffer.from('first')],
    ] as const) {
      const { panel, row } = await start(before);
      const client = await loggedIn(panel);
      const other = await loggedIn(panel);
      Object.assign(row, { next: after });
      expect((await client.post('/password')).status).to.equal(200);
      expect([await client.me(), await other.me()]).to.deep.equal(['alice', null]);
    }
  });
});
