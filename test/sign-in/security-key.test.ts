import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Policy } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, said } from '../support/people.js';
import { ORIGIN, addKey, askedBy, keyOwner, startKeyPanel, waiting } from '../support/key-panel.js';
import { holdSwap } from '../support/late-swap.js';
import { SoftKey } from '../support/soft-key.js';
import { timeLimit } from '../support/time-limit.js';

const STOPPED = 2 ** 32 - 1;
const limit = timeLimit();

describe('signing in with a security key', () => {
  let panel: Panel;
  beforeEach(async () => {
    panel = await startKeyPanel();
  });
  afterEach(stopPanels);

  const verify = (client: Client, credential: unknown) => client.post('/two-step/verify', { credential });

  it('asks after the password, says which ways there are, and signs in', async () => {
    const { key } = await keyOwner(panel);
    const client = new Client(panel);
    const parked = await client.login('alice');
    expect(parked.status).to.equal(401);
    expect(parked.body).to.deep.include({
      code: 'code-required',
      methods: ['security-key', 'recovery-code'],
    });
    expect(await client.me()).to.equal(null);
    panel.told();
    const { body } = await verify(client, key.get(askedBy(parked)));
    expect(body).to.deep.equal({ state: 'verified', returnTo: '/' });
    expect(await client.me()).to.equal('alice');
    expect(panel.told()).to.deep.equal(['security-key-used', 'signed-in']);
    expect((await client.get('/two-step')).body).to.deep.include({
      amr: ['pwd', 'pop', 'user', 'mfa'],
      userVerified: true,
    });
  });

  it('asks both where there is an app as well, and takes either', async () => {
    const { client, phone } = await enrolled(panel);
    const key = await addKey(client);
    const first = await waiting(panel);
    expect((await first.client.get('/two-step/verify')).body.methods).to.deep.equal([
      'security-key',
      'otp',
      'recovery-code',
    ]);
    expect((await verify(first.client, key.get(first.asked))).status).to.equal(200);
    const second = await waiting(panel);
    expect((await second.client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });

  it('says what the key verified, and nothing that is only claimed (M6)', async () => {
    const { key } = await keyOwner(panel);
    const { client, asked } = await waiting(panel);
    const credential = { ...key.get(asked, { flags: 1 }), userVerified: true };
    expect((await verify(client, credential)).status).to.equal(200);
    expect((await client.get('/two-step')).body).to.include({ userVerified: false });
  });

  describe('lets one assertion in once (M1)', () => {
    it('in two cookie jars at once', async () => {
      const { key } = await keyOwner(panel);
      const { client, asked } = await waiting(panel);
      const copy = new Client(panel);
      const credential = key.get(asked);
      const both = await Promise.all([
        verify(client, credential),
        copy.post('/two-step/verify', { credential }, { cookie: client.cookie }),
      ]);
      expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 401]);
    });

    it('in two processes on one store', async () => {
      const { key } = await keyOwner(panel);
      const { client, asked } = await waiting(panel);
      const credential = key.get(asked);
      // The record as it was, as a process sees it that has read it before.
      const before = await panel.store.get('alice');
      expect((await verify(client, credential)).status).to.equal(200);
      expect(await panel.store.compareAndSet('alice', before, before)).to.equal(false);
      const other = await waiting(panel);
      const replayed = await verify(other.client, credential);
      expect(replayed.body).to.include({ code: 'assertion-invalid' });
      expect(await other.client.me()).to.equal(null);
    });

    it('and thirty at once make one session', async () => {
      const { key } = await keyOwner(panel);
      const { client, asked } = await waiting(panel);
      const credential = key.get(asked);
      const { cookie } = client;
      const answers = await Promise.all(
        Array.from({ length: 30 }, () =>
          new Client(panel).post('/two-step/verify', { credential }, { cookie }),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      expect(answers.map(said)).to.not.include('security-key-stopped');
    });
  });

  it('has the earlier of two open sign-ins press once more, without an alarm', async () => {
    const { key } = await keyOwner(panel);
    const first = await waiting(panel);
    panel.now += 1000;
    const second = await waiting(panel);
    expect((await verify(second.client, key.get(second.asked))).status).to.equal(200);
    panel.told();
    const late = await verify(first.client, key.get(first.asked));
    expect(late.body.code).to.equal('assertion-already-used');
    expect(panel.told()).to.deep.equal(['security-key-refused']);
    const again = askedBy(await first.client.get('/two-step/verify'));
    expect(again.challenge).to.not.equal(first.asked.challenge);
    expect((await verify(first.client, key.get(again))).status).to.equal(200);
  });

  it('lets the owner in by another press where the store told too late that the first one counted', async () => {
    const late = await startKeyPanel({ storeTimeoutMs: limit.ms });
    const { key } = await keyOwner(late);
    const { client, asked } = await waiting(late);
    const answer = holdSwap(late.store, limit);
    expect((await verify(client, key.get(asked))).body.code).to.equal('store-unavailable');
    answer.come();
    expect(await client.me()).to.equal(null);
    const refused = await verify(client, key.get(asked));
    expect(refused.body.code).to.equal('assertion-already-used');
    const again = askedBy(await client.get('/two-step/verify'));
    expect((await verify(client, key.get(again))).status).to.equal(200);
    expect(late.events.filter(({ late: told }) => told).map(({ name }) => name)).to.deep.equal([
      'security-key-used',
    ]);
  });

  it('takes a step-up and a sign-in that were open at once, whichever comes first', async () => {
    const { client: owner, key } = await keyOwner(panel);
    const stepUp = askedBy(await owner.get('/two-step/step-up'));
    panel.now += 1000;
    const { client, asked } = await waiting(panel);
    expect((await verify(client, key.get(asked))).status).to.equal(200);
    const tooOld = await owner.post('/two-step/step-up', { credential: key.get(stepUp) });
    expect(tooOld.body.code).to.equal('assertion-already-used');
    const again = askedBy(await owner.get('/two-step/step-up'));
    expect((await owner.post('/two-step/step-up', { credential: key.get(again) })).status).to.equal(200);
    expect(await client.me()).to.equal('alice');
  });

  it('goes on when the clock was set back by an hour', async () => {
    const { key } = await keyOwner(panel);
    panel.now -= 3_600_000;
    const { client, asked } = await waiting(panel);
    expect((await verify(client, key.get(asked))).status).to.equal(200);
  });

  it('costs one read and one swap, and a challenge no record', async () => {
    const { key } = await keyOwner(panel);
    const calls = { get: 0, compareAndSet: 0 };
    const { get, compareAndSet } = panel.store;
    panel.store.get = (...given) => {
      calls.get += 1;
      return get.apply(panel.store, given);
    };
    panel.store.compareAndSet = (...given) => {
      calls.compareAndSet += 1;
      return compareAndSet.apply(panel.store, given);
    };
    const { client, asked } = await waiting(panel);
    expect(calls).to.deep.equal({ get: 1, compareAndSet: 0 });
    await client.get('/two-step/verify');
    expect(calls).to.deep.equal({ get: 1, compareAndSet: 0 });
    await verify(client, key.get(asked));
    expect(calls).to.deep.equal({ get: 2, compareAndSet: 1 });
  });

  describe('refuses, and changes nothing (M2, M4)', () => {
    it('the challenge of another session, of an earlier sign-in and of a step-up', async () => {
      const { client: owner, key } = await keyOwner(panel);
      const other = await waiting(panel);
      const { client, asked: earlier } = await waiting(panel);
      await client.post('/two-step/cancel');
      const asked = askedBy(await client.login('alice'));
      const stepUp = askedBy(await owner.get('/two-step/step-up'));
      const before = await panel.store.get('alice');
      for (const wrong of [other.asked, earlier, stepUp]) {
        expect((await verify(client, key.get(wrong))).body.code).to.equal('assertion-invalid');
      }
      expect(await panel.store.get('alice')).to.equal(before);
      expect((await verify(client, key.get(asked))).status).to.equal(200);
    });

    it('what was signed for another flow', async () => {
      const { client: owner, key } = await keyOwner(panel);
      const asked = askedBy(await owner.get('/two-step/step-up'));
      const asCreation = key.get(asked, { type: 'webauthn.create' });
      const { body } = await owner.post('/two-step/step-up', { credential: asCreation });
      expect(body.code).to.equal('assertion-invalid');
    });

    it('keys of another account, removed a moment ago, and unknown ones in the same words', async () => {
      const { client: owner, key } = await keyOwner(panel);
      const spare = await addKey(owner);
      const { key: bobs } = await keyOwner(panel, 'bob');
      const { client, asked } = await waiting(panel);
      const { body } = await owner.get('/two-step');
      const [, second] = body.securityKeys as { credentialId: string }[];
      expect(second?.credentialId).to.equal(spare.id);
      const words = [];
      for (const wrong of [bobs, new SoftKey(ORIGIN)])
        words.push((await verify(client, wrong.get(asked))).text);
      expect(new Set(words).size).to.equal(1);
      await owner.post('/two-step/security-keys/remove', { id: spare.id });
      // Another enrollment by then: the sign-in itself is over.
      expect((await verify(client, spare.get(asked))).body.code).to.equal('sign-in-expired');
      const again = await waiting(panel);
      expect((await verify(again.client, key.get(again.asked))).status).to.equal(200);
    });

    for (const [what, credential] of [
      ['nothing', null],
      ['a text', 'x'],
      ['a list', []],
      ['an object without parts', {}],
      ['a number', 7],
    ] as const) {
      it(`${what} as a credential`, async () => {
        await keyOwner(panel);
        const { client } = await waiting(panel);
        expect((await verify(client, credential)).status).to.be.oneOf([400, 401]);
        expect(await client.me()).to.equal(null);
      });
    }

    it('a password alone, whatever is sent beside it', async () => {
      await keyOwner(panel);
      const { client } = await waiting(panel);
      expect((await client.post('/two-step/verify', {})).body.code).to.equal('code-malformed');
      expect((await client.post('/two-step/verify', { credential: '' })).body.code).to.equal(
        'code-malformed',
      );
      expect(await client.me()).to.equal(null);
    });
  });

  describe('a counter that goes back (M5, M12)', () => {
    let owner: Client;
    let key: SoftKey;
    beforeEach(async () => {
      owner = new Client(panel);
      await owner.login('alice');
      key = new SoftKey(ORIGIN);
      key.counter = 5;
      await addKey(owner, key);
    });

    it('stops the key in both hands, tells once, and its owner removes it', async () => {
      const app = (await owner.post('/two-step/setup', { add: true })).body;
      expect(app.key).to.be.a('string');
      const copied = await waiting(panel);
      panel.told();
      const refused = await verify(copied.client, key.get(copied.asked, { counter: 5 }));
      expect(refused.body.code).to.equal('security-key-stopped');
      expect(panel.told()).to.deep.equal(['security-key-refused', 'security-key-stopped']);
      const { client, asked } = await waiting(panel);
      for (const counter of [6, 1000, STOPPED, 0]) {
        expect((await verify(client, key.get(asked, { counter }))).body.code).to.equal(
          'security-key-stopped',
        );
      }
      expect(panel.told()).to.not.include('security-key-stopped');
      const { body } = await owner.get('/two-step');
      expect((body.securityKeys as { stopped: boolean }[]).map(({ stopped }) => stopped)).to.deep.equal([
        true,
      ]);
    });

    it('is raised by a copy that counts as far as any can, which lets it in nowhere', async () => {
      const copied = await waiting(panel);
      panel.told();
      const refused = await verify(copied.client, key.get(copied.asked, { counter: STOPPED }));
      expect(refused.body.code).to.equal('security-key-stopped');
      expect(panel.told()).to.deep.equal(['security-key-refused', 'security-key-stopped']);
      expect(await copied.client.me()).to.equal(null);
    });

    it('is not raised by a forged signature', async () => {
      const { client, asked } = await waiting(panel);
      const forged = key.get(asked, { counter: 1, signature: Buffer.alloc(70, 1) });
      expect((await verify(client, forged)).body.code).to.equal('assertion-invalid');
      expect((await verify(client, key.get(asked))).status).to.equal(200);
    });

    it('is none where the key counts nothing, as synced passkeys do', async () => {
      const passkey = await addKey(owner);
      for (let i = 0; i < 3; i++) {
        const { client, asked } = await waiting(panel);
        expect((await verify(client, passkey.get(asked))).status).to.equal(200);
      }
    });
  });

  it('clears the wait that wrong codes have brought, and is not stopped by it', async () => {
    const { client, phone } = await enrolled(panel);
    const key = await addKey(client);
    const guesser = await waiting(panel);
    for (let i = 0; i < 5; i++) await guesser.client.post('/two-step/verify', { code: '000000' });
    panel.now += 30_000;
    await guesser.client.post('/two-step/verify', { code: '000000' });
    expect((await guesser.client.post('/two-step/verify', { code: phone.nextCode() })).body.code).to.equal(
      'locked',
    );
    const { client: owner, asked } = await waiting(panel);
    expect((await verify(owner, key.get(asked))).status).to.equal(200);
    const next = await waiting(panel);
    expect((await next.client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });

  it('charges no budget for signatures that are wrong', async () => {
    await keyOwner(panel);
    const { client, asked } = await waiting(panel);
    const stranger = new SoftKey(ORIGIN);
    for (let i = 0; i < 20; i++) await verify(client, stranger.get(asked));
    expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
  });

  it('under a policy of keys alone remembers no browser, shows no box for it, and tells nobody that it did', async () => {
    let policy: Policy = 'optional';
    panel = await startKeyPanel({ policy: () => policy, rememberBrowsers: { days: 30 } });
    const { key } = await keyOwner(panel);
    panel.now += 1000;
    const { client: before } = await waiting(panel);
    expect((await before.open('/two-step/verify')).text).to.include('name="rememberBrowser"');
    policy = { phishingResistant: true };
    const { client, asked } = await waiting(panel);
    expect((await client.open('/two-step/verify')).text).not.to.include('name="rememberBrowser"');
    panel.told();
    await client.post('/two-step/verify', { credential: key.get(asked), rememberBrowser: true });
    expect(panel.told()).to.deep.equal(['security-key-used', 'signed-in']);
    expect((await panel.secondFactor.status('alice')).rememberedBrowsers).to.equal(0);
    expect(client.cookie, 'it is known').to.include('second-factor-');
    policy = 'optional';
    await client.post('/logout');
    expect((await client.login('alice')).body.code).to.equal('code-required');
  });

  it('lets no key in where the option is gone, and never takes the account for one without a second factor', async () => {
    const keys = [randomBytes(32).toString('base64')];
    const store = memoryStore();
    const before = await startKeyPanel({ keys, store });
    const { key } = await keyOwner(before);
    const without = await startKeyPanel({ keys, store, webauthn: undefined });
    const client = new Client(without);
    const parked = await client.login('alice');
    expect(parked.body).to.deep.include({ code: 'code-required', methods: ['recovery-code'] });
    expect(parked.body).to.not.have.property('publicKey');
    const asked = { challenge: 'x', rpId: 'localhost' };
    expect((await verify(client, key.get(asked))).body.code).to.equal('code-malformed');
    expect((await client.get('/two-step/security-keys')).status).to.equal(404);
    expect(await client.me()).to.equal(null);
  });
});
