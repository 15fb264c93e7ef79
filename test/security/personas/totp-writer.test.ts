import { expect } from 'chai';
import { Client } from '../../support/client.js';
import { attack, isIn } from '../../support/attack.js';
import { enable, enrolled, give, pending, said, signedIn, verify } from '../../support/people.js';
import type { AttackedPanel } from '../../support/attack.js';

/** Writes a row, whether there is one or not. */
async function put(target: AttackedPanel, account: string, sealed: string): Promise<void> {
  if (target.redis) await target.setRecord(account, sealed);
  else {
    const statement = 'insert or replace into totp (account, sealed) values (?, ?)';
    target.database.prepare(statement).run(account, sealed);
  }
}

async function sealedOf(target: AttackedPanel, account: string): Promise<string> {
  const sealed = await target.record(account);
  if (sealed === null) throw new Error(`${account} has no record`);
  return sealed;
}

describe('Somebody who writes records (the table totp, or their keys in Redis) and has no key', () => {
  attack('on %s', ['forges, alters'], (target) => {
    it('forges, alters, cuts, moves or swaps a record: 503, and nobody gets in', async () => {
      const alice = await enrolled(target(), 'alice');
      const admin = await enrolled(target(), 'admin');
      const [own, other] = [await sealedOf(target(), 'alice'), await sealedOf(target(), 'admin')];
      const flipped = own.slice(0, -8) + (own.at(-8) === 'A' ? 'B' : 'A') + own.slice(-7);
      const forged = {
        'of another account': other,
        cut: own.slice(0, own.length / 2),
        empty: '',
        'one letter': flipped,
        'with something behind': `${own}.x`,
        'with a space': `${own} `,
        'of another key': own.replace(/^1\.[^.]+/, '1.AAAAAAAA'),
        'in clear': JSON.stringify([1, 'x', 0, 0, 0, [], 'x', '', null, []]),
      };
      for (const [what, sealed] of Object.entries(forged)) {
        await put(target(), 'alice', sealed);
        expect(said(await new Client(target()).login('alice')), what).to.equal('record-unreadable');
        const { status, text } = await alice.client.get('/api/secret');
        expect(status, what).to.equal(503);
        expect(text, what).not.to.include('Only with');
        expect((await give(alice.client, 'disable', alice.phone.code())).status).to.equal(503);
        expect(await target().record('alice'), what).to.equal(sealed);
      }
      await put(target(), 'alice', other);
      await put(target(), 'admin', own);
      for (const login of ['alice', 'admin']) {
        expect((await new Client(target()).login(login)).status, login).to.equal(503);
      }
      // Put right again, all go on where they were.
      await put(target(), 'alice', own);
      await put(target(), 'admin', other);
      expect(await isIn(alice.client)).to.equal(true);
      expect(await isIn(admin.client)).to.equal(true);
    });

    it('moves their own record to somebody else, or a record to who has none: nobody gets in there any more', async () => {
      const bob = await enrolled(target(), 'bob');
      const alice = await signedIn(target(), 'alice');
      await put(target(), 'alice', await sealedOf(target(), 'bob'));
      expect(said(await new Client(target()).login('alice'))).to.equal('record-unreadable');
      expect((await alice.get('/api/me')).status).to.equal(503);
      expect(await isIn(bob.client)).to.equal(true);
      // Nor may anybody act as that account.
      const admin = await signedIn(target(), 'admin');
      const { body } = await admin.actAs('alice');
      expect(body.reason).to.equal('target-has-second-factor');
      await target().setRecord('alice', null);
    });

    it('deletes a record: the password alone is enough, and nothing is told (not prevented)', async () => {
      const { client } = await enrolled(target(), 'alice');
      target().log.length = 0;
      await target().setRecord('alice', null);
      expect(await (await signedIn(target(), 'alice')).who()).to.equal('alice');
      expect((await client.get('/api/secret')).body.code).to.equal('enrollment-required');
      expect(target().told()).to.include('session-demoted:factor-gone').and.not.to.include('disabled');
    });

    it('deletes a record, is in with the password, and puts it back: out again, and the owner notices nothing (not prevented)', async () => {
      const { client: owner, phone } = await enrolled(target(), 'alice');
      const sealed = await sealedOf(target(), 'alice');
      await target().setRecord('alice', null);
      const thief = await signedIn(target(), 'alice');
      const admin = await signedIn(target(), 'admin');
      expect((await admin.actAs('alice')).status).to.equal(200);
      await put(target(), 'alice', sealed);
      expect(await thief.who()).to.equal('code-required');
      expect(await admin.who()).to.equal('admin');
      expect(await isIn(owner)).to.equal(true);
      const again = await pending(target(), 'alice');
      expect(said(await verify(again, phone.nextCode()))).to.equal('verified');
    });

    it('puts an older record back: a spent code opens once more, and a lock is gone (not prevented)', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const older = await sealedOf(target(), 'alice');
      const code = phone.nextCode();
      expect(said(await verify(await pending(target(), 'alice'), code))).to.equal('verified');
      const thief = await pending(target(), 'alice');
      expect(said(await verify(thief, code))).to.equal('code-already-used');
      for (let tries = 0; tries < 5; tries++) await verify(thief, '000000');
      expect(said(await verify(thief, code))).to.equal('locked');
      await put(target(), 'alice', older);
      expect(said(await verify(thief, code))).to.equal('verified');
    });

    it('puts the record of before a replacement back: the lost phone and the sessions of then count again (not prevented)', async () => {
      const { client, phone: lost } = await enrolled(target(), 'alice');
      const older = await sealedOf(target(), 'alice');
      const idle = await pending(target(), 'alice');
      await verify(idle, lost.nextCode());
      await enable(target(), client);
      const thief = await pending(target(), 'alice');
      expect(said(await verify(thief, lost.nextCode()))).to.equal('code-invalid');
      await put(target(), 'alice', older);
      // Who asked in between is out for good; who did not is in.
      expect(await isIn(idle)).to.equal(true);
      expect(await isIn(client)).to.equal(false);
      const again = await pending(target(), 'alice');
      expect(said(await verify(again, lost.nextCode()))).to.equal('verified');
    });

    it('puts the record of before new recovery codes back: the former ones work, and the new ones do not (not prevented)', async () => {
      const { client, phone } = await enrolled(target(), 'alice');
      const make = async (): Promise<string[]> => {
        const { body } = await give(client, 'recovery-codes', phone.nextCode());
        return body.recoveryCodes as string[];
      };
      const [former] = await make();
      const older = await sealedOf(target(), 'alice');
      const [latter] = await make();
      await put(target(), 'alice', older);
      const thief = await pending(target(), 'alice');
      expect(said(await verify(thief, latter!))).to.equal('code-invalid');
      expect(said(await verify(thief, former!))).to.equal('verified');
    });

    it('puts a record back after it was disabled: it counts again, and nobody is in without its code', async () => {
      const { client, phone } = await enrolled(target(), 'alice');
      const older = await sealedOf(target(), 'alice');
      expect((await give(client, 'disable', phone.nextCode())).status).to.equal(200);
      await put(target(), 'alice', older);
      expect(await client.who()).to.equal('code-required');
      expect(said(await new Client(target()).login('alice'))).to.equal('code-required');
    });
  });
});
