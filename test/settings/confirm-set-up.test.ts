import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const BY = { by: 'operator' };
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

describe('settings/confirm-set-up', () => {
  afterEach(stopPanels);

  const codeOf = (panel: Panel, key: unknown, milliseconds = 0): string =>
    new TOTP({ secret: Secret.fromBase32(String(key)) }).generate({ timestamp: panel.now + milliseconds });

  /** Begins a set-up; what confirms it, a time step later. */
  async function begin(panel: Panel, client: Client, wish: object = {}) {
    const { body } = await client.post('/two-step/setup', wish);
    panel.now += 30_000;
    const code = codeOf(panel, body.key);
    return async () =>
      (await client.post('/two-step/setup/confirm', { code })).body as Record<string, unknown>;
  }

  /** Does something just before the next swap of a record. */
  function beforeSwap(panel: Panel, act: () => unknown): void {
    const swap = panel.store.compareAndSet.bind(panel.store);
    panel.store.compareAndSet = async (...given) => {
      panel.store.compareAndSet = swap;
      await act();
      return swap(...given);
    };
  }

  it('enables nothing in the place of what was enabled at that moment', async () => {
    const panel = await startPanel();
    const client = await loggedIn(panel);
    const confirm = await begin(panel, client);
    beforeSwap(panel, () => panel.secondFactor.admin.import('alice', { secret: SECRET, ...BY }));
    expect((await confirm()).code).to.equal('already-enrolled');
    expect(panel.told()).to.include('imported').and.not.include('enrolled');
    expect(await client.me(), 'it asks for the code of the other one').to.equal(null);
  });

  describe('while another request comes with the same cookie', () => {
    for (const policy of ['optional', 'required'] as const) {
      it(`shows the recovery codes all the same, to nobody else (${policy})`, async () => {
        let during = (): Promise<unknown> => Promise.resolve();
        const panel = await startPanel({
          options: { policy: () => policy, setEnrolled: () => during().then(() => undefined) },
        });
        const client = new Client(panel);
        await client.login('alice');
        const confirm = await begin(panel, client);
        const { cookie } = client;
        const seen: unknown[] = [];
        during = async () => {
          during = () => Promise.resolve();
          for (const path of ['/me', '/secret', '/two-step', '/two-step/setup']) {
            const { body } = await new Client(panel).get(path, { cookie });
            seen.push(body.user ?? body.code ?? body.state);
          }
          await new Client(panel).post('/two-step/setup/confirm', { code: '000000' }, { cookie });
        };
        panel.told();
        expect((await confirm()).recoveryCodes).to.have.length(10);
        expect(seen).to.have.length(4).and.not.include('alice').and.not.include('verified');
        expect(panel.told()).to.include('enrolled').and.not.include('session-demoted');
        expect(await client.me()).to.equal('alice');
      });
    }
  });

  describe('where the password is changed just before the record is written', () => {
    const change = (panel: Panel): void => void (userOf(panel).passwordChangedAt += 1);

    /** The same with a second factor, and what happens before the change of the record is taken back. */
    async function confirming(wish: object, meanwhile: (panel: Panel) => unknown) {
      const panel = await startPanel();
      const { client, phone } = await enrolled(panel);
      const confirm = await begin(panel, client, wish);
      panel.told();
      beforeSwap(panel, () => {
        change(panel);
        beforeSwap(panel, () => meanwhile(panel));
      });
      return [panel, confirm, phone, client] as const;
    }

    for (const policy of ['optional', 'required'] as const) {
      it(`enables nothing, and tells so nobody (${policy})`, async () => {
        const flags: boolean[] = [];
        const setEnrolled = (_id: string, enrolled: boolean): void => void flags.push(enrolled);
        const panel = await startPanel({ options: { policy: () => policy, setEnrolled } });
        const client = await loggedIn(panel);
        const confirm = await begin(panel, client);
        panel.told();
        beforeSwap(panel, () => change(panel));
        expect((await confirm()).code).to.equal('sign-in-expired');
        expect(await panel.store.get('alice')).to.equal(null);
        expect(flags).to.not.include(true);
        expect(panel.told()).to.not.include('enrolled').and.not.include('signed-in');
        expect(await client.me()).to.equal(null);
        expect((await (await loggedIn(panel)).post('/two-step/setup')).status).to.equal(200);
      });
    }

    for (const wish of [{ add: true }, {}]) {
      it(`${'add' in wish ? 'adds' : 'replaces'} nothing: the owner's code works`, async () => {
        const panel = await startPanel();
        const { client, phone } = await enrolled(panel);
        const confirm = await begin(panel, client, wish);
        panel.told();
        beforeSwap(panel, () => change(panel));
        expect((await confirm()).code).to.equal('sign-in-expired');
        expect(panel.told()).to.deep.equal([]);
        expect((await panel.secondFactor.status('alice')).authenticators).to.equal(1);
        expect((await client.get('/two-step')).body).to.include({ state: 'anonymous' });
        const owner = await loggedIn(panel);
        panel.now += 30_000;
        expect((await owner.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
          'verified',
        );
      });
    }

    for (const wish of [{ add: true }, {}]) {
      const what = 'add' in wish ? 'adds' : 'replaces';

      it(`${what} nothing, whatever wrong codes come before it is taken back`, async () => {
        const [panel, confirm, phone] = await confirming(wish, async ({ secondFactor }) => {
          expect(await secondFactor.verify('alice', '000000')).to.include({ reason: 'code-invalid' });
        });
        expect((await confirm()).code).to.equal('sign-in-expired');
        expect(panel.told()).to.deep.equal(['code-refused']);
        expect((await panel.secondFactor.status('alice')).authenticators).to.equal(1);
        expect(await panel.secondFactor.verify('alice', phone.nextCode())).to.include({ ok: true });
      });
    }

    it('adds nothing, and keeps what its owner did meanwhile', async () => {
      const [panel, confirm, phone] = await confirming({ add: true }, async ({ secondFactor }) => {
        expect(await secondFactor.verify('alice', phone.nextCode())).to.include({ ok: true });
      });
      expect((await confirm()).code).to.equal('sign-in-expired');
      expect(panel.told()).to.deep.equal(['code-accepted']);
      expect((await panel.secondFactor.status('alice')).authenticators).to.equal(1);
      panel.now -= 30_000;
      expect(await panel.secondFactor.verify('alice', phone.nextCode())).to.include({
        reason: 'code-already-used',
      });
    });

    it('tells what was added, where the others were removed before it could be taken back', async () => {
      const [panel, confirm, , client] = await confirming({ add: true }, async () => {
        // Of a request that was let in under the old password.
        userOf(panel).passwordChangedAt--;
        const [copy, { cookie }] = [new Client(panel), client];
        const { authenticators } = (await copy.get('/two-step', { cookie })).body as {
          authenticators: object[];
        };
        const removed = await copy.post('/two-step/authenticators/remove', authenticators[0], { cookie });
        expect(removed.status).to.equal(200);
        userOf(panel).passwordChangedAt++;
      });
      expect((await confirm()).code).to.equal('sign-in-expired');
      expect(panel.told()).to.deep.equal(['authenticator-removed', 'authenticator-added']);
    });

    it('keeps and tells what it cannot take back', async () => {
      const panel = await startPanel();
      const confirm = await begin(panel, await loggedIn(panel));
      panel.told();
      beforeSwap(panel, () => {
        change(panel);
        const swap = panel.store.compareAndSet.bind(panel.store);
        panel.store.compareAndSet = (id, expected, next) =>
          expected === null ? swap(id, expected, next) : Promise.reject(new Error('down'));
      });
      expect((await confirm()).code).to.equal('sign-in-expired');
      expect(panel.told()).to.include('enrolled');
      expect(await panel.store.get('alice')).to.not.equal(null);
    });
  });

  it('ends a sign-in that had to enable one when it was enabled elsewhere at that moment', async () => {
    const panel = await startPanel({ options: { policy: () => 'required' } });
    const client = await loggedIn(panel);
    const confirm = await begin(panel, client);
    beforeSwap(panel, () => panel.secondFactor.admin.import('alice', { secret: SECRET, ...BY }));
    expect((await confirm()).code).to.equal('sign-in-expired');
    const ended = panel.events.filter(({ name }) => name === 'sign-in-ended').at(-1);
    expect(ended).to.include({ accountId: 'alice', reason: 'account-changed' });
    expect(await client.me()).to.equal(null);
  });

  it('ends such a sign-in before it shows anything, when one is there already', async () => {
    const panel = await startPanel({ options: { policy: () => 'required' } });
    const client = await loggedIn(panel);
    await panel.secondFactor.admin.import('alice', { secret: SECRET, ...BY });
    expect((await client.post('/two-step/setup')).body.code).to.equal('sign-in-expired');
    expect(panel.events.at(-1)).to.include({ name: 'sign-in-ended', reason: 'account-changed' });
  });

  it('reports a store that is away while somebody must enable one', async () => {
    const panel = await startPanel({ options: { policy: () => 'required' } });
    const client = await loggedIn(panel);
    panel.told();
    panel.store.get = () => Promise.reject(new Error('down'));
    expect((await client.post('/two-step/setup')).body.code).to.equal('store-unavailable');
    expect(panel.told()).to.deep.equal(['store-unavailable']);
  });

  it('adds or replaces nothing of an enrollment that is another one by then', async () => {
    for (const wish of [{ add: true }, {}]) {
      const panel = await startPanel();
      const { client } = await enrolled(panel);
      const confirm = await begin(panel, client, wish);
      beforeSwap(panel, async () => {
        await panel.secondFactor.admin.disable('alice', BY);
        await panel.secondFactor.admin.import('alice', { secret: SECRET, ...BY });
      });
      expect((await confirm()).code, JSON.stringify(wish)).to.equal('not-enrolled');
      expect(await panel.secondFactor.status('alice')).to.include({
        authenticators: 1,
        recoveryCodesLeft: 0,
      });
    }
  });

  it('adds none beyond five, also when the fifth came from elsewhere meanwhile', async () => {
    const panel = await startPanel();
    const { client, phone } = await enrolled(panel);
    for (let count = 1; count < 4; count++) await (await begin(panel, client, { add: true }))();
    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code: phone.nextCode() });
    const late = await begin(panel, other, { add: true });
    await (
      await begin(panel, client, { add: true })
    )();
    expect((await late()).code).to.equal('authenticator-limit');
    expect((await panel.secondFactor.status('alice')).authenticators).to.equal(5);
  });

  it('takes no code for a set-up that another tab has put another in the place of', async () => {
    const panel = await startPanel();
    const { client } = await enrolled(panel);
    const added = (await client.post('/two-step/setup', { add: true })).body;
    const replacing = (await client.post('/two-step/setup')).body;
    expect(added.id).to.be.a('string').and.not.equal(replacing.id);
    panel.now += 30_000;
    const confirm = async (setup: typeof added, id: unknown) =>
      (await client.post('/two-step/setup/confirm', { code: codeOf(panel, setup.key), id })).body as Record<
        string,
        unknown
      >;
    expect((await confirm(added, added.id)).code).to.equal('setup-expired');
    expect((await confirm(replacing, [replacing.id])).code).to.equal('setup-expired');
    expect((await client.get('/two-step/setup')).body.id).to.equal(replacing.id);
    expect(await confirm(replacing, replacing.id)).to.include({ state: 'verified' });
    const { body: next } = await client.post('/two-step/setup');
    expect(await confirm(next, null), 'where a program names none').to.include({ state: 'verified' });
  });

  it('tells the second of two confirmations of one set-up that it is over', async () => {
    const panel = await startPanel();
    const { client } = await enrolled(panel);
    const confirm = await begin(panel, client, { add: true });
    panel.told();
    let second: Promise<Record<string, unknown>> | undefined;
    beforeSwap(panel, async () => {
      second = confirm();
      await second;
    });
    expect((await confirm()).code).to.equal('setup-expired');
    expect(await second).to.include({ state: 'verified' });
    expect(panel.told().filter((name) => name === 'authenticator-added')).to.have.length(1);
  });

  it('tells every code that is refused, by how much a clock is off, and when it drops the set-up', async () => {
    const panel = await startPanel();
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    panel.told();
    const confirm = async (code: string) =>
      (await client.post('/two-step/setup/confirm', { code })).body as Record<string, unknown>;
    const refused = { name: 'code-refused', accountId: 'alice', operation: 'setup' };
    expect(await confirm('abc')).to.include({ code: 'code-malformed' });
    expect(panel.events.at(-1)).to.include({ ...refused, reason: 'code-malformed' });
    expect(await confirm(codeOf(panel, body.key, 10 * 60_000))).to.include({
      code: 'clock-skew',
      minutes: 10,
    });
    expect(panel.events.at(-1)).to.include({ ...refused, reason: 'clock-skew' });
    expect((await panel.stored(client))?.passportSecondFactor).to.have.nested.property('setup.failures', 0);
    for (let wrong = 1; wrong <= 10; wrong++) {
      const answer = await confirm('000000');
      expect(answer).to.include({ code: 'code-invalid' }).and.not.have.property('minutes');
      expect(panel.events.filter(({ name }) => name === 'setup-ended')).to.have.length(wrong === 10 ? 1 : 0);
    }
    expect(panel.events.at(-1)).to.include({ name: 'setup-ended', accountId: 'alice', reason: 'attempts' });
    expect((await confirm('000000')).code).to.equal('setup-expired');
  });

  it('keeps of the session what it was: how old the password is, and where its user wanted to go', async () => {
    const panel = await startPanel();
    const client = await loggedIn(panel);
    const { passwordAt } = (await panel.stored(client))!.passportSecondFactor!;
    await client.get('/secret?x', { accept: 'text/html' });
    const confirm = await begin(panel, client);
    expect(await confirm()).to.include({ returnTo: '/secret?x' });
    expect((await panel.stored(client))?.passportSecondFactor).to.deep.include({
      state: 'verified',
      passwordAt,
      factorAt: panel.now,
    });
  });

  it('tells of a set-up that was cancelled, and of none where there was none', async () => {
    const panel = await startPanel();
    const client = await loggedIn(panel);
    panel.told();
    expect((await client.post('/two-step/setup/cancel')).status).to.equal(200);
    expect(panel.told()).to.deep.equal([]);
    await client.post('/two-step/setup');
    await client.post('/two-step/setup/cancel');
    expect(panel.told()).to.deep.equal(['setup-started', 'setup-ended']);
    expect(panel.events.at(-1)).to.include({ reason: 'cancelled' });
    expect((await client.get('/two-step/setup')).body.code).to.equal('setup-expired');
  });

  it('begins anew where the key is gone that the unfinished set-up was sealed with', async () => {
    const panel = await startPanel();
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const rotated = await startPanel({
      session: { store: panel.sessionStore },
      options: {
        keys: [randomBytes(32).toString('base64')],
        account: ({ id, login }) => ({ id, name: login }),
        policy: () => 'optional',
      },
    });
    const again = new Client(rotated);
    const { cookie } = client;
    // Without a stamp the session of the old key would be over.
    const state = (await panel.stored(client))!;
    const session = { ...state, passportSecondFactor: { ...state.passportSecondFactor, stamp: null } };
    await new Promise((done) =>
      panel.sessionStore.set(
        decodeURIComponent(cookie).split('s:')[1]!.split('.')[0]!,
        session as never,
        done,
      ),
    );
    expect((await again.get('/two-step/setup', { cookie })).body.code).to.equal('setup-expired');
    const fresh = (await again.post('/two-step/setup', {}, { cookie })).body;
    expect(fresh.key).to.be.a('string').and.not.equal(body.key);
  });

  it('says on its page whether the new authenticator is the first, one more, or takes the place of others', async () => {
    const pages: Page[] = [];
    const panel = await startPanel({
      options: {
        issuer: ({ id, name }) => `Panel of ${name} ${id}`,
        render: (_req, res, page) => {
          pages.push(page);
          res.end();
        },
      },
    });
    const html = { accept: 'text/html' };
    const kind = async (client: Client): Promise<unknown> => {
      await client.get('/two-step/setup', html);
      const page = pages.at(-1);
      return page?.name === 'setup' ? [page.model.kind, page.model.issuer] : page?.name;
    };
    const issuer = 'Panel of alice alice';
    const first = await loggedIn(panel);
    await first.post('/two-step/setup');
    expect(await kind(first)).to.deep.equal(['first', issuer]);
    const { client } = await enrolled(panel);
    await client.post('/two-step/setup', { add: true });
    expect(await kind(client)).to.deep.equal(['added', issuer]);
    await client.post('/two-step/setup');
    expect(await kind(client)).to.deep.equal(['replacing', issuer]);
  });
});
