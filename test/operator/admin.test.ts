import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import type { AccountId, Operator } from 'passport-second-factor';
import { enroll, enrolled, stopPanels } from '../docs/trap-panel.js';
import { loggedIn, startSessionPanel } from '../support/session-panel.js';
import type { SessionPanel } from '../support/session-panel.js';

const BY: Operator = { by: 'operator', reason: 'ticket 7' };
const caught = (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error as Error,
  );

/** Gives wrong codes to the headless operation. */
async function guess(panel: SessionPanel, right: string, times: number): Promise<void> {
  const wrong = right === '000000' ? '111111' : '000000';
  for (let each = 0; each < times; each++) await panel.secondFactor.verify('alice', wrong);
}

describe('session/admin', () => {
  afterEach(stopPanels);

  describe('status', () => {
    it('tells what is known of one account, or of several in their order', async () => {
      const panel = await startSessionPanel();
      await enroll(panel);
      const alice = {
        accountId: 'alice',
        enrolled: true,
        readable: true,
        enrolledAt: panel.now,
        failures: 0,
        locked: false,
        lockedUntil: null,
        recoveryCodesLeft: 10,
        recoveryCodesConfirmed: false,
        authenticators: 1,
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
      };
      expect(await panel.secondFactor.status('alice')).to.deep.equal(alice);
      expect(await panel.secondFactor.status(['nobody', 'alice'])).to.deep.equal([nobody, alice]);
      expect(await panel.secondFactor.status([])).to.deep.equal([]);
    });

    it('tells of failures, of a wait, and of its end', async () => {
      const panel = await startSessionPanel();
      const phone = await enroll(panel);
      await guess(panel, phone(), 4);
      expect(await panel.secondFactor.status('alice')).to.include({ failures: 4, locked: false });
      await guess(panel, phone(), 1);
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
      const panel = await startSessionPanel({ store });
      await enroll(panel);
      await store.compareAndSet('bob', null, await store.get('alice')); // another account's
      expect(await panel.secondFactor.status('bob')).to.include({ enrolled: true, readable: false });
    });

    it('rejects what cannot be an account id', async () => {
      const { secondFactor } = await startSessionPanel();
      for (const id of ['', 'a\0b', 'x'.repeat(256), 1.5, {}, null, undefined, [{}], ['']])
        expect(await caught(secondFactor.status(id as AccountId))).to.include({ code: 'account-invalid' });
    });
  });

  describe('disable', () => {
    it('takes the factor off at once, tells whether there was one, and is one event', async () => {
      const panel = await startSessionPanel();
      const { client } = await enrolled(panel);
      panel.told();
      expect(await panel.secondFactor.admin.disable('alice', BY)).to.equal(true);
      expect(panel.events.at(-1)).to.deep.include({ name: 'disabled', accountId: 'alice', ...BY });
      expect(await panel.store.get('alice')).to.equal(null);
      expect((await client.get('/secret')).body.code).to.equal('enrollment-required');
      expect(await client.me()).to.equal('alice');
      panel.told();
      expect(await panel.secondFactor.admin.disable('alice', BY)).to.equal(false);
      expect(panel.told()).to.deep.equal([]);
    });

    it('touches exactly the account it is told', async () => {
      const panel = await startSessionPanel();
      await enroll(panel);
      for (const id of ['Alice', 'alice ', 'ALICE', 'ali']) {
        expect(await panel.secondFactor.admin.disable(id, BY), id).to.equal(false);
      }
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
    });

    it('wants to know who does it', async () => {
      const panel = await startSessionPanel();
      await enroll(panel);
      for (const operator of [undefined, {}, { by: '' }, { by: 7 }, { by: 'x', reason: 7 }]) {
        for (const deed of ['disable', 'unlock', 'recoveryCodes'] as const) {
          const error = await caught(panel.secondFactor[deed]('alice', operator as Operator));
          expect(error, deed).to.include({ code: 'option-invalid' });
        }
      }
      expect(await panel.secondFactor.status('alice')).to.include({ enrolled: true, recoveryCodesLeft: 10 });
    });
  });

  describe('unlock', () => {
    it('ends a wait, and the codes that could be read by then stay void', async () => {
      const panel = await startSessionPanel();
      const phone = await enroll(panel);
      const used = phone();
      await panel.secondFactor.verify('alice', used);
      await guess(panel, used, 5);
      expect(await panel.secondFactor.verify('alice', used)).to.deep.include({ ok: false, reason: 'locked' });
      panel.told();
      expect(await panel.secondFactor.admin.unlock('alice', BY)).to.equal(true);
      expect(panel.events.at(-1)).to.deep.include({ name: 'unlocked', accountId: 'alice', ...BY });
      expect(await panel.secondFactor.status('alice')).to.include({ failures: 0, locked: false });
      expect(await panel.secondFactor.verify('alice', used)).to.deep.equal({
        ok: false,
        reason: 'code-already-used',
      });
      expect(await panel.secondFactor.verify('alice', phone())).to.include({ ok: true });
    });

    it('brings an account back from the hard limit', async () => {
      const panel = await startSessionPanel({ options: { lockout: { after: 2, hardLimit: 2 } } });
      const phone = await enroll(panel);
      await guess(panel, phone(), 2);
      expect(await panel.secondFactor.status('alice')).to.include({ locked: true, lockedUntil: null });
      panel.now += 86_400_000;
      expect(await panel.secondFactor.verify('alice', phone())).to.deep.equal({
        ok: false,
        reason: 'locked',
        until: null,
      });
      await panel.secondFactor.admin.unlock('alice', BY);
      expect(await panel.secondFactor.verify('alice', phone())).to.include({ ok: true, method: 'otp' });
    });

    it('tells of an account that is not enrolled, with no event', async () => {
      const panel = await startSessionPanel();
      expect(await panel.secondFactor.admin.unlock('bob', BY)).to.equal(false);
      expect(panel.told()).to.deep.equal([]);
      expect(await panel.store.get('bob')).to.equal(null);
    });
  });

  describe('recoveryCodes', () => {
    it('makes ten that work once each, and makes the old ones void (E1, E4)', async () => {
      const panel = await startSessionPanel();
      await enroll(panel);
      const old = (await panel.secondFactor.admin.recoveryCodes('alice', BY))!;
      const made = (await panel.secondFactor.admin.recoveryCodes('alice', BY))!;
      expect(panel.events.at(-1)).to.deep.include({ name: 'recovery-codes-regenerated', ...BY });
      expect(new Set(made).size).to.equal(10);
      const { verify } = panel.secondFactor;
      expect(await verify('alice', old[0])).to.include({ ok: false, reason: 'code-invalid' });
      expect(await verify('alice', made[0])).to.deep.equal({
        ok: true,
        method: 'recovery-code',
        recoveryCodesLeft: 9,
      });
      expect(await verify('alice', made[0])).to.include({ ok: false, reason: 'code-invalid' });
      expect(await verify('alice', made[1]?.toLowerCase().replaceAll('-', ''))).to.include({
        recoveryCodesLeft: 8,
      });
    });

    it('makes none for an account that is not enrolled', async () => {
      const panel = await startSessionPanel();
      expect(await panel.secondFactor.admin.recoveryCodes('bob', BY)).to.equal(null);
      expect(panel.told()).to.deep.equal([]);
    });
  });

  describe('forget', () => {
    it('deletes the record of an account that was deleted, once told', async () => {
      const panel = await startSessionPanel();
      await enroll(panel);
      panel.told();
      await panel.secondFactor.admin.forget('alice');
      await panel.secondFactor.admin.forget('alice');
      expect(panel.told()).to.deep.equal(['forgotten']);
      expect(await panel.store.get('alice')).to.equal(null);
    });
  });

  describe('verify', () => {
    it('has the budget of guesses of every other operation (B5)', async () => {
      const panel = await startSessionPanel();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const right = phone();
      await guess(panel, right, 3);
      const wrong = right === '000000' ? '111111' : '000000';
      for (let each = 0; each < 2; each++) await client.post('/two-step/verify', { code: wrong });
      expect(await panel.secondFactor.verify('alice', right)).to.include({ ok: false, reason: 'locked' });
      expect((await client.post('/two-step/verify', { code: right })).body.code).to.equal('locked');
    });

    it('tells events where the code came from', async () => {
      const panel = await startSessionPanel();
      const phone = await enroll(panel);
      panel.told();
      await panel.secondFactor.verify('alice', phone(), { ip: '192.0.2.7', userAgent: 'cli' });
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
      const panel = await startSessionPanel({
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
      const panel = await startSessionPanel({
        options: { findUser: (id) => (gone.all ? null : panel.users.find((user) => user.id === id)) },
      });
      const phone = await enroll(panel);
      const record = await panel.store.get('alice');
      gone.all = true;
      for (const [id, code] of [
        ['alice', phone()],
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
      const { secondFactor } = await startSessionPanel({
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
      const panel = await startSessionPanel();
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
        '１２３４５６',
      ]) {
        expect(await panel.secondFactor.verify('alice', code)).to.deep.equal({
          ok: false,
          reason: 'code-malformed',
        });
      }
      expect(await panel.store.get('alice')).to.equal(before);
    });
  });

  it('lists, rekeys and checks every record', async () => {
    const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const store = memoryStore();
    const before = await startSessionPanel({ store, options: { keys: [old] } });
    const { client } = await enrolled(before);
    const after = await startSessionPanel({
      store,
      options: { keys: [fresh, old] },
      session: { store: before.sessionStore },
    });
    const listed: string[] = [];
    for await (const id of after.secondFactor.admin.list()) listed.push(id);
    expect(listed).to.deep.equal(['alice']);
    expect((await after.secondFactor.admin.check()).records).to.deep.equal({
      firstKey: 0,
      oldKey: 1,
      unreadable: 0,
    });
    expect(await after.secondFactor.admin.rekey()).to.deep.equal({ resealed: 1, current: 0, unreadable: [] });
    expect((await after.secondFactor.admin.check()).records).to.deep.equal({
      firstKey: 1,
      oldKey: 0,
      unreadable: 0,
    });
    expect((await before.secondFactor.admin.check()).records, 'without the new key').to.include({
      unreadable: 1,
    });
    expect((await client.get('/secret')).status).to.equal(503);
  });

  it('describes an account as the panel does, and tells of none', async () => {
    const { secondFactor } = await startSessionPanel();
    const alice = { id: 'alice', name: 'alice', level: null, enrolled: false, otherFactor: false };
    expect(await secondFactor.admin.account('alice')).to.deep.equal(alice);
    expect(await secondFactor.admin.account('nobody')).to.equal(null);
  });

  it('releases the store when it is closed', async () => {
    const store = memoryStore();
    let closed = 0;
    store.close = async () => {
      closed++;
    };
    const panel = await startSessionPanel({ store });
    await panel.secondFactor.close();
    expect(closed).to.equal(1);
  });

  it('forgets the browsers of an account that is enrolled, and tells of one that is not', async () => {
    const panel = await startSessionPanel({ options: { rememberBrowsers: { days: 30 } } });
    const by = { by: 'operator' };
    expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
    expect(await panel.secondFactor.admin.revokeBrowsers('alice', by)).to.equal(false);
    expect(await panel.secondFactor.admin.unlock('alice', by)).to.equal(false);
    expect(await panel.secondFactor.admin.recoveryCodes('alice', by)).to.equal(null);
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(null);
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    await client.post('/two-step/verify', { code: phone(), rememberBrowser: true });
    expect(await panel.secondFactor.admin.browsers('alice')).to.have.length(1);
    panel.told();
    expect(await panel.secondFactor.admin.revokeBrowsers('alice', by)).to.equal(true);
    expect(panel.told()).to.deep.equal(['browsers-revoked']);
    expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
  });

  it('evaluates codes of an account that must have a second factor and has one as any other', async () => {
    const required = await startSessionPanel({ options: { policy: () => 'required' } });
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
