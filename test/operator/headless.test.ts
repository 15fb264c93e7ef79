import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import type { AccountId, Store } from 'passport-second-factor';
import { caught, guess } from '../support/headless.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

/** As many as a pool serves and lets wait at most. */
const QUEUE = 100;

/** A store that refuses to read for more than {@link QUEUE} at once. */
function shortQueue(memory: Store) {
  const queue = {
    most: 0,
    store: {
      ...memory,
      async get(id: string) {
        underWay++;
        queue.most = Math.max(queue.most, underWay);
        try {
          if (underWay > QUEUE) throw new Error('Queue limit reached.');
          await new Promise(setImmediate);
          return await memory.get(id);
        } finally {
          underWay--;
        }
      },
    },
  };
  let underWay = 0;
  return queue;
}

describe('operator/headless', () => {
  afterEach(stopPanels);

  describe('status', () => {
    it('tells what is known of one account, or of several in their order', async () => {
      const panel = await startPanel();
      await enroll(panel);
      const alice = {
        accountId: 'alice',
        enrolled: true,
        readable: true,
        enrolledAt: panel.now,
        failures: 0,
        locked: false,
        lockedUntil: null,
        lockedBrowsers: [],
        recoveryCodesLeft: 10,
        recoveryCodesConfirmed: false,
        authenticators: 1,
        digits: [6],
        securityKeys: [],
        rememberedBrowsers: 0,
      };
      const nobody = {
        ...alice,
        accountId: 'nobody',
        enrolled: false,
        enrolledAt: null,
        recoveryCodesLeft: 0,
        recoveryCodesConfirmed: null,
        authenticators: 0,
        digits: [],
      };
      expect(await panel.secondFactor.status('alice')).to.deep.equal(alice);
      expect(await panel.secondFactor.status(['nobody', 'alice'])).to.deep.equal([nobody, alice]);
      expect(await panel.secondFactor.status([])).to.deep.equal([]);
    });

    it('tells of failures, of a wait, and of its end', async () => {
      const panel = await startPanel();
      const phone = await enroll(panel);
      await guess(panel, phone.nextCode(), 4);
      expect(await panel.secondFactor.status('alice')).to.include({ failures: 4, locked: false });
      await guess(panel, phone.nextCode(), 1);
      expect(await panel.secondFactor.status('alice')).to.include({
        failures: 5,
        locked: true,
        lockedUntil: panel.now + 30_000,
      });
      panel.now += 30_000;
      expect(await panel.secondFactor.status('alice')).to.include({
        failures: 5,
        locked: false,
        lockedUntil: null,
      });
    });

    it('tells of a record that does not open rather than of none', async () => {
      const store = memoryStore();
      const panel = await startPanel({ store });
      await enroll(panel);
      await store.compareAndSet('bob', null, await store.get('alice')); // another account's
      panel.told();
      expect(await panel.secondFactor.status('bob')).to.include({ enrolled: true, readable: false });
      expect(panel.told()).to.deep.equal([]);
    });

    it('reads long lists some at once, as a pool with a short queue takes them, in their order', async () => {
      const short = shortQueue(memoryStore());
      const panel = await startPanel({ store: short.store });
      await enroll(panel);
      const ids = Array.from({ length: 300 }, (_, i) => (i === 250 ? 'alice' : i));
      const [first, ...others] = await Promise.all(
        Array.from({ length: 8 }, () => panel.secondFactor.status(ids)),
      );
      expect(first?.map(({ accountId }) => accountId)).to.deep.equal(ids.map(String));
      expect(first?.flatMap(({ enrolled }, i) => (enrolled ? [i] : []))).to.deep.equal([250]);
      for (const other of others) expect(other).to.deep.equal(first);
      expect(short.most).to.be.within(8, QUEUE);
    });

    it('ends a list with the first account that cannot be read, and tells operators of it once', async () => {
      const memory = memoryStore();
      const asked: string[] = [];
      const store = {
        ...memory,
        get: (id: string) => {
          asked.push(id);
          return Promise.reject(new Error('no connection'));
        },
      };
      const panel = await startPanel({ store });
      const ids = Array.from({ length: 300 }, (_, i) => i);
      expect(await caught(panel.secondFactor.status(ids))).to.include({ code: 'store-unavailable' });
      expect(asked).to.deep.equal(['0']);
      expect(panel.told()).to.deep.equal(['store-unavailable']);
      expect(panel.events.at(-1)).to.include({ accountId: '0', error: 'no connection' });
    });

    it('tells operators that the store cannot be read, as every other call does', async () => {
      const store = { ...memoryStore(), get: () => Promise.reject(new Error('no connection')) };
      const panel = await startPanel({ store });
      const { status, admin } = panel.secondFactor;
      for (const call of [() => status('alice'), () => admin.browsers('alice')]) {
        expect(await caught(call())).to.include({ code: 'store-unavailable' });
        expect(panel.told()).to.deep.equal(['store-unavailable']);
        expect(panel.events.at(-1)).to.include({ accountId: 'alice', error: 'no connection' });
      }
    });

    it('reads nothing of a list in which one cannot be an account id', async () => {
      const short = shortQueue(memoryStore());
      const { secondFactor } = await startPanel({ store: short.store });
      expect(await caught(secondFactor.status(['alice', '']))).to.include({ code: 'account-invalid' });
      expect(short.most).to.equal(0);
    });

    it('rejects what cannot be an account id', async () => {
      const { secondFactor } = await startPanel();
      for (const id of ['', 'a\0b', 'x'.repeat(256), 1.5, {}, null, undefined, [{}], ['']])
        expect(await caught(secondFactor.status(id as AccountId))).to.include({ code: 'account-invalid' });
    });
  });

  describe('verify', () => {
    it('has the budget of guesses of every other operation (B5)', async () => {
      const panel = await startPanel();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const right = phone.nextCode();
      await guess(panel, right, 3);
      const wrong = right === '000000' ? '111111' : '000000';
      for (let each = 0; each < 2; each++) await client.post('/two-step/verify', { code: wrong });
      expect(await panel.secondFactor.verify('alice', right)).to.include({ ok: false, reason: 'locked' });
      expect((await client.post('/two-step/verify', { code: right })).body.code).to.equal('locked');
    });

    it('tells events where the code came from', async () => {
      const panel = await startPanel();
      const phone = await enroll(panel);
      panel.told();
      await panel.secondFactor.verify('alice', phone.nextCode(), { ip: '192.0.2.7', userAgent: 'cli' });
      expect(panel.events.at(-1)).to.deep.equal({
        name: 'code-accepted',
        at: panel.now,
        accountId: 'alice',
        ip: '192.0.2.7',
        userAgent: 'cli',
        operation: 'headless',
        method: 'otp',
      });
      await panel.secondFactor.verify('alice', 'not-a-code');
      const refused = { name: 'code-refused', at: panel.now, accountId: 'alice', operation: 'headless' };
      expect(panel.events.at(-1)).to.deep.equal({ ...refused, reason: 'code-malformed' });
    });

    it('tells that an account is not enrolled, and rejects where the panel knows better', async () => {
      const panel = await startPanel({
        options: { account: ({ id, login }) => ({ id, name: login, enrolled: id === 'alice' }) },
      });
      expect(await panel.secondFactor.verify('bob', '123456')).to.deep.equal({
        ok: false,
        reason: 'not-enrolled',
      });
      expect(panel.told()).to.deep.equal([]);
      const error = await caught(panel.secondFactor.verify('alice', '123456', { ip: '192.0.2.7' }));
      expect(error).to.include({ code: 'record-missing' });
      expect(panel.told()).to.deep.equal(['record-missing']);
      expect(panel.events.at(-1)).to.include({ accountId: 'alice', ip: '192.0.2.7' });
    });

    it('rejects whom the panel does not know, with a factor or without, and spends no code (A8)', async () => {
      const gone = { all: false };
      const panel = await startPanel({
        options: { findUser: (id) => (gone.all ? null : panel.users.find((user) => user.id === id)) },
      });
      const phone = await enroll(panel);
      const record = await panel.store.get('alice');
      gone.all = true;
      for (const [id, code] of [
        ['alice', phone.nextCode()],
        ['bob', '123456'],
        ['nobody', '123456'],
      ] as const) {
        const error = await caught(panel.secondFactor.verify(id, code));
        expect(error, id).to.include({ code: 'account-unknown' });
      }
      expect(await panel.store.get('alice')).to.equal(record);
    });

    it('rejects with what findUser threw, and never says that nobody is enrolled (A8)', async () => {
      const cause = new Error('invalid input syntax for type uuid');
      const { secondFactor } = await startPanel({
        options: { findUser: () => Promise.reject(cause) },
      });
      for (const asked of [
        secondFactor.verify('alice', '123456'),
        secondFactor.admin.account('alice'),
        secondFactor.admin.import('alice', { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', by: 'test' }),
        secondFactor.admin.disable('alice', { by: 'test' }),
      ]) {
        const error = await caught(asked);
        expect(error).to.include({ code: 'find-user-failed', cause });
        expect((error as Error).message).to.equal(`findUser(accountId) threw: ${cause.message}`);
      }
      expect((await secondFactor.status('alice')).enrolled, 'nothing was imported').to.equal(false);
    });

    it('evaluates nothing that is no string, uncharged (A7, H1)', async () => {
      const panel = await startPanel();
      await enroll(panel);
      const before = await panel.store.get('alice');
      for (const code of [
        undefined,
        null,
        0,
        123456,
        true,
        [],
        ['123456'],
        {},
        { length: 6 },
        '',
        '12345',
        '१२३४५६',
      ]) {
        expect(await panel.secondFactor.verify('alice', code)).to.deep.equal({
          ok: false,
          reason: 'code-malformed',
        });
      }
      expect(await panel.store.get('alice')).to.equal(before);
    });
  });

  it('evaluates codes of an account that must have a second factor and has one as any other', async () => {
    const required = await startPanel({ options: { policy: () => 'required' } });
    await required.secondFactor.admin.import('alice', {
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      by: 'operator',
    });
    expect(await required.secondFactor.verify('alice', 'abc')).to.include({ reason: 'code-malformed' });
    expect(await required.secondFactor.verify('alice', '000000')).to.include({
      ok: false,
      reason: 'code-invalid',
    });
  });
});
