import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel, LevelUser } from '../support/level-panel.js';
import { user } from '../support/panel.js';
import { expect } from 'chai';
import type { SecondFactorOptions } from '../../lib/index.js';
import { warningsOf } from '../support/warnings.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';

/** What the application says of alice while something is wrong with their data. */
interface Trouble {
  readonly account?: (user: LevelUser) => unknown;
  readonly findUser?: () => unknown;
  readonly policy?: () => unknown;
  readonly canActAs?: () => unknown;
}

const broken = (): never => {
  throw new Error('cannot be read');
};
const rejects = (): Promise<never> => Promise.reject(new Error('cannot be read'));
const told = (part: object) => ({ account: (user: LevelUser) => ({ ...said(user), ...part }) });
const said = (user: LevelUser) => ({
  id: user.id,
  name: user.id,
  level: user.level,
  securityStamp: user.passwordChangedAt,
});

const TROUBLES: Record<string, Trouble> = {
  'account() throws': { account: broken },
  'account() rejects': { account: rejects },
  'account() gives nothing': { account: () => undefined },
  'the name was emptied': told({ name: '' }),
  'the level is no string': told({ level: 7 }),
  'the stamp is none': told({ securityStamp: undefined }),
  'enrolled is no boolean': told({ enrolled: 'yes' }),
  'a property is unknown': told({ role: 'admin' }),
  'findUser throws': { findUser: broken },
  'findUser rejects': { findUser: rejects },
  'findUser gives a user of another id': { findUser: () => ({ ...user('bob'), level: 'user' }) },
  'policy() throws': { policy: broken },
  'policy() says what it may not': { policy: () => 'perhaps' },
  'canActAs() throws': { canActAs: broken },
  'canActAs() rejects': { canActAs: rejects },
};

/** `fetch` cannot navigate; Turbo gets the same pages. */
const HTML = { accept: 'text/html', 'x-turbo-request-id': '1', 'sec-fetch-site': 'same-origin' };

describe('impersonation, when the application cannot say who the target is', () => {
  let panel: LevelPanel;
  let root: Client;
  let trouble: Trouble;
  let databaseDown: boolean;

  async function start(deserializedUserIsFresh: boolean): Promise<void> {
    trouble = {};
    databaseDown = false;
    const options: Partial<SecondFactorOptions<LevelUser>> = {
      deserializedUserIsFresh,
      account: (user) =>
        (user.id === 'alice' && trouble.account ? trouble.account(user) : said(user)) as never,
      findUser: (id) => {
        if (databaseDown) broken();
        return (id === 'alice' && trouble.findUser ? trouble.findUser() : panel.users.get(id)) as never;
      },
      policy: ({ id }) => (id === 'alice' && trouble.policy ? trouble.policy() : 'optional') as never,
    };
    const canActAs = (_actor: unknown, { id }: { id: string }) =>
      (id === 'alice' && trouble.canActAs ? trouble.canActAs() : true) as boolean;
    panel = await startLevelPanel({ levels: ['root', 'admin', 'user'], canActAs }, undefined, options);
    root = new Client(panel);
    await root.login('root');
  }
  afterEach(() => panel.close());

  const enter = (account: string) => root.actAs(account);
  const leave = (headers = {}) => root.post('/two-step/impersonation/leave', undefined, headers);
  const ends = () => panel.events.filter(({ name }) => name === 'impersonation-ended');

  for (const isFresh of [false, true]) {
    describe(isFresh ? 'with deserializedUserIsFresh' : 'with users looked up', () => {
      beforeEach(() => start(isFresh));

      for (const [what, wrong] of Object.entries(TROUBLES)) {
        const requests: Record<string, [ask: () => Promise<Answer>, status: number]> = {
          'a GET': [() => root.get('/me'), 200],
          'a GET of a page': [() => root.get('/two-step', HTML), 200],
          'a POST': [() => root.post('/me', {}), 403],
          'a POST of a form': [() => root.post('/me', undefined, HTML), 403],
          leaving: [() => leave(), 200],
          'leaving by a form': [() => leave(HTML), 303],
          'leaving by another spelling': [() => root.post('/two-step/Impersonation/leave/'), 200],
          'logging out': [() => root.post('/logout'), 403],
        };
        it(`ends on any request where ${what}, and tells so`, async () => {
          for (const [which, [ask, status]] of Object.entries(requests)) {
            panel.events.length = 0;
            trouble = {};
            expect((await enter('alice')).status).to.equal(200);
            trouble = wrong;
            const warnings = await warningsOf(async () => {
              expect((await ask()).status, which).to.equal(status);
            });
            expect(await whoIs(root), which).to.deep.equal(['root']);
            expect(ends()).to.have.length(1);
            expect(ends()[0]).to.include({ accountId: 'alice', actorId: 'root', reason: 'target-error' });
            expect(warnings.map(({ message }) => message)).to.have.length(1);
            expect(warnings[0]?.message).to.include('acting as somebody else has ended').and.match(/\w+\(/);
          }
          expect((await root.post('/logout')).status).to.equal(200);
          expect(await whoIs(root)).to.deep.equal([null]);
        });
      }

      it('falls back to the last account that can be described', async () => {
        await enter('admin');
        await enter('alice');
        trouble = { account: broken };
        await warningsOf(async () => expect(await whoIs(root)).to.deep.equal(['root', 'admin']));
        expect((await leave()).body.actors).to.deep.equal([]);
        expect(await whoIs(root)).to.deep.equal(['root']);
      });

      it('leaves one level, not two, when leaving finds it', async () => {
        await enter('admin');
        await enter('alice');
        trouble = { findUser: broken };
        await warningsOf(async () => expect((await leave()).status).to.equal(200));
        expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
      });

      it('ends nothing while nobody can be looked up, or the record store is away', async () => {
        await enter('alice');
        const warnings = await warningsOf(async () => {
          databaseDown = true;
          expect((await root.get('/me')).status).to.equal(500);
          databaseDown = false;
          trouble = { account: broken };
          const get = panel.store.get.bind(panel.store);
          panel.store.get = () => Promise.reject(new Error('down'));
          for (const path of ['/me', '/two-step']) expect((await root.get(path)).status).to.equal(503);
          panel.store.get = get;
          trouble = {};
        });
        expect(warnings).to.deep.equal([]);
        expect(ends()).to.deep.equal([]);
        expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
      });
    });
  }

  it('falls back further where the account that is gone back to cannot be described by then', async () => {
    await start(false);
    const users = panel.users.get.bind(panel.users);
    // Leaving looks admin up when the request comes and when it goes back; else nothing is in between.
    for (const [ask, leaves] of [
      [() => leave(), true],
      [() => root.get('/me'), false],
    ] as const) {
      await enter('admin');
      await enter('alice');
      panel.events.length = 0;
      let lookUps = 0;
      panel.users.get = (id) => {
        if (id === 'admin' && ++lookUps >= 2) broken();
        return users(id);
      };
      if (!leaves) users('alice')!.passwordChangedAt++;
      await warningsOf(async () => expect((await ask()).status).to.equal(200));
      panel.users.get = users;
      expect(await whoIs(root)).to.deep.equal(['root']);
      expect(panel.events.map(({ name, accountId, actorId }) => [name, accountId, actorId])).to.deep.equal([
        [leaves ? 'impersonation-left' : 'impersonation-ended', 'alice', 'root'],
      ]);
    }
  });

  for (const away of ['admin', 'alice'] as const) {
    it(`ends nothing while the record of ${away} alone cannot be read, on the way there and back`, async () => {
      await start(false);
      await enter('admin');
      await enter('alice');
      panel.events.length = 0;
      const get = panel.store.get.bind(panel.store);
      const asks = [() => root.get('/me'), () => root.post('/me', {}), () => leave()];
      // Leaving reads the record when the request comes, and that of who is gone back to once more.
      const readsOfLeave = away === 'admin' ? [1, 2] : [1];
      for (const [ask, fails] of [
        ...asks.map((each) => [each, 1] as const),
        ...readsOfLeave.map((n) => [leave, n] as const),
      ]) {
        let reads = 0;
        panel.store.get = (id, ...rest) =>
          id === away && ++reads >= fails ? Promise.reject(new Error('down')) : get(id, ...rest);
        expect((await ask()).status).to.equal(503);
        expect(reads).to.be.at.least(fails);
        panel.store.get = get;
        expect(await whoIs(root)).to.deep.equal(['root', 'admin', 'alice']);
      }
      expect(ends()).to.deep.equal([]);
      expect(new Set(panel.events.map(({ name }) => name))).to.deep.equal(new Set(['store-unavailable']));
    });
  }

  it('never makes the target of who acts as them, where that is described as another account', async () => {
    for (const isFresh of [false, true]) {
      await start(isFresh);
      await enter('alice');
      trouble = told({ id: 'bob' });
      await warningsOf(async () => expect(await whoIs(root)).to.deep.equal(['root']));
      expect(ends()).to.have.length(1);
      expect(ends()[0]).to.include({ accountId: 'alice', actorId: 'root', reason: 'target-error' });
      if (!isFresh) await panel.close();
    }
  });

  it('tells a socket that it has ended, and changes nothing by that', async () => {
    await start(false);
    await enter('alice');
    const users = panel.users.get.bind(panel.users);
    let lookUps = 0;
    panel.users.get = (id) => {
      // The request is let in first: deserializeUser and findUser look alice up.
      if (id === 'alice' && ++lookUps > 2) broken();
      return users(id);
    };
    const warnings = await warningsOf(async () => {
      expect((await root.get('/recheck')).body).to.deep.equal({ state: 'anonymous' });
    });
    expect(lookUps).to.equal(3);
    panel.users.get = users;
    expect(warnings).to.deep.equal([]);
    expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
  });
});
