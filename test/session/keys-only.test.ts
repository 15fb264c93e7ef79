import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import type { Policy } from 'passport-second-factor';
import { webauthn } from 'passport-second-factor/webauthn';
import { Client } from '../support/client.js';
import { rejection } from '../support/rejection.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enable, enrolled, phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';
import {
  ORIGIN,
  addKey,
  askedBy,
  creationFor,
  keyOwner,
  startKeyPanel,
  waiting,
} from '../support/key-panel.js';
import { SoftKey } from '../support/soft-key.js';

const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

describe('a policy that only a security key meets (M8)', () => {
  let panel: Panel;
  let policy: Policy;
  beforeEach(async () => {
    policy = { phishingResistant: true };
    panel = await startKeyPanel({ policy: () => policy, rememberBrowsers: { days: 30 } });
  });
  afterEach(stopPanels);

  it('has who has nothing add a key before anybody is signed in, and no app', async () => {
    const client = new Client(panel);
    const parked = await client.login('alice');
    expect(parked.body).to.include({ code: 'enrollment-required', setup: '/two-step/security-keys' });
    expect((await client.post('/two-step/setup')).body.code).to.equal('security-key-required');
    expect((await client.get('/two-step/setup', PAGE)).headers.location).to.equal('/two-step/security-keys');
    expect(await client.me()).to.equal(null);
    await addKey(client);
    expect(await client.me()).to.equal('alice');
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('opens nothing by a code in a process of the same accounts without the option webauthn, and says what is missing', async () => {
    policy = 'optional';
    const options = { policy: () => policy, keys: [randomBytes(32).toString('base64')] };
    const one = await startKeyPanel(options);
    const { client, phone, recoveryCodes } = await enrolled(one);
    await addKey(client);
    policy = { phishingResistant: true };
    const other = await startPanel({ store: one.store, options });
    for (const code of [phone.nextCode(), recoveryCodes[0]]) {
      const refused = await rejection(other.secondFactor.verify('alice', code));
      expect(refused).to.include({ code: 'option-invalid' });
      expect(refused.message).to.contain('need the option webauthn');
    }
    expect(other.told()).to.deep.equal([]);
    const answer = await new Client(other).post('/login', { username: 'alice', password: 'password' });
    expect(answer.status).to.equal(500);
  });

  it('lets no app be confirmed that was being set up when it came', async () => {
    policy = 'required';
    const client = new Client(panel);
    await client.login('alice');
    const { body } = await client.post('/two-step/setup');
    policy = { phishingResistant: true };
    panel.told();
    const confirmed = await client.post('/two-step/setup/confirm', {
      code: phoneWith(panel, String(body.key)).code(),
    });
    expect(confirmed.body.code).to.equal('security-key-required');
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(null);
    expect((await client.post('/two-step/setup')).body.code).to.equal('security-key-required');
    expect((await client.get('/two-step/setup', PAGE)).headers.location).to.equal('/two-step/security-keys');
    await addKey(client);
    expect(await client.me()).to.equal('alice');
  });

  it('lets who has an app add a key after its code, and nothing else', async () => {
    policy = 'optional';
    const { phone } = await enrolled(panel);
    policy = { phishingResistant: true };
    const { client } = await waiting(panel);
    const given = await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(given.body).to.deep.equal({ state: 'must-enroll', securityKeys: '/two-step/security-keys' });
    const { body } = await client.get('/two-step');
    expect(body).to.include({ state: 'must-enroll', setup: '/two-step/security-keys' });
    expect(await client.me()).to.equal(null);
    expect((await client.get('/secret')).status).to.not.equal(200);
    expect((await client.post('/two-step/setup')).body.code).to.equal('security-key-required');
    const key = await addKey(client);
    expect(await client.me()).to.equal('alice');
    const next = await waiting(panel);
    expect((await next.client.post('/two-step/verify', { code: phone.nextCode() })).body.code).to.equal(
      'security-key-required',
    );
    expect((await next.client.post('/two-step/verify', { credential: key.get(next.asked) })).status).to.equal(
      200,
    );
  });

  it('lets no key be added by a sign-in that was cancelled while its code was checked', async () => {
    policy = 'optional';
    const { phone } = await enrolled(panel);
    policy = { phishingResistant: true };
    const { client } = await waiting(panel);
    const swap = panel.store.compareAndSet.bind(panel.store);
    panel.store.compareAndSet = async (...args) => {
      await client.copy().post('/two-step/cancel');
      return swap(...args);
    };
    const given = await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(given.body.code).to.equal('sign-in-expired');
    expect((await client.get('/two-step')).body.state).to.equal('anonymous');
  });

  describe('where the account gets a key while somebody else has given its code', () => {
    let owner: Client;
    let phone: Phone;
    beforeEach(async () => {
      policy = 'optional';
      ({ client: owner, phone } = await enrolled(panel));
      policy = { phishingResistant: true };
      expect((await owner.get('/two-step')).body.state).to.equal('must-enroll');
      await owner.get('/two-step/security-keys');
      panel.now += 1000;
    });

    it('ends the sign-in that could add one', async () => {
      const { client } = await waiting(panel);
      await client.post('/two-step/verify', { code: phone.nextCode() });
      const { publicKey } = (await client.get('/two-step/security-keys')).body;
      await addKey(owner);
      const credential = new SoftKey(ORIGIN).create(publicKey);
      const refused = await client.post('/two-step/security-keys', { credential });
      expect(refused.body.code).to.equal('sign-in-expired');
      expect((await panel.secondFactor.status('alice')).securityKeys).to.have.length(1);
    });

    it('adds one of two at one moment', async () => {
      const { client } = await waiting(panel);
      await client.post('/two-step/verify', { code: phone.nextCode() });
      const both = await Promise.allSettled([addKey(owner), addKey(client)]);
      expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      expect((await panel.secondFactor.status('alice')).securityKeys).to.have.length(1);
    });

    it('ends the sign-in that was parked before', async () => {
      const { client } = await waiting(panel);
      await addKey(owner);
      const refused = await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(refused.body.code).to.equal('sign-in-expired');
      expect((await client.get('/two-step')).body.state).to.equal('anonymous');
    });
  });

  it('takes no code for anything in a session by a key, which stays one', async () => {
    policy = 'optional';
    const { client, phone } = await enrolled(panel);
    await addKey(client);
    policy = { phishingResistant: true };
    const before = await panel.store.get('alice');
    for (const path of ['/two-step/step-up', '/two-step/recovery-codes']) {
      const refused = await client.post(path, { code: phone.nextCode() });
      expect(refused.body.code).to.equal('security-key-required');
    }
    expect(await panel.store.get('alice')).to.equal(before);
    expect((await client.get('/two-step')).body.state).to.equal('verified');
  });

  it('lets an app be added in a session by a key, which stays one', async () => {
    const { client } = await keyOwner(panel);
    await enable(panel, client);
    const { body } = await client.get('/two-step');
    expect(body).to.include({ state: 'verified', userVerified: true });
    expect(body.authenticators).to.have.length(1);
    panel.now += 60_000;
    const replaced = await client.post('/two-step/setup');
    const phone = phoneWith(panel, String(replaced.body.key));
    await client.post('/two-step/setup/confirm', { code: phone.code() });
    expect((await client.get('/two-step')).body).to.include({
      state: 'verified',
      verifiedAt: body.verifiedAt,
    });
  });

  it('shows no field for codes in the settings, and says that recovery codes do not work', async () => {
    const added = new Client(panel);
    await added.login('alice');
    const credential = new SoftKey(ORIGIN).create(await creationFor(added));
    const first = await added.submit('/two-step/security-keys', { credential: JSON.stringify(credential) });
    expect(first.text).to.include('They do not work as long as').and.not.include('your phone');
    for (const [login, app] of Object.entries({ alice: false, bob: true })) {
      policy = 'optional';
      const client = app ? (await enrolled(panel, login)).client : added;
      if (app) await addKey(client);
      const open = (await client.get('/two-step', PAGE)).text;
      policy = { phishingResistant: true };
      const { text } = await client.get('/two-step', PAGE);
      expect(open)
        .to.include(app ? 'name="code"' : 'once without your key')
        .and.not.include('do not work');
      expect(text).to.include('They do not work as long as').and.not.include('name="code"');
      expect(text).to.include('your password and a passkey or security key');
    }
  });

  it('takes no code where no session is, and costs none', async () => {
    policy = 'optional';
    const { phone } = await enrolled(panel);
    policy = { phishingResistant: true };
    const before = await panel.store.get('alice');
    const outcome = await panel.secondFactor.verify('alice', phone.nextCode());
    expect(outcome).to.deep.equal({ ok: false, reason: 'security-key-required' });
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('lets a key be added below a strategy that fires on every request', async () => {
    let fires = false;
    const always = await startKeyPanel(
      { policy: () => policy },
      {
        beforeRouter: (made) => {
          knows(made, 'always', () => (fires ? 'alice' : undefined));
          made.app.use((req, res, next) => {
            (made.passport.authenticate('always') as RequestHandler)(req, res, next);
          });
        },
      },
    );
    policy = 'optional';
    const { phone } = await enrolled(always);
    policy = { phishingResistant: true };
    const { client } = await waiting(always);
    fires = true;
    await client.post('/two-step/verify', { code: phone.nextCode() });
    await addKey(client);
    expect(await client.me()).to.equal('alice');
  });

  it('takes no recovery code, and costs none, where there is a key', async () => {
    const { client } = await keyOwner(panel);
    const asked = askedBy(await client.get('/two-step/step-up'));
    expect(asked.challenge).to.be.a('string');
    const before = await panel.store.get('alice');
    const { client: lost } = await waiting(panel);
    const refused = await lost.post('/two-step/verify', { code: '0000-0000-0000-0000-0000-0000' });
    expect(refused.body.code).to.equal('security-key-required');
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('ends sessions by a code when it comes: to the key, or to adding one', async () => {
    policy = 'optional';
    const { client, phone } = await enrolled(panel);
    policy = { phishingResistant: true };
    expect((await client.get('/two-step')).body.state).to.equal('must-enroll');
    expect(panel.told()).to.include('session-demoted');
    await addKey(client);
    policy = 'optional';
    const { client: byCode } = await waiting(panel);
    await byCode.post('/two-step/verify', { code: phone.nextCode() });
    policy = { phishingResistant: true };
    expect((await byCode.get('/two-step')).body.state).to.equal('pending');
  });

  it('has who removed the last key add one, and shows no form for codes meanwhile', async () => {
    const { client, key } = await keyOwner(panel);
    const { body } = await client.post('/two-step/setup');
    const phone = phoneWith(panel, String(body.key));
    await client.post('/two-step/setup/confirm', { code: phone.code() });
    panel.told();
    const removed = await client.submit('/two-step/security-keys/remove', { id: key.id });
    expect(removed.location).to.equal('/two-step/security-keys');
    expect((await client.open('/two-step')).location).to.equal('/two-step/security-keys');
    expect((await client.get('/two-step')).body.state).to.equal('must-enroll');
    expect(panel.told()).to.include('session-demoted');
    const added = await addKey(client);
    expect(await client.me()).to.equal('alice');

    panel.now += 901_000;
    const asked = askedBy(await client.get('/two-step/step-up'));
    await client.post('/two-step/step-up', { credential: added.get(asked) });
    await client.post('/two-step/security-keys/remove', { id: added.id });
    expect((await client.get('/two-step')).body.state, 'with an old password').to.equal('anonymous');
    const { client: again } = await waiting(panel);
    await again.post('/two-step/verify', { code: phone.nextCode() });
    await addKey(again);
    expect(await again.me()).to.equal('alice');
  });

  it('never lets the last key go beside one that is stopped: no code would add another', async () => {
    policy = 'optional';
    const { client, phone } = await enrolled(panel);
    const [copied, good] = [new SoftKey(ORIGIN), new SoftKey(ORIGIN)];
    copied.counter = 5;
    await addKey(client, copied);
    await addKey(client, good);
    policy = { phishingResistant: true };
    const stopping = await waiting(panel);
    const credential = copied.get(stopping.asked, { counter: 1 });
    expect((await stopping.client.post('/two-step/verify', { credential })).body.code).to.equal(
      'security-key-stopped',
    );
    const before = await panel.store.get('alice');
    const remove = ({ id }: SoftKey) => client.post('/two-step/security-keys/remove', { id });
    expect((await remove(good)).body.code).to.equal('factor-last');
    expect(await panel.store.get('alice')).to.equal(before);
    expect((await remove(copied)).status).to.equal(200);
    expect((await remove(good)).status).to.equal(200);
    const { client: next } = await waiting(panel);
    expect((await next.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
      'must-enroll',
    );
  });

  it('lets who has five keys of a former rpId add one', async () => {
    const settings = { policy: () => policy, keys: [randomBytes(32).toString('base64')] };
    policy = 'optional';
    const former = await startKeyPanel(settings);
    const { client, phone } = await enrolled(former);
    for (let key = 1; key <= 5; key++) await addKey(client);
    policy = { phishingResistant: true };
    const moved = webauthn({ rpId: 'panel.example', rpName: 'Panel', origins: ['https://panel.example'] });
    const present = await startKeyPanel({ ...settings, webauthn: moved }, { store: former.store });
    const returned = new Client(present);
    await returned.login('alice');
    const answer = await returned.post('/two-step/verify', { code: phone.nextCode() });
    expect(answer.body.state).to.equal('must-enroll');
    expect((await returned.get('/two-step/security-keys', PAGE)).text).to.include('data-key=');
    await addKey(returned, new SoftKey('https://panel.example'));
    expect(await returned.me()).to.equal('alice');
  });

  it('takes no remembered browser for one, from the day on', async () => {
    policy = { phishingResistant: true, requiredFrom: new Date(panel.now + 86_400_000) };
    const { client } = await enrolled(panel);
    await addKey(client);
    expect((await client.get('/two-step')).body).to.include({ required: false });
    panel.now += 86_400_000;
    expect((await client.get('/two-step')).body).to.include({ required: true, state: 'verified' });
  });

  it('shows no form for what it does not take', async () => {
    policy = 'optional';
    const { client } = await enrolled(panel);
    await addKey(client);
    policy = { phishingResistant: true };
    const parked = new Client(panel);
    expect((await parked.login('alice')).body.methods).to.deep.equal(['security-key']);
    for (const { text } of [
      await parked.get('/two-step/verify', PAGE),
      await client.get('/two-step/step-up', PAGE),
    ]) {
      expect(text).to.include('data-key=').and.not.include('name="code"');
    }
  });

  it('cannot be disabled, and is refused where there is no option webauthn', async () => {
    const { client } = await keyOwner(panel);
    expect((await client.post('/two-step/disable', { code: '000000' })).body.code).to.equal(
      'disable-refused',
    );
    const without = await startKeyPanel({ webauthn: undefined, policy: () => policy });
    expect((await new Client(without).login('alice')).status).to.equal(500);
    expect(without.errors[0]).to.have.property('message').that.includes('webauthn');
  });
});
