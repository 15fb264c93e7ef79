import type { Phone } from '../support/people.js';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

/** What becomes of one write of the panel's own flag. */
type Trouble = 'refused' | 'lost' | 'late';
/** Which calls of the store fail, and whether they were carried out. */
type StoreTrouble = 'refused' | 'lost';

interface FlagPanel {
  readonly panel: Panel;
  readonly flags: Map<string, boolean>;
  /** The next write of the flag fails. */
  failFlag(trouble: Trouble): void;
  /** The swap of this number from now on fails, the first is 1. */
  failSwap(place: number, trouble: StoreTrouble): void;
}

/** A panel that keeps the fact in its own table too. */
async function startFlagPanel(): Promise<FlagPanel> {
  const flags = new Map<string, boolean>();
  let flagTrouble: Trouble | undefined;
  let swapTrouble: { place: number; trouble: StoreTrouble } | undefined;
  const panel = await startPanel({
    users: [user('alice'), user('bob')],
    options: {
      account: ({ id, login, passwordChangedAt }) => ({
        id,
        name: login,
        securityStamp: passwordChangedAt,
        enrolled: flags.get(id) ?? false,
      }),
      async setEnrolled(accountId, isEnrolled) {
        const trouble = flagTrouble;
        flagTrouble = undefined;
        if (trouble !== 'refused') flags.set(accountId, isEnrolled);
        if (trouble === 'late') await turn();
        else if (trouble) throw new Error('the connection of the panel was lost');
      },
    },
  });
  const swap = panel.store.compareAndSet.bind(panel.store);
  panel.store.compareAndSet = async (...given) => {
    const fails = swapTrouble && --swapTrouble.place === 0 ? swapTrouble.trouble : undefined;
    if (fails === 'refused') throw new Error('the connection was lost before');
    const swapped = await swap(...given);
    if (fails === 'lost') throw new Error('the connection was lost after');
    return swapped;
  };
  return {
    panel,
    flags,
    failFlag: (trouble) => (flagTrouble = trouble),
    failSwap: (place, trouble) => (swapTrouble = { place, trouble }),
  };
}

/** The owner is in with what the account asks for; 503 would be a lock-out. */
async function ownerGetsIn(panel: Panel, phone: Phone | null): Promise<void> {
  const client = await loggedIn(panel);
  if ((await client.me()) === 'alice') return;
  const answer = await client.post('/two-step/verify', { code: phone?.nextCode() ?? '' });
  expect([answer.status, await client.me()], answer.text).to.deep.equal([200, 'alice']);
}

describe('when the flag in the table of the panel cannot be written (J5)', () => {
  afterEach(stopPanels);

  for (const trouble of ['refused', 'lost', 'late'] as const) {
    it(`leaves no flag without a record when enabling and the write is ${trouble}`, async () => {
      const { panel, flags, failFlag } = await startFlagPanel();
      failFlag(trouble);
      const phone = await enroll(panel).catch(() => null);
      const { enrolled: hasRecord } = await panel.secondFactor.status('alice');
      expect([phone !== null, hasRecord, flags.get('alice') ?? false]).to.deep.equal(
        trouble === 'late' ? [true, true, true] : [false, false, false],
      );
      await ownerGetsIn(panel, phone);
    });

    it(`leaves no flag without a record when disabling and the write is ${trouble}`, async () => {
      const { panel, flags, failFlag } = await startFlagPanel();
      const { client, phone } = await enrolled(panel);
      failFlag(trouble);
      const answer = await client.post('/two-step/disable', { code: phone.nextCode() });
      const { enrolled: hasRecord } = await panel.secondFactor.status('alice');
      expect([answer.status, hasRecord]).to.deep.equal(trouble === 'late' ? [200, false] : [503, true]);
      if (trouble !== 'lost') expect(flags.get('alice')).to.equal(hasRecord);
      await ownerGetsIn(panel, phone);
      if (hasRecord)
        expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(200);
      expect(flags.get('alice')).to.equal(false);
    });
  }

  for (const trouble of ['refused', 'lost'] as const) {
    it(`leaves no flag without a record when enabling and the swap is ${trouble}`, async () => {
      const { panel, flags, failSwap } = await startFlagPanel();
      const client = await loggedIn(panel);
      failSwap(1, trouble);
      const phone = await enroll(panel, 'alice', client).catch(() => null);
      expect(phone).to.equal(null);
      const { enrolled: hasRecord } = await panel.secondFactor.status('alice');
      expect(hasRecord).to.equal(trouble === 'lost');
      await eventually('the flag', () => expect(flags.get('alice') ?? false).to.equal(hasRecord));
    });

    for (const place of [1, 2]) {
      it(`leaves no flag without a record when disabling and swap ${place} is ${trouble}`, async () => {
        const { panel, flags, failSwap } = await startFlagPanel();
        const { client, phone } = await enrolled(panel);
        failSwap(place, trouble);
        expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(503);
        const { enrolled: hasRecord } = await panel.secondFactor.status('alice');
        expect(hasRecord).to.equal(place === 1 || trouble === 'refused');
        if (place === 1) expect(flags.get('alice')).to.equal(true);
        else expect(flags.get('alice')).to.equal(false);
        await ownerGetsIn(panel, phone);
      });
    }

    it(`leaves no flag without a record when the console disables and the swap is ${trouble}`, async () => {
      const { panel, flags, failSwap } = await startFlagPanel();
      const { phone } = await enrolled(panel);
      failSwap(1, trouble);
      const error = await panel.secondFactor.admin
        .disable('alice', { by: 'test' })
        .catch((caught: unknown) => caught);
      expect(error).to.include({ code: 'store-unavailable' });
      expect(flags.get('alice')).to.equal(false);
      await ownerGetsIn(panel, phone);
      await panel.secondFactor.admin.disable('alice', { by: 'test' });
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
    });
  }

  it('is put right by the console where even taking it back failed', async () => {
    const { panel, flags } = await startFlagPanel();
    flags.set('alice', true);
    expect((await loggedIn(panel).then((client) => client.login('alice'))).body.code).to.equal(
      'record-missing',
    );
    await panel.secondFactor.admin.disable('alice', { by: 'test' });
    await ownerGetsIn(panel, null);
  });
});
