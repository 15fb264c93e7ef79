import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Secret } from 'otpauth';
import { until } from '../support/eventually.js';
import { holdSwap } from '../support/late-swap.js';
import type { LateAnswer } from '../support/late-swap.js';
import { timeLimit } from '../support/time-limit.js';
import { Client } from '../support/client.js';
import { enrolled, loggedIn, phoneWith } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const BY = { by: 'operator' };
const limit = timeLimit();

describe('session/set-enrolled: a panel that keeps in its own table who has a second factor', () => {
  let flags: Record<string, boolean>;
  /** What happens before the table is written. */
  let beforeWrite: (enrolled: boolean) => unknown;
  /** Whether the panel cannot load its users. */
  let usersAway: boolean;
  let panel: Panel;

  beforeEach(async () => {
    flags = {};
    beforeWrite = () => undefined;
    usersAway = false;
    panel = await startPanel({
      options: {
        storeTimeoutMs: limit.ms,
        account: ({ id, login, passwordChangedAt: securityStamp }) => ({
          id,
          name: login,
          securityStamp,
          enrolled: flags[id] ?? false,
        }),
        findUser(id) {
          if (usersAway || id === 'broken') throw new Error('this row cannot be read');
          return panel.users.find((each) => each.id === id);
        },
        async setEnrolled(id, has) {
          await beforeWrite(has);
          flags[id] = has;
        },
      },
    });
  });
  afterEach(stopPanels);

  /** Does something once, before the next write of `true` or of `false`. */
  function onceBefore(value: boolean, act: () => unknown): void {
    beforeWrite = async (has) => {
      if (has !== value) return;
      beforeWrite = () => undefined;
      await act();
    };
  }

  async function confirm(client: Client, key: unknown): Promise<number> {
    const code = phoneWith(panel, String(key)).code();
    return (await client.post('/two-step/setup/confirm', { code })).status;
  }

  it('locks nobody out when an operator disables it while it is being enabled', async () => {
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    onceBefore(true, () => panel.secondFactor.admin.disable('alice', BY));
    expect(await confirm(client, body.key)).to.equal(200);
    expect(flags).to.deep.equal({ alice: false });
    expect(await client.me()).to.equal('alice');
    expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
  });

  for (const proof of ['sign-in', 'step-up'] as const) {
    it(`puts the flag right at a ${proof} where it says no, so that a lost record leaves nobody the password alone`, async () => {
      const { client, phone } = await enrolled(panel);
      flags = { alice: false }; // as in a table that was restored
      if (proof === 'step-up') await client.post('/two-step/step-up', { code: phone.nextCode() });
      else {
        const again = await loggedIn(panel);
        expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      }
      expect(flags).to.deep.equal({ alice: true });
      await panel.store.compareAndSet('alice', await panel.store.get('alice'), null);
      expect((await new Client(panel).login('alice')).body).to.have.property('code', 'record-missing');
    });
  }

  it('lets the owner in where the flag cannot be put right, and tells the operator', async () => {
    const { phone } = await enrolled(panel);
    flags = { alice: false };
    beforeWrite = () => {
      throw new Error('the table is read-only');
    };
    const again = await loggedIn(panel);
    panel.told();
    expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    expect(panel.told()).to.include.members(['store-unavailable', 'signed-in']);
  });

  for (const answer of ['comes', 'is lost'] as const) {
    it(`locks nobody out when an operator disables it while a code puts the flag right, whose answer ${answer}`, async () => {
      const { phone } = await enrolled(panel);
      flags = { alice: false };
      onceBefore(true, async () => {
        await panel.secondFactor.admin.disable('alice', BY);
        if (answer === 'comes') return;
        flags.alice = true;
        throw new Error('the connection was lost after');
      });
      const again = await loggedIn(panel);
      await again.post('/two-step/verify', { code: phone.nextCode() });
      expect(flags).to.deep.equal({ alice: false });
      expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
    });
  }

  it('locks nobody out in whatever order two that disable and enable write', async () => {
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const swap = panel.store.compareAndSet.bind(panel.store);
    let deleting = (): void => undefined;
    const deletes = new Promise<void>((resolve) => (deleting = resolve));
    // The operator has written the flag and is about to delete the record when the owner writes theirs.
    panel.store.compareAndSet = async (id, expected, next) => {
      if (next === null) {
        deleting();
        await until('the owner to write their flag', () => flags.alice === true);
      }
      return swap(id, expected, next);
    };
    let disabled: Promise<boolean> | undefined;
    onceBefore(true, async () => {
      disabled = panel.secondFactor.admin.disable('alice', BY);
      await deletes;
    });
    expect(await confirm(client, body.key)).to.equal(200);
    expect(await disabled).to.equal(true);
    expect(flags).to.deep.equal({ alice: false });
    expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
  });

  it('leaves the flag of a lost record alone while the panel cannot say whose it is', async () => {
    flags.alice = true;
    const rejected = panel.secondFactor.admin.disable('broken', BY).catch((error: unknown) => error);
    expect(await rejected).to.be.instanceOf(Error);
    expect(flags).to.deep.equal({ alice: true });
    expect(await panel.secondFactor.admin.disable('alice', BY)).to.equal(true);
    expect(flags).to.deep.equal({ alice: false });
    expect(panel.told()).to.deep.equal(['disabled']);
  });

  it('undoes its own enrollment and no other that came in its place', async () => {
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    onceBefore(true, async () => {
      await panel.secondFactor.admin.disable('alice', BY);
      await panel.secondFactor.admin.import('alice', { secret: new Secret({ size: 20 }).base32, ...BY });
      throw new Error('the database is away');
    });
    expect(await confirm(client, body.key)).to.equal(503);
    expect(await panel.secondFactor.status('alice')).to.include({ enrolled: true, recoveryCodesLeft: 0 });
    expect(flags).to.deep.equal({ alice: true });
  });

  it('tells of an enrollment that could neither be written to the table nor undone', async () => {
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    panel.told();
    onceBefore(true, () => {
      const swap = panel.store.compareAndSet.bind(panel.store);
      panel.store.compareAndSet = () => {
        panel.store.compareAndSet = swap;
        return Promise.reject(new Error('the store is away too'));
      };
      throw new Error('the database is away');
    });
    expect(await confirm(client, body.key)).to.equal(503);
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
    expect(panel.told()).to.deep.equal(['enrolled', 'store-unavailable']);
  });

  for (const [what, path] of [
    ['enables', '/two-step/setup/confirm'],
    ['disables', '/two-step/disable'],
  ] as const) {
    it(`says why nobody ${what}, and once, when the table cannot be written`, async () => {
      const client = new Client(panel);
      let key: unknown;
      const phone = what === 'disables' ? (await enrolled(panel, 'alice')).phone : undefined;
      await client.login('alice');
      if (phone) await client.post('/two-step/verify', { code: phone.nextCode() });
      else ({ key } = (await client.post('/two-step/setup')).body);
      const code = phone?.nextCode() ?? phoneWith(panel, String(key)).code();
      panel.told();
      onceBefore(what === 'enables', () => {
        throw new Error('the database is away');
      });
      expect((await client.post(path, { code })).status).to.equal(503);
      expect(panel.told().filter((name) => name === 'store-unavailable')).to.have.length(1);
      expect(panel.events.at(-1)).to.include({ accountId: 'alice', error: 'the database is away' });
    });
  }

  it('undoes an import that the table could not be told of, so that it can be done again', async () => {
    const secret = new Secret({ size: 20 }).base32;
    onceBefore(true, () => {
      throw new Error('the database is away');
    });
    const error = await panel.secondFactor.admin
      .import('alice', { secret, ...BY })
      .catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'store-unavailable' });
    expect(await panel.store.get('alice')).to.equal(null);
    expect(panel.told()).to.deep.equal(['store-unavailable']);
    await panel.secondFactor.admin.import('alice', { secret, ...BY });
    expect(flags).to.deep.equal({ alice: true });
    expect(panel.told()).to.deep.equal(['imported']);
  });

  it('tells of no enrollment that was undone, though the answer to that comes late', async () => {
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    panel.told();
    onceBefore(true, () => {
      throw new Error('the database is away');
    });
    const answer = holdSwap(panel.store, limit, 2);
    expect(await confirm(client, body.key)).to.equal(503);
    expect(await panel.store.get('alice')).to.equal(null);
    expect(panel.told()).to.deep.equal(['store-unavailable']);
    answer.come();
    await turn();
    expect(panel.told()).to.deep.equal([]);
  });

  describe('when the store answers after its time', () => {
    let key: string;

    /** Enables in a browser; the answer to the swap is still to come when it is refused. */
    async function enabledLate(): Promise<LateAnswer> {
      const client = await loggedIn(panel);
      const { body } = await client.post('/two-step/setup');
      key = String(body.key);
      const answer = holdSwap(panel.store, limit);
      expect(await confirm(client, body.key)).to.equal(503);
      expect(flags).to.deep.equal({});
      panel.told();
      return answer;
    }

    it('writes the flag when it is known that the account was enabled', async () => {
      const answer = await enabledLate();
      answer.come();
      await turn();
      expect(flags).to.deep.equal({ alice: true });
      expect(panel.told()).to.deep.equal(['enrolled']);
    });

    it('takes the enrollment back when the flag cannot be written then, and says why', async () => {
      const answer = await enabledLate();
      onceBefore(true, () => {
        throw new Error('the database is away');
      });
      answer.come();
      await turn();
      expect(flags).to.deep.equal({ alice: false });
      expect(await panel.store.get('alice')).to.equal(null);
      expect(panel.told()).to.deep.equal(['store-unavailable']);
      expect(panel.events.at(-1)).to.include({ error: 'the database is away' });
    });

    it('takes nothing back that its owner has signed in with meanwhile', async () => {
      const answer = await enabledLate();
      const owner = await loggedIn(panel);
      panel.now += 30_000;
      const code = phoneWith(panel, key).code();
      expect((await owner.post('/two-step/verify', { code })).body).to.include({ state: 'verified' });
      panel.told();
      onceBefore(true, () => {
        throw new Error('the database is away');
      });
      answer.come();
      await turn();
      expect((await owner.get('/two-step')).body.state).to.equal('verified');
      expect(flags).to.deep.equal({ alice: true });
      expect(panel.told()).to.deep.equal(['enrolled', 'store-unavailable']);
    });

    it('leaves no flag where an operator disabled it before that was known', async () => {
      const answer = await enabledLate();
      await panel.secondFactor.admin.disable('alice', BY);
      answer.come();
      await turn();
      expect(flags).to.deep.equal({ alice: false });
      expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
    });

    it('leaves the flag of who enabled it anew before an operator heard that it had been disabled', async () => {
      await enrolled(panel);
      usersAway = true;
      const answer = holdSwap(panel.store, limit);
      const late: unknown = await panel.secondFactor.admin
        .disable('alice', BY)
        .catch((error: unknown) => error);
      expect(late).to.include({ code: 'store-unavailable' });
      usersAway = false;
      expect(await panel.secondFactor.admin.disable('alice', BY)).to.equal(true);
      await enrolled(panel);
      answer.come();
      await until('the late event', () => panel.events.some((event) => event.late === true));
      await turn();
      expect(flags).to.deep.equal({ alice: true });
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
    });

    it('leaves the flag of who enabled it anew before it was known that it had been disabled', async () => {
      const { client, phone } = await enrolled(panel);
      const answer = holdSwap(panel.store, limit, 2);
      expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(503);
      expect(flags).to.deep.equal({ alice: false });
      await enrolled(panel);
      answer.come();
      await turn();
      expect(flags).to.deep.equal({ alice: true });
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
    });
  });

  describe('disabling', () => {
    it('does not take off what was put in its place in another session meanwhile, and says so', async () => {
      const { client, phone } = await enrolled(panel);
      const other = await loggedIn(panel);
      await other.post('/two-step/verify', { code: phone.nextCode() });
      const { body } = await other.post('/two-step/setup');
      const code = phone.nextCode();
      panel.told();
      onceBefore(false, async () => expect(await confirm(other, body.key)).to.equal(200));
      const answer = await client.post('/two-step/disable', { code });
      expect(answer.status).to.equal(409);
      expect(answer.body.code).to.equal('not-enrolled');
      expect(flags).to.deep.equal({ alice: true });
      expect(await panel.secondFactor.status('alice')).to.include({ enrolled: true, authenticators: 1 });
      expect(panel.told()).to.not.include('disabled');
      expect(await other.me()).to.equal('alice');
    });

    it('leaves no flag where what was put in its place is taken off as well', async () => {
      const { client, phone } = await enrolled(panel);
      const other = await loggedIn(panel);
      await other.post('/two-step/verify', { code: phone.nextCode() });
      const { body } = await other.post('/two-step/setup');
      const code = phone.nextCode();
      onceBefore(false, async () => {
        expect(await confirm(other, body.key)).to.equal(200);
        onceBefore(true, () => panel.secondFactor.admin.disable('alice', BY));
      });
      expect((await client.post('/two-step/disable', { code })).body.code).to.equal('not-enrolled');
      expect(flags).to.deep.equal({ alice: false });
      expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
    });

    it('tells once of two that disable at once', async () => {
      const { client, phone } = await enrolled(panel);
      const code = phone.nextCode();
      onceBefore(false, () => panel.secondFactor.admin.disable('alice', BY));
      expect((await client.post('/two-step/disable', { code })).body.code).to.equal('not-enrolled');
      expect(flags).to.deep.equal({ alice: false });
      expect(panel.told().filter((name) => name === 'disabled')).to.have.length(1);
      expect(await client.me()).to.equal('alice');
    });
  });
});
