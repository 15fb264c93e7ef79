import { burst, enroll, loggedIn, phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

interface Listed {
  readonly id: string;
  readonly name: string;
}

describe('settings/authenticators', () => {
  let panel: Panel;
  let client: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startPanel();
    client = new Client(panel);
    phone = await enroll(panel, 'alice', client);
  });
  afterEach(stopPanels);

  const secretOf = (key: unknown): TOTP => new TOTP({ secret: Secret.fromBase32(String(key)) });

  /** Begins a set-up and confirms it; the new phone. */
  async function setUp(wish: object = {}): Promise<Phone> {
    const { body } = await client.post('/two-step/setup', wish);
    const next = phoneWith(panel, String(body.key));
    const confirmed = await client.post('/two-step/setup/confirm', { code: next.nextCode() });
    expect(confirmed.body).to.include({ state: 'verified' });
    expect(confirmed.body).not.to.have.property('recoveryCodes');
    return next;
  }

  async function verify(code: string): Promise<unknown> {
    const browser = await loggedIn(panel);
    const { body } = await browser.post('/two-step/verify', { code });
    return body.code ?? body.state;
  }

  const listed = async (): Promise<Listed[]> =>
    (await client.get('/two-step')).body.authenticators as Listed[];

  it('replaces the authenticator: the old one works until the new one is confirmed (D2)', async () => {
    const before = await panel.store.get('alice');
    const { body } = await client.post('/two-step/setup');
    expect(body).to.have.property('key');
    expect(await panel.store.get('alice')).to.equal(before);
    panel.now += 30_000;
    expect(await verify(secretOf(body.key).generate({ timestamp: panel.now }))).to.equal('code-invalid');
    expect(await verify(phone.nextCode())).to.equal('verified');

    const fresh = await setUp();
    panel.now += 60_000;
    expect(await verify(phone.nextCode())).to.equal('code-invalid');
    expect(await verify(fresh.nextCode())).to.equal('verified');
    expect(panel.told()).to.include('authenticator-replaced');
  });

  it('ends with a replaced authenticator all that it had let in, but not this session', async () => {
    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code: phone.nextCode() });
    const pending = await loggedIn(panel);

    await setUp();
    expect(await client.me()).to.equal('alice');
    expect(await other.me()).to.equal(null);
    expect((await other.get('/two-step')).body.state).to.equal('pending');
    const late = await pending.post('/two-step/verify', { code: phone.nextCode() });
    expect(late.body.code).to.equal('sign-in-expired');
  });

  it('keeps the recovery codes, which are the owner’s paper', async () => {
    const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
    await setUp();
    expect(await verify(code!)).to.equal('verified');
  });

  it('adds named ones up to five, each with a last step of its own', async () => {
    const phones = [phone];
    for (const name of ['Work phone', '  Tablet\u202e\n ', '', 'x'.repeat(100)]) {
      phones.push(await setUp({ add: true, name }));
    }
    expect((await listed()).map(({ name }) => name)).to.deep.equal([
      '',
      'Work phone',
      'Tablet',
      '4',
      'x'.repeat(40),
    ]);
    expect((await client.post('/two-step/setup', { add: true })).body.code).to.equal('authenticator-limit');

    for (const each of phones) {
      const code = each.nextCode();
      expect(await verify(code)).to.equal('verified');
      expect(await verify(code)).to.equal('code-already-used');
    }
    expect(panel.events.filter(({ name }) => name === 'authenticator-added')).to.have.length(4);
  });

  it('saves the name that was typed last, where a set-up was left unfinished', async () => {
    const left = await client.post('/two-step/setup', { add: true, name: 'Phone' });
    const { body } = await client.post('/two-step/setup', { add: true, name: ' Tablet ' });
    expect(body).to.deep.include({ id: left.body.id, key: left.body.key, account: 'alice (Tablet)' });
    expect(String(body.uri)).to.include('Tablet').and.not.include('Phone');
    for (const wish of [{ add: true }, { add: true, name: '' }]) {
      expect((await client.post('/two-step/setup', wish)).body).to.deep.equal(body);
    }
    expect((await client.get('/two-step/setup')).body).to.deep.equal(body);
    const code = phoneWith(panel, String(body.key)).nextCode();
    await client.post('/two-step/setup/confirm', { code, id: body.id });
    expect((await listed()).map(({ name }) => name)).to.deep.equal(['', 'Tablet']);
    expect(panel.events.filter(({ name }) => name === 'setup-started')).to.have.length(2);
  });

  it('gives each that is added a label of its own, also after another one went', async () => {
    const labels: unknown[] = [];
    const add = async (name = ''): Promise<void> => {
      const { body } = await client.post('/two-step/setup', { add: true, name });
      labels.push(body.account);
      const code = phoneWith(panel, String(body.key)).nextCode();
      expect((await client.post('/two-step/setup/confirm', { code })).status).to.equal(200);
    };
    await add();
    const [first] = await listed();
    await client.post('/two-step/authenticators/remove', { id: first?.id });
    await add();
    await add('Tablet');
    await add('Tablet');
    expect(labels).to.deep.equal(['alice (2)', 'alice (3)', 'alice (Tablet)', 'alice (Tablet 4)']);
    expect((await client.open('/two-step')).text).to.include('<strong>Authenticator 3</strong>');
  });

  it('removes one of several, and with it all that was proved before', async () => {
    const second = await setUp({ add: true, name: 'Second' });
    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code: second.nextCode() });

    const [first, last] = await listed();
    const before = await panel.store.get('alice');
    for (const id of ['nobody', undefined, [last?.id], { $ne: null }]) {
      const refused = await client.post('/two-step/authenticators/remove', { id });
      expect(refused.body.code).to.equal(id === 'nobody' ? 'not-found' : 'body-malformed');
    }
    expect(await panel.store.get('alice')).to.equal(before);

    const removed = await client.post('/two-step/authenticators/remove', { id: last?.id });
    expect(removed.body).to.include({ state: 'verified' });
    expect(removed.body.authenticators).to.deep.equal([first]);
    expect(await other.me()).to.equal(null);
    expect(await client.me()).to.equal('alice');
    panel.now += 60_000;
    expect(await verify(second.nextCode())).to.equal('code-invalid');
    expect(await verify(phone.nextCode())).to.equal('verified');
    const only = await client.post('/two-step/authenticators/remove', { id: first?.id });
    expect(only.body.code).to.equal('factor-last');
    expect(await listed()).to.have.length(1);
  });

  it('asks for a fresh code before any of it (D5)', async () => {
    panel.now += 901_000;
    for (const [path, body] of [
      ['setup', {}],
      ['setup', { add: true }],
      ['authenticators/remove', { id: 'x' }],
    ] as const) {
      expect((await client.post(`/two-step/${path}`, body)).body).to.include({
        code: 'step-up-required',
        location: '/two-step/step-up',
      });
    }
    await client.post('/two-step/step-up', { code: phone.nextCode() });
    expect((await client.post('/two-step/setup')).status).to.equal(200);
  });

  it('confirms for the enrollment it was begun with, and for no other', async () => {
    const { body } = await client.post('/two-step/setup');
    await panel.secondFactor.admin.disable('alice', { by: 'test' });
    const later = new Client(panel);
    await enroll(panel, 'alice', later);
    const before = await panel.store.get('alice');
    const code = secretOf(body.key).generate({ timestamp: panel.now });
    expect((await client.post('/two-step/setup/confirm', { code })).status).to.equal(401);
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('lets one of many confirmations at once count', async () => {
    const { body } = await client.post('/two-step/setup', { add: true });
    const code = secretOf(body.key).generate({ timestamp: panel.now });
    const { cookie } = client;
    await burst(10, () => new Client(panel).post('/two-step/setup/confirm', { code }, { cookie }));
    const { authenticators } = await panel.secondFactor.status('alice');
    expect(authenticators).to.equal(2);
  });

  it('starts anew when the wish is another one', async () => {
    const replace = await client.post('/two-step/setup');
    const add = await client.post('/two-step/setup', { add: true });
    expect(add.body.key).not.to.equal(replace.body.key);
    expect((await client.post('/two-step/setup', { add: true })).body.key).to.equal(add.body.key);
  });
});
