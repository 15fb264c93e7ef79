import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import type { Operator } from 'passport-second-factor';
import { caught, guess } from '../support/headless.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

const BY: Operator = { by: 'operator', reason: 'ticket 7' };
describe('operator/admin', () => {
  afterEach(stopPanels);

  describe('disable', () => {
    it('takes the factor off at once, tells whether there was one, and is one event', async () => {
      const panel = await startPanel();
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
      const panel = await startPanel();
      await enroll(panel);
      for (const id of ['Alice', 'alice ', 'ALICE', 'ali']) {
        expect(await panel.secondFactor.admin.disable(id, BY), id).to.equal(false);
      }
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
    });

    it('wants to know who does it', async () => {
      const panel = await startPanel();
      await enroll(panel);
      for (const operator of [undefined, {}, { by: '' }, { by: 7 }, { by: 'x', reason: 7 }]) {
        for (const deed of ['disable', 'unlock', 'recoveryCodes'] as const) {
          const error = await caught(panel.secondFactor.admin[deed]('alice', operator as Operator));
          expect(error, deed).to.include({ code: 'option-invalid' });
        }
      }
      expect(await panel.secondFactor.status('alice')).to.include({ enrolled: true, recoveryCodesLeft: 10 });
    });
  });

  describe('unlock', () => {
    it('ends a wait, and the codes that could be read by then stay void', async () => {
      const panel = await startPanel();
      const phone = await enroll(panel);
      const used = phone.nextCode();
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
      expect(await panel.secondFactor.verify('alice', phone.nextCode())).to.include({ ok: true });
    });

    it('brings an account back from the hard limit', async () => {
      const panel = await startPanel({ options: { lockout: { after: 2, hardLimit: 2 } } });
      const phone = await enroll(panel);
      await guess(panel, phone.nextCode(), 2);
      expect(await panel.secondFactor.status('alice')).to.include({ locked: true, lockedUntil: null });
      panel.now += 86_400_000;
      expect(await panel.secondFactor.verify('alice', phone.nextCode())).to.deep.equal({
        ok: false,
        reason: 'locked',
        until: null,
      });
      await panel.secondFactor.admin.unlock('alice', BY);
      expect(await panel.secondFactor.verify('alice', phone.nextCode())).to.include({
        ok: true,
        method: 'otp',
      });
    });

    it('tells of an account that is not enrolled, with no event', async () => {
      const panel = await startPanel();
      expect(await panel.secondFactor.admin.unlock('bob', BY)).to.equal(false);
      expect(panel.told()).to.deep.equal([]);
      expect(await panel.store.get('bob')).to.equal(null);
    });
  });

  describe('recoveryCodes', () => {
    it('makes ten that work once each, and makes the old ones void (E1, E4)', async () => {
      const panel = await startPanel();
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
      const panel = await startPanel();
      expect(await panel.secondFactor.admin.recoveryCodes('bob', BY)).to.equal(null);
      expect(panel.told()).to.deep.equal([]);
    });
  });

  describe('forget', () => {
    it('deletes the record of an account that was deleted, once told', async () => {
      const panel = await startPanel();
      await enroll(panel);
      panel.told();
      await panel.secondFactor.admin.forget('alice');
      await panel.secondFactor.admin.forget('alice');
      expect(panel.told()).to.deep.equal(['forgotten']);
      expect(await panel.store.get('alice')).to.equal(null);
    });
  });

  it('lists, rekeys and checks every record', async () => {
    const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const store = memoryStore();
    const before = await startPanel({ store, options: { keys: [old] } });
    const { client } = await enrolled(before);
    const after = await startPanel({
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
    const { secondFactor } = await startPanel();
    const alice = {
      id: 'alice',
      name: 'alice',
      level: null,
      enrolled: false,
      otherFactor: false,
      keysOnly: false,
    };
    expect(await secondFactor.admin.account('alice')).to.deep.equal(alice);
    expect(await secondFactor.admin.account('nobody')).to.equal(null);
  });

  it('releases the store when it is closed', async () => {
    const store = memoryStore();
    let closed = 0;
    store.close = async () => {
      closed++;
    };
    const panel = await startPanel({ store });
    await panel.secondFactor.close();
    expect(closed).to.equal(1);
  });

  it('forgets the browsers of an account that is enrolled, and tells of one that is not', async () => {
    const panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    const by = { by: 'operator' };
    expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
    expect(await panel.secondFactor.admin.revokeBrowsers('alice', by)).to.equal(false);
    expect(await panel.secondFactor.admin.unlock('alice', by)).to.equal(false);
    expect(await panel.secondFactor.admin.recoveryCodes('alice', by)).to.equal(null);
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(null);
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    expect(await panel.secondFactor.admin.browsers('alice')).to.have.length(1);
    panel.told();
    expect(await panel.secondFactor.admin.revokeBrowsers('alice', by)).to.equal(true);
    expect(panel.told()).to.deep.equal(['browsers-revoked']);
    expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
  });
});
