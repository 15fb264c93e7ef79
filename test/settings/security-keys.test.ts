import { expect } from 'chai';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enable, enrolled } from '../support/people.js';
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

describe('settings/security-keys', () => {
  let panel: Panel;
  beforeEach(async () => {
    panel = await startKeyPanel();
  });
  afterEach(stopPanels);

  const keysOf = async (client: Client) =>
    (await client.get('/two-step')).body.securityKeys as { credentialId: string; name: string }[];

  it('enables the second factor by the first key, with recovery codes, and ends every other session', async () => {
    const other = new Client(panel);
    await other.login('alice');
    const { client } = await keyOwner(panel);
    expect(panel.told()).to.include('enrolled');
    expect((await client.get('/two-step')).body).to.deep.include({
      state: 'verified',
      enrolled: true,
      authenticators: [],
    });
    expect((await client.get('/secret')).status).to.equal(200);
    expect(await other.me()).to.equal(null);
  });

  it('asks for the same where a session asks several times at once, and for something else after an answer', async () => {
    const { client, key } = await keyOwner(panel);
    panel.now += 301_000;
    const seen = new Set<string>();
    for (let round = 1; round <= 4; round++) {
      const paths = ['step-up', 'security-keys', 'step-up', ''].map((path) => `/two-step/${path}`);
      const [form, ...others] = await Promise.all(
        paths.map((path) => (path === '/two-step/' ? client.open('/two-step') : client.get(path))),
      );
      const { challenge } = askedBy(form!);
      for (const { text } of others) expect(text).to.contain(challenge);
      seen.add(challenge);
      expect(seen, 'another one each time').to.have.lengthOf(round);
      // What the keys answered before is over in every session, and after five minutes without an answer in this one.
      if (round === 2) panel.now += 301_000;
      else {
        const proved = await client.post('/two-step/step-up', { credential: key.get(askedBy(form!)) });
        expect(proved.status, proved.text).to.equal(200);
      }
    }
  });

  it('shows ten recovery codes with the first key, once, and none with the second', async () => {
    const client = new Client(panel);
    await client.login('alice');
    const key = new SoftKey(ORIGIN);
    const first = await client.post('/two-step/security-keys', {
      credential: key.create(await creationFor(client)),
    });
    expect(first.body.recoveryCodes).to.have.length(10);
    const second = await client.post('/two-step/security-keys', {
      credential: new SoftKey(ORIGIN).create(await creationFor(client)),
    });
    expect(second.body).to.deep.equal({ state: 'verified', returnTo: '/two-step/security-keys' });
    const { client: recovering } = await waiting(panel);
    const [code] = first.body.recoveryCodes as string[];
    expect((await recovering.post('/two-step/verify', { code })).body).to.include({ state: 'verified' });
  });

  it('lets who lost the key make new recovery codes by an old one on the page, without JavaScript', async () => {
    const client = new Client(panel);
    await client.login('alice');
    const credential = new SoftKey(ORIGIN).create(await creationFor(client));
    const { body } = await client.post('/two-step/security-keys', { credential });
    const [first = '', second = ''] = body.recoveryCodes as string[];
    const { client: returned } = await waiting(panel);
    await returned.post('/two-step/verify', { code: first });
    const { text } = await returned.open('/two-step');
    expect(text).to.match(/action="\/two-step\/recovery-codes">(?:(?!<\/form>).)*class="recovery-code"/s);
    const made = await returned.submit('/two-step/recovery-codes', { code: second });
    expect(made.text).to.include('Your recovery codes');
  });

  it('makes the session one that is verified by the key', async () => {
    const { client } = await enrolled(panel);
    await addKey(client, new SoftKey(ORIGIN), { flags: 1 });
    expect(panel.told()).to.include('security-key-added');
    expect((await client.get('/two-step')).body).to.deep.include({
      amr: ['pwd', 'pop', 'user', 'mfa'],
      userVerified: false,
    });
  });

  it('has a user handle for each key that is made, so that no passkey takes the place of another', async () => {
    const client = new Client(panel);
    await client.login('alice');
    const asked = [await creationFor(client), await creationFor(client)];
    const [first, second] = asked.map(({ user }) => user.id);
    expect(first).to.not.equal(second);
    for (const handle of [first, second])
      expect(Buffer.from(String(handle), 'base64url')).to.have.length.within(16, 64);
    expect(asked[0]?.challenge).to.equal(asked[1]?.challenge); // two tabs of one session
  });

  it('shows no challenge that ends sooner than half of pendingSeconds, however short that is', async () => {
    const brief = await startKeyPanel({ pendingSeconds: 60 });
    const client = new Client(brief);
    await client.login('alice');
    const first = await creationFor(client);
    brief.now += 29_000;
    expect((await creationFor(client)).challenge).to.equal(first.challenge);
    brief.now += 2000;
    const opened = await creationFor(client);
    brief.now += 30_000;
    const credential = new SoftKey(ORIGIN).create(opened);
    expect((await client.post('/two-step/security-keys', { credential })).status).to.equal(200);
  });

  it('shares one challenge among the pages of a session for five minutes, and writes no record', async () => {
    const { client } = await keyOwner(panel);
    const before = await panel.store.get('alice');
    const first = askedBy(await client.get('/two-step/step-up')).challenge;
    panel.now += 299_000;
    expect((await creationFor(client)).challenge).to.equal(first);
    panel.now += 2000;
    expect((await creationFor(client)).challenge).to.not.equal(first);
    expect(await panel.store.get('alice')).to.equal(before);
  });

  describe('refuses, and enables nothing (M7)', () => {
    it('a key for the challenge of another session, a used one, and none', async () => {
      const [client, other] = [new Client(panel), new Client(panel)];
      await client.login('alice');
      await other.login('alice');
      const key = new SoftKey(ORIGIN);
      const foreign = key.create(await creationFor(other));
      const add = async (credential: unknown): Promise<unknown> =>
        (await client.post('/two-step/security-keys', { credential })).body.code;
      expect(await add(foreign)).to.equal('security-key-invalid'); // nothing was asked here yet
      const creation = await creationFor(client);
      expect(await add(foreign)).to.equal('security-key-invalid');
      panel.now += 601_000;
      expect(await add(key.create(creation))).to.equal('security-key-invalid');
      for (const nothing of [undefined, '', 'x', {}, 7])
        expect(await add(nothing)).to.equal('security-key-invalid');
      expect((await client.get('/two-step')).body).to.include({ enrolled: false });
      expect(panel.told()).to.include('security-key-refused').and.not.include('enrolled');
    });

    it('a key that has counted as far as any can: it would be stopped from the beginning', async () => {
      const client = new Client(panel);
      await client.login('alice');
      const made = (counter: number) =>
        creationFor(client).then((asked) => new SoftKey(ORIGIN).create(asked, { counter }));
      const add = async (counter: number) =>
        client.post('/two-step/security-keys', { credential: await made(counter) });
      expect((await add(2 ** 32 - 1)).body.code).to.equal('security-key-invalid');
      expect((await client.get('/two-step')).body).to.include({ enrolled: false });
      expect((await add(2 ** 32 - 2)).status).to.equal(200);
    });

    it('the first one once more, by who loads the page of the recovery codes anew, without an alarm', async () => {
      const client = new Client(panel);
      await client.login('alice');
      const credential = JSON.stringify(new SoftKey(ORIGIN).create(await creationFor(client)));
      const added = await client.submit('/two-step/security-keys', { credential });
      expect(added.text).to.include('Your recovery codes');
      panel.told();
      const again = await client.submit('/two-step/security-keys', { credential });
      expect([again.status, again.location]).to.deep.equal([303, '/two-step']);
      expect((await client.open('/two-step')).text).to.include('Recovery codes are shown only once.');
      expect((await client.post('/two-step/security-keys', { credential })).body.code).to.equal(
        'security-key-known',
      );
      expect(panel.told()).to.deep.equal([]);
    });

    it('the same key twice, and more than five', async () => {
      const { client, key } = await keyOwner(panel);
      const twice = await client.post('/two-step/security-keys', {
        credential: key.create(await creationFor(client)),
      });
      expect(twice.body.code).to.equal('security-key-known');
      const creation = (await creationFor(client)) as unknown as { excludeCredentials: { id: string }[] };
      expect(creation.excludeCredentials.map(({ id }) => id)).to.deep.equal([key.id]);
      for (let i = 0; i < 4; i++) await addKey(client);
      expect((await client.get('/two-step/security-keys')).body.publicKey).to.equal(null);
      const { challenge } = askedBy(await client.get('/two-step/step-up'));
      const sixth = new SoftKey(ORIGIN).create({ challenge, rp: { id: 'localhost' } });
      expect((await client.post('/two-step/security-keys', { credential: sixth })).body.code).to.equal(
        'security-key-limit',
      );
    });

    it('a name that is no text; and keeps one with markup as text', async () => {
      const { client } = await keyOwner(panel);
      const credential = new SoftKey(ORIGIN).create(await creationFor(client));
      const wrong = await client.post('/two-step/security-keys', { credential, name: ['x'] });
      expect(wrong.body).to.include({ code: 'body-malformed' });
      await client.post('/two-step/security-keys', { credential, name: '<b onclick="x">\u202e\u0000' });
      const page = await client.get('/two-step/security-keys', { accept: 'text/html' });
      expect(page.text).to.include('&lt;b onclick=').and.not.include('<b onclick');
    });

    it('anything from another site, while acting, and before the second step (M9)', async () => {
      const { client, key } = await keyOwner(panel);
      const elsewhere = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      for (const route of ['', '/remove', '/rename']) {
        const path = `/two-step/security-keys${route}`;
        const refused = await client.post(path, { id: key.id, name: 'x' }, elsewhere);
        expect(refused.body.code).to.equal('cross-site');
        const { client: parked } = await waiting(panel);
        expect((await parked.post(path, { id: key.id, name: 'x' })).status).to.equal(401);
      }
      expect(await keysOf(client)).to.have.length(1);
    });

    it('an old proof: a fresh one first, and back', async () => {
      const { client, key } = await keyOwner(panel);
      panel.now += 901_000;
      for (const [route, body] of [
        ['/remove', { id: key.id }],
        ['/rename', { id: key.id, name: 'x' }],
        ['', { credential: {} }],
      ] as const) {
        expect((await client.post(`/two-step/security-keys${route}`, body)).body.code).to.equal(
          'step-up-required',
        );
      }
      const page = await client.get('/two-step/security-keys', {
        accept: 'text/html',
        'sec-fetch-mode': 'navigate',
      });
      expect(page.headers.location).to.equal('/two-step/step-up');
      const asked = askedBy(await client.get('/two-step/step-up'));
      const up = await client.post('/two-step/step-up', { credential: key.get(asked) });
      expect(up.body).to.deep.equal({ state: 'verified', returnTo: '/two-step/security-keys' });
    });
  });

  it('removes one of several, which ends what it let in, and never the last factor (M10)', async () => {
    const { client, key } = await keyOwner(panel);
    const spare = await addKey(client);
    const { client: other, asked } = await waiting(panel);
    await other.post('/two-step/verify', { credential: spare.get(asked) });
    expect(await other.me()).to.equal('alice');
    expect((await client.post('/two-step/security-keys/remove', { id: spare.id })).status).to.equal(200);
    expect(panel.told()).to.include('security-key-removed');
    expect(await other.me()).to.equal(null);
    expect(await client.me()).to.equal('alice');
    const last = await client.post('/two-step/security-keys/remove', { id: key.id });
    expect(last.body.code).to.equal('factor-last');
    expect((await client.post('/two-step/security-keys/remove', { id: spare.id })).body.code).to.equal(
      'not-found',
    );
    expect((await client.post('/two-step/security-keys/remove', {})).body.code).to.equal('body-malformed');
    expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
  });

  it('lets the last app go where there is a key, and the last key where there is an app', async () => {
    const { client } = await enrolled(panel);
    const page = async (): Promise<string> => (await client.open('/two-step')).text;
    expect(await page()).to.not.include('/authenticators/remove');
    const key = await addKey(client);
    expect(await page())
      .to.include('/authenticators/remove')
      .and.include('Add another authenticator');
    const [app] = (await client.get('/two-step')).body.authenticators as { id: string }[];
    expect((await client.post('/two-step/authenticators/remove', { id: app?.id })).status).to.equal(200);
    expect((await client.post('/two-step/security-keys/remove', { id: key.id })).body.code).to.equal(
      'factor-last',
    );
    expect(await page())
      .to.include('Add an authenticator app')
      .and.not.include('another authenticator');
    const { client: next, asked } = await waiting(panel);
    expect((await next.post('/two-step/verify', { credential: key.get(asked) })).status).to.equal(200);
  });

  it('never lets the last factor go that opens the account, whatever keys that open nothing are beside it', async () => {
    const { client } = await enrolled(panel);
    const [key, spare] = [new SoftKey(ORIGIN), new SoftKey(ORIGIN)];
    key.counter = 5;
    await addKey(client, key);
    const { client: stopping, asked } = await waiting(panel);
    const copied = await stopping.post('/two-step/verify', { credential: key.get(asked, { counter: 1 }) });
    expect(copied.body.code).to.equal('security-key-stopped');
    const [app] = (await client.get('/two-step')).body.authenticators as { id: string }[];
    const removeApp = () => client.post('/two-step/authenticators/remove', { id: app?.id });
    const removeKey = ({ id }: SoftKey) => client.post('/two-step/security-keys/remove', { id });
    const page = async (): Promise<string> => (await client.open('/two-step')).text;

    expect((await removeApp()).body.code).to.equal('factor-last');
    expect(await page()).to.not.include('/authenticators/remove');
    await addKey(client, spare);
    expect(await page()).to.include('/authenticators/remove');
    expect((await removeApp()).status).to.equal(200);
    expect((await removeKey(spare)).body.code, 'the only key that is not stopped').to.equal('factor-last');
    expect((await removeKey(key)).status).to.equal(200);
  });

  it('renames one, with an empty name too', async () => {
    const { client, key } = await keyOwner(panel);
    const rename = (name: unknown) => client.post('/two-step/security-keys/rename', { id: key.id, name });
    panel.told();
    const renamed = await rename('  YubiKey \n at home ');
    expect(panel.told()).to.deep.equal(['security-key-renamed']);
    const before = await panel.store.get('alice');
    expect((await rename('YubiKey at home')).status).to.equal(200);
    expect(panel.told(), 'the name it has').to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(before);
    expect((await keysOf(client))[0]?.name).to.equal('YubiKey at home');
    const { securityKeys } = (await client.get('/two-step')).body;
    expect(renamed.body.securityKeys).to.deep.equal(securityKeys);
    await rename('');
    expect((await keysOf(client))[0]?.name).to.equal('');
    expect((await rename(7)).body.code).to.equal('body-malformed');
    expect((await client.post('/two-step/security-keys/rename', { id: 'x', name: 'y' })).body.code).to.equal(
      'not-found',
    );
  });

  it('disables, makes new recovery codes and steps up by a key', async () => {
    const { client, key } = await keyOwner(panel);
    const prove = async (path: string) => {
      const asked = askedBy(await client.get('/two-step/step-up'));
      return client.post(`/two-step${path}`, { credential: key.get(asked) });
    };
    expect((await prove('/recovery-codes')).body.recoveryCodes).to.have.length(10);
    expect((await prove('/step-up')).body).to.include({ state: 'verified' });
    expect((await prove('/disable')).body).to.deep.equal({ state: 'signed-in' });
    expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
  });

  it('keeps keys when a new phone takes the place of the old one', async () => {
    const { client, phone } = await enrolled(panel);
    const key = await addKey(client);
    const { body } = await client.post('/two-step/setup');
    expect(body.key).to.be.a('string');
    expect(phone.nextCode()).to.match(/^\d{6}$/);
    expect((await keysOf(client)).map(({ credentialId }) => credentialId)).to.deep.equal([key.id]);
  });

  it('spends the challenge of new recovery codes, for every key and for a new one', async () => {
    const { client, key } = await keyOwner(panel);
    const second = await addKey(client);
    const asked = askedBy(await client.get('/two-step/step-up'));
    const answer = (path: string, credential: unknown) => client.post(`/two-step${path}`, { credential });
    expect((await answer('/recovery-codes', key.get(asked))).status).to.equal(200);
    const created = new SoftKey(ORIGIN).create({ challenge: asked.challenge, rp: { id: 'localhost' } });
    expect((await answer('/security-keys', created)).body.code).to.equal('security-key-invalid');
    expect((await answer('/recovery-codes', second.get(asked))).body.code).to.equal('assertion-invalid');
  });

  it('says that codes are shown once, where the page of new ones that a key paid for is loaded anew', async () => {
    const { client, key } = await keyOwner(panel);
    const credential = JSON.stringify(key.get(askedBy(await client.get('/two-step/step-up'))));
    const send = () => client.submit('/two-step/recovery-codes', { credential });
    expect((await send()).text).to.include('Your recovery codes');
    const record = await panel.store.get('alice');
    panel.told();
    const again = await send();
    expect([again.status, again.location]).to.deep.equal([303, '/two-step']);
    expect((await client.open('/two-step')).text).to.include('Recovery codes are shown only once.');
    expect(panel.told()).to.deep.equal(['security-key-refused']);
    expect(panel.events.at(-1)).to.include({ reason: 'assertion-already-used' });
    expect(await panel.store.get('alice')).to.equal(record);
  });

  it('adds the first app to an account that has keys alone: it takes the place of none', async () => {
    const { client, key } = await keyOwner(panel);
    const { client: other, asked } = await waiting(panel);
    await other.post('/two-step/verify', { credential: key.get(asked) });
    panel.told();
    await enable(panel, client);
    expect(panel.told()).to.deep.equal(['setup-started', 'authenticator-added']);
    expect((await other.get('/two-step')).body.state).to.equal('verified');
  });
});
