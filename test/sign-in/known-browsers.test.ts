import { enroll, loggedIn, phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { expect } from 'chai';
import session from 'express-session';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const HOUR = 3_600_000;

/** Sessions in memory; it cannot save one when it is told so. */
class FailingStore extends session.MemoryStore {
  fails = 0;
  override set(...[id, data, done]: Parameters<session.MemoryStore['set']>): void {
    if (this.fails-- > 0) done?.(new Error('the session store is full'));
    else super.set(id, data, done);
  }
}

/** What became of one sign-in with both steps: the answer, and the device cookie the browser has then. */
interface SignIn {
  readonly said: unknown;
  readonly device: string;
  readonly tab: Client;
}

describe('sign-in/known-browsers', () => {
  let panel: Panel;
  let store: FailingStore;
  let phone: Phone;
  /** Signed in with both steps in a browser that is not known. */
  let owner: Client;

  beforeEach(async () => {
    store = new FailingStore();
    panel = await startPanel({ session: { store }, options: { rememberBrowsers: { days: 30 } } });
    owner = new Client(panel);
    phone = await enroll(panel, 'alice', owner);
  });
  afterEach(stopPanels);

  const said = ({ status, body }: Answer): unknown => body.code ?? body.state ?? body.user ?? status;
  const deviceOf = ({ cookie }: Client): string | undefined =>
    /second-factor-[\w-]+=[\w-]+/.exec(cookie)?.[0];

  /** Signs in, in a browser with a device cookie and no session: with the password and, where asked, with a code. */
  async function signIn(device: string, code: string | Phone = phone, also = {}): Promise<SignIn> {
    const tab = new Client(panel);
    const first = await tab.post('/login', { username: 'alice', password: 'password' }, { cookie: device });
    if (first.body.code !== 'code-required') return { said: said(first), device, tab };
    const body = { code: typeof code === 'string' ? code : code.nextCode(), ...also };
    const second = await tab.post('/two-step/verify', body, { cookie: `${tab.cookie}; ${device}` });
    return { said: said(second), device: deviceOf(tab) ?? device, tab };
  }

  const known = async (): Promise<string> => (await signIn('')).device;
  const remembered = async (device = ''): Promise<string> =>
    (await signIn(device, phone, { rememberBrowser: true })).device;

  /** Types wrong codes, and waits as long as it takes: how many were checked. From 12 on an hour's lock is left. */
  async function guess(device: string, times = 12): Promise<number> {
    let evaluated = 0;
    for (let i = 0; i < times; i++) {
      if (i >= 5) panel.now += HOUR;
      if ((await signIn(device, phone.wrongCode())).said === 'code-invalid') evaluated++;
    }
    return evaluated;
  }

  /** Begins a set-up and confirms it; the new phone. */
  async function setUp(client: Client, wish: object): Promise<Phone> {
    await client.post('/two-step/step-up', { code: phone.nextCode() });
    const { body } = await client.post('/two-step/setup', wish);
    const next = phoneWith(panel, String(body.key));
    expect(said(await client.post('/two-step/setup/confirm', { code: next.nextCode() }))).to.equal(
      'verified',
    );
    return next;
  }

  /** A right code helps nobody who is not known. */
  const strangersAreLocked = async (): Promise<void> => {
    expect((await signIn('')).said).to.equal('locked');
  };

  describe('what the owner does who is told of wrong codes', () => {
    const changes: Record<string, (client: Client) => unknown> = {
      'changes the password': () => userOf(panel).passwordChangedAt++,
      'removes one of two authenticators': async (client) => {
        await setUp(client, { add: true });
        const { authenticators } = (await client.get('/two-step')).body;
        const [, second] = authenticators as { id: string }[];
        expect((await client.post('/two-step/authenticators/remove', { id: second!.id })).status).to.equal(
          200,
        );
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      for (const wrongCodes of [12, 100]) {
        it(`lets the owner in on a known browser who ${what} after ${String(wrongCodes)} wrong codes (B7)`, async () => {
          const device = await known();
          expect(await guess('', wrongCodes)).to.equal(wrongCodes);
          const { tab, device: next } = await signIn(device);
          await change(tab);
          await tab.post('/logout');

          const again = await signIn(next);
          expect(again.said).to.equal('verified');
          expect((await signIn(again.device)).said).to.equal('verified');
          await strangersAreLocked();
        });
      }
    }

    it('lets the owner in on a known browser after a new authenticator, which ends every lock', async () => {
      const device = await known();
      await guess(device);
      expect((await signIn(device)).said).to.equal('locked');
      phone = await setUp(owner, {});
      expect((await signIn(device)).said).to.equal('verified');
    });

    it('gives no browser a fresh budget for another password, or for one authenticator less', async () => {
      const device = await known();
      await guess(device);
      await changes['removes one of two authenticators']!(owner);
      await changes['changes the password']!(owner);
      expect((await signIn(device)).said).to.equal('locked');
      expect((await signIn('')).said).to.equal('verified');
      expect((await signIn(device)).said).to.equal('locked');
    });
  });

  it('remembers none of the others after a sign-in with another password, and knows them all', async () => {
    const devices = [await remembered(), await remembered(), await known()];
    userOf(panel).passwordChangedAt++;
    const used = await signIn(devices[0]!, phone, { rememberBrowser: true });
    expect(used.said).to.equal('verified');
    expect((await used.tab.get('/two-step/browsers')).body.browsers).to.have.length(1);
    expect((await signIn(used.device)).said).to.equal('alice');

    await guess('');
    await strangersAreLocked();
    for (const device of devices.slice(1)) {
      const { said: outcome, tab } = await signIn(device);
      expect(outcome).to.equal('verified');
      expect((await tab.get('/two-step/browsers')).body.browsers).to.have.length(1);
    }
  });

  it('neither knows nor remembers what its owner or an operator has forgotten', async () => {
    const forget: (() => Promise<unknown>)[] = [
      () => owner.post('/two-step/browsers/revoke', { all: true }),
      async () => {
        const [browser] = await panel.secondFactor.admin.browsers('alice');
        return owner.post('/two-step/browsers/revoke', { id: browser!.id });
      },
      () => panel.secondFactor.admin.revokeBrowsers('alice', { by: 'test' }),
    ];
    for (const act of forget) {
      const device = await remembered();
      await owner.post('/two-step/step-up', { code: phone.nextCode() });
      await act();
      await guess('');
      expect((await signIn(device)).said).to.equal('locked');
      await panel.secondFactor.admin.unlock('alice', { by: 'test' });
    }
  });

  it('forgets no budget without a fresh code: who copied a session must not lock the owner out', async () => {
    const device = await remembered();
    const { tab } = await signIn(device);
    expect((await tab.get('/two-step')).body.state).to.equal('remembered');
    panel.now += HOUR;
    const [browser] = await panel.secondFactor.admin.browsers('alice');
    for (const [copied, which] of [
      [tab, { all: true }],
      [owner, { id: browser!.id }],
      [owner, { all: true }],
    ] as const) {
      expect((await copied.post('/two-step/browsers/revoke', which)).status).to.equal(200);
      expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
    }
    const record = await panel.store.get('alice');
    await owner.post('/two-step/browsers/revoke', { all: true });
    expect(await panel.store.get('alice'), 'what changes nothing writes nothing').to.equal(record);
    await guess('');
    await strangersAreLocked();
    expect((await signIn(device)).said).to.equal('verified');
  });

  describe('while the next token is on its way', () => {
    /** A sign-in with a right code whose session could not be saved: the browser keeps the token it had. */
    async function lose(device: string, also = {}): Promise<void> {
      const tab = await loggedIn(panel);
      store.fails = 1;
      const cookie = `${tab.cookie}; ${device}`;
      const answer = await tab.post('/two-step/verify', { code: phone.nextCode(), ...also }, { cookie });
      expect(answer.status).to.equal(500);
      expect(deviceOf(tab)).to.equal(undefined);
    }

    it('knows a browser whose sign-in could not be saved, however often', async () => {
      const device = await known();
      await guess('');
      for (let i = 0; i < 3; i++) await lose(device);
      const again = await signIn(device);
      expect(again.said).to.equal('verified');
      expect((await signIn(again.device)).said).to.equal('verified');
      await strangersAreLocked();
    });

    it('knows a browser after two sign-ins at once, whichever answer comes last', async () => {
      let device = await known();
      const second = await setUp(owner, { add: true });
      await guess('');
      for (const last of [0, 1]) {
        const tabs = await Promise.all([signIn(device, phone.nextCode()), signIn(device, second.nextCode())]);
        expect(tabs.map((tab) => tab.said)).to.deep.equal(['verified', 'verified']);
        const again = await signIn(tabs[last]!.device);
        expect(again.said).to.equal('verified');
        device = again.device;
      }
      await strangersAreLocked();
    });

    it('charges both tokens to one budget', async () => {
      const device = await known();
      const { device: next } = await signIn(device);
      expect(await guess(device)).to.equal(12);
      panel.now += HOUR;
      expect(await guess(next, 5)).to.equal(1);
      expect((await signIn(next)).said).to.equal('locked');
      expect((await signIn('')).said).to.equal('verified');
      await panel.secondFactor.admin.unlock('alice', { by: 'test' });
      expect((await signIn(next)).said).to.equal('verified');
    });

    for (const [how, present] of Object.entries({
      'a right code': (next: string) => signIn(next),
      'a wrong code': (next: string) => guess(next, 1),
      'a sign-in without a code': (next: string) => signIn(next),
    })) {
      it(`knows nobody by a former token once the new one came with ${how}`, async () => {
        const device = await known();
        const rememberBrowser = how === 'a sign-in without a code';
        const { device: next } = await signIn(device, phone, { rememberBrowser });
        await present(next);
        await guess('');
        expect((await signIn(device)).said).to.equal('locked');
      });
    }

    it('writes once when a remembered browser comes with its new token', async () => {
      const { device } = await signIn(await known(), phone, { rememberBrowser: true });
      const before = await panel.store.get('alice');
      expect((await signIn(device)).said).to.equal('alice');
      const after = await panel.store.get('alice');
      expect(after).not.to.equal(before);
      expect((await signIn(device)).said).to.equal('alice');
      expect(await panel.store.get('alice')).to.equal(after);
    });

    it('asks who comes with a former token for a code, also when the box was ticked (F3)', async () => {
      const former = await known();
      const { device } = await signIn(former, phone, { rememberBrowser: true });
      expect((await signIn(former, phone.wrongCode())).said).to.equal('code-invalid');
      expect((await signIn(device)).said).to.equal('alice');
    });

    it('remembers no browser by an answer that was lost', async () => {
      const device = await known();
      await lose(device, { rememberBrowser: true });
      expect((await signIn(device, phone.wrongCode())).said).to.equal('code-invalid');
      const again = await signIn(device, phone, { rememberBrowser: true });
      expect((await signIn(again.device)).said).to.equal('alice');
    });

    it('forgets both tokens together', async () => {
      const former = await known();
      const { device, tab } = await signIn(former, phone, { rememberBrowser: true });
      const { browsers } = (await tab.get('/two-step/browsers')).body as { browsers: { id: string }[] };
      expect(browsers).to.have.length(1);
      await owner.post('/two-step/browsers/revoke', { id: browsers[0]!.id });
      await guess('');
      for (const token of [former, device]) expect((await signIn(token)).said).to.equal('locked');

      // Who was given a token before it was forgotten must not get it back by somebody who is known by it anew.
      await panel.secondFactor.admin.unlock('alice', { by: 'test' });
      expect((await signIn(former)).device).not.to.equal(device);
    });
  });
});
