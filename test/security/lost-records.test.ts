import { expect } from 'chai';
import { RedisStore } from 'connect-redis';
import type { Redis } from 'ioredis';
import { redisStore } from 'passport-second-factor/redis';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { startExamplePanel } from '../support/example-panel.js';
import { onOnePanel } from '../support/on-each-place.js';
import type { Panel } from '../support/panel.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import { enable, enroll, enrolled, loggedIn, pending, signedIn, verify } from '../support/people.js';
import type { RedisServer } from '../support/redis-server.js';
import { connectRedis, sharedRedis, withRedis } from '../support/redis-server.js';

const spoil: Record<string, (sealed: string, other: string) => string | null> = {
  'is deleted': () => null,
  'is empty': () => '',
  'is not sealed': () => '{"enrollment":"x"}',
  'was altered': (sealed) => sealed.slice(0, -6) + (sealed.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'),
  'is sealed with a key that is not there': (sealed) => sealed.replace(/[A-Za-z0-9_-]{4,}/, 'AAAAAA'),
  'is cut off': (sealed) => sealed.slice(0, sealed.length / 2),
  'is that of somebody else': (_sealed, other) => other,
};

describe('Records and sessions that are lost, spoiled or shared', () => {
  attack('on %s', [], (panel) => {
    describe('A8: an error or a missing piece that means "passed"', () => {
      const { error } = console;

      before(() => (console.error = () => undefined)); // the panel tells its operator of each
      after(() => (console.error = error));

      for (const [what, spoiled] of Object.entries(spoil)) {
        it(`opens nothing where the record ${what}`, async () => {
          const { client: full, phone } = await enrolled(panel());
          const other = await enrolled(panel(), 'bob');
          const waiting = await pending(panel());
          const sealed = (await panel().record('alice')) ?? '';
          await panel().setRecord('alice', spoiled(sealed, (await panel().record('bob')) ?? ''));
          phone.nextCode();
          for (const code of [phone.code(), other.phone.code(), '000000']) {
            const late = await verify(waiting.copy(), code);
            expect(late.status).to.be.oneOf([401, 503]);
          }
          expect((await waiting.get('/api/secret')).status).to.be.within(400, 599);
          const was = await full.get('/api/secret');
          expect([was.status, was.body.code]).to.deep.equal(
            what === 'is deleted' ? [403, 'enrollment-required'] : [503, 'record-unreadable'],
          );
          const again = await loggedIn(panel());
          expect((await again.get('/api/secret')).status).to.be.oneOf([401, 403]);
          if (what !== 'is deleted') await isOut(again);
          await panel().setRecord('alice', null);
        });
      }
    });
  });

  onOnePanel((start) => {
    describe('an error or a missing piece that means "passed", where the panel cannot say who it is (A8)', () => {
      let panel: Panel;
      let broken: () => unknown = () => undefined;

      for (const [what, fault] of Object.entries<() => unknown>({
        throws: () => {
          throw new Error('the database is away');
        },
        rejects: () => Promise.reject(new Error('the database is away')),
        'gives null': () => null,
        'gives undefined': () => undefined,
        'gives false': () => false,
        'gives an empty object': () => ({}),
      })) {
        it(`lets nobody finish where findUser ${what}`, async () => {
          let isBroken = false;
          broken = fault;
          panel = await start({
            options: { findUser: (id) => (isBroken ? broken() : userOf(panel, id)) as never },
          });
          const phone = await enroll(panel);
          const waiting = await loggedIn(panel);
          const { cookie } = waiting;
          const before = await panel.store.get('alice');
          isBroken = true;
          const refused = await verify(waiting, phone.nextCode());
          expect(refused.status).to.be.within(401, 500);
          expect((await new Client(panel).login('alice')).status).to.be.within(401, 500);
          isBroken = false;
          for (const sent of [waiting.cookie, cookie]) {
            const { status } = await new Client(panel).get('/secret', { cookie: sent });
            expect(status).to.equal(401);
          }
          expect(await panel.store.get('alice'), 'the code was not spent').to.equal(before);
        });
      }
    });
  });

  describe('J3: a failover or an eviction drops the record or the session', () => {
    let server: RedisServer;
    let panel: ExamplePanel;

    before(async () => {
      server = await sharedRedis();
      panel = await startExamplePanel(server.url);
    });
    after(async () => {
      await stopPanels();
      await panel.end();
    });

    const drop = (pattern: string): Promise<number> =>
      withRedis(server.url, async (redis) => redis.del(...(await redis.keys(pattern))));

    it('lets verified sessions fall back, and strict guards refuse, when the record is gone', async () => {
      const browser = await signedIn(panel, 'alice');
      const { phone } = await enable(panel, browser);
      const pending = await loggedIn(panel);
      expect(await drop('second-factor:alice')).to.equal(1);

      expect((await browser.get('/api/secret')).body.code).to.equal('enrollment-required');
      expect((await browser.get('/two-step/')).body.state).to.equal('signed-in');
      const late = await verify(pending, phone.nextCode());
      expect(late.body.code).to.equal('sign-in-expired');
      expect((await pending.get('/api/secret')).status).to.equal(401);
    });

    it('asks to sign in again when the session is gone', async () => {
      const browser = await signedIn(panel, 'bob');
      await enable(panel, browser);
      const pending = await loggedIn(panel, 'bob');
      expect(await drop('sess:*')).to.be.at.least(2);
      for (const each of [browser, pending]) expect(await each.who()).to.equal('login-required');
      expect((await new Client(panel).login('bob')).body.code).to.equal('code-required');
    });

    it('lets nobody in where the panel itself knows that the account is enrolled', async () => {
      const redis = connectRedis(server);
      try {
        const known = new Set<string>();
        const small = await startPanel({
          redis,
          options: {
            account: ({ id, login }) => ({ id, name: login, enrolled: known.has(id) }),
            setEnrolled: (id, on) => {
              if (on) known.add(id);
              else known.delete(id);
            },
          },
        });
        const { client } = await enrolled(small);
        expect((await client.get('/secret')).status).to.equal(200);
        await drop('second-factor:alice');
        expect([(await client.get('/secret')).status, small.errors.at(-1)?.code]).to.deep.equal([
          503,
          'record-missing',
        ]);
        const next = new Client(small);
        expect((await next.login('alice')).status).to.equal(503);
        expect((await next.get('/secret')).status).to.equal(401);
      } finally {
        redis.disconnect();
      }
    });
  });

  describe('J6: two panels share a Redis, or the Redis forgets the script', () => {
    let server: RedisServer;
    let redis: Redis;

    before(async () => {
      server = await sharedRedis();
      redis = connectRedis(server);
    });
    after(async () => {
      await stopPanels();
      redis.disconnect();
    });

    const panelOf = (prefix: string): Promise<Panel> =>
      startPanel({
        redis,
        store: redisStore(redis, { prefix: `${prefix}:second-factor:` }),
        session: { store: new RedisStore({ client: redis, prefix: `${prefix}:sess:` }) },
      });

    it('keeps accounts and sessions of two panels apart, with a prefix each', async () => {
      const [one, two] = [await panelOf('one'), await panelOf('two')];
      const { client, phone } = await enrolled(one);
      const there = new Client(two);
      expect((await there.login('alice')).status).to.equal(200);
      expect((await there.get('/secret', { cookie: client.cookie })).status).to.equal(401);
      expect((await there.get('/secret')).status).to.equal(403);
      const pending = await loggedIn(one);
      expect(
        (
          await new Client(two).post(
            '/two-step/verify',
            { code: phone.nextCode() },
            { cookie: pending.cookie },
          )
        ).status,
      ).to.equal(401);
      await two.secondFactor.admin.disable('alice', { by: 'test' });
      expect((await client.get('/secret')).status).to.equal(200);
    });

    it('refuses a record that the other panel wrote, where the prefix is the same', async () => {
      const [one, two] = [await startPanel({ redis }), await startPanel({ redis })];
      const { client } = await enrolled(one, 'bob');
      const there = new Client(two);
      expect((await there.login('bob')).body.code ?? two.errors.at(-1)?.code).to.equal('record-unreadable');
      expect((await there.get('/secret')).status).to.equal(401);
      expect((await client.get('/secret')).status).to.equal(200);
    });

    it('goes on after SCRIPT FLUSH, in the midst of a burst', async () => {
      const panel = await startExamplePanel(server.url);
      try {
        const browser = await signedIn(panel, 'admin');
        const { phone } = await enable(panel, browser);
        const flushing = async (): Promise<void> => {
          for (let i = 0; i < 10; i++) await redis.script('FLUSH');
        };
        const asked = Array.from({ length: 30 }, () => browser.get('/api/secret'));
        const [answers] = await Promise.all([Promise.all(asked), flushing()]);
        for (const { status } of answers) expect(status).to.equal(200);
        const pending = await loggedIn(panel, 'admin');
        await redis.script('FLUSH');
        expect((await verify(pending, phone.nextCode())).status).to.equal(200);
      } finally {
        await panel.end();
      }
    });
  });
});
