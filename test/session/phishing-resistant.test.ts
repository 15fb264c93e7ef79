import { expect } from 'chai';
import { requireSecondFactor } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { ORIGIN, addKey, askedBy, keyOwner, startKeyPanel, waiting } from '../support/key-panel.js';
import { SoftKey } from '../support/soft-key.js';

const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

describe('a guard that only a security key passes (M8)', () => {
  let panel: Panel;
  beforeEach(async () => {
    panel = await startKeyPanel(
      { rememberBrowsers: { days: 30 } },
      {
        routes: ({ app }) => {
          app.all('/keys', requireSecondFactor({ phishingResistant: true }), (_req, res) => res.json({}));
          const recently = requireSecondFactor({ phishingResistant: true, maxAge: 300 });
          app.get('/keys/recently', recently, (_req, res) => res.json({}));
        },
      },
    );
  });
  afterEach(stopPanels);

  it('refuses a code and shows the way to the key, which passes', async () => {
    const { client, phone } = await enrolled(panel);
    const without = await client.get('/keys');
    expect(without.body).to.deep.include({ status: 403, code: 'security-key-required' });
    expect((await client.get('/keys', PAGE)).headers.location).to.equal('/two-step');
    const key = await addKey(client);
    const { client: byCode } = await waiting(panel);
    await byCode.post('/two-step/verify', { code: phone.nextCode() });
    expect((await byCode.get('/keys', PAGE)).headers.location).to.equal('/two-step/step-up');
    await byCode.post('/two-step/step-up', { code: phone.nextCode() });
    expect((await byCode.get('/keys')).status).to.equal(403);
    const asked = askedBy(await byCode.get('/two-step/step-up'));
    await byCode.post('/two-step/step-up', { credential: key.get(asked) });
    expect((await byCode.get('/keys')).status).to.equal(200);
    await byCode.post('/two-step/step-up', { code: phone.nextCode() });
    expect((await byCode.get('/keys')).status).to.equal(403);
  });

  it('refuses a recovery code and a remembered browser', async () => {
    const client = new Client(panel);
    await client.login('alice');
    const { body } = await client.get('/two-step/security-keys');
    expect(body.publicKey).to.be.an('object');
    const { key } = await keyOwner(panel);
    const { client: browser, asked } = await waiting(panel);
    const headers = { host: 'localhost' };
    const inn = await browser.post(
      '/two-step/verify',
      { credential: key.get(asked), rememberBrowser: true },
      headers,
    );
    expect(inn.status).to.equal(200);
    expect((await browser.get('/keys')).status).to.equal(200);
    await browser.post('/logout');
    await browser.post('/login', { username: 'alice', password: 'password' }, headers);
    expect((await browser.get('/two-step')).body.state).to.equal('remembered');
    expect((await browser.get('/keys')).body.code).to.equal('security-key-required');
  });

  it('leads to a page that asks for the key alone, where other guards lead to one that takes a code too', async () => {
    const { client: owner, phone } = await enrolled(panel);
    await addKey(owner);
    const { client } = await waiting(panel);
    await client.post('/two-step/verify', { code: phone.nextCode() });
    await client.get('/keys', PAGE);
    const byKey = (await client.get('/two-step/step-up', PAGE)).text;
    expect(byKey).to.include('data-key=').and.not.include('name="code"');
    expect(byKey).to.include('passkey or security key once more');
    panel.now += 901_000;
    await client.get('/two-step/security-keys', PAGE);
    expect((await client.get('/two-step/step-up', PAGE)).text).to.include('name="code"');
  });

  it('asks for the key alone once more, where the key was used too long ago', async () => {
    const { client: owner } = await enrolled(panel);
    const key = await addKey(owner);
    const { client, asked } = await waiting(panel);
    await client.post('/two-step/verify', { credential: key.get(asked) });
    expect((await client.get('/keys/recently')).status).to.equal(200);
    panel.now += 301_000;
    const refused = await client.get('/keys/recently');
    expect(refused.body).to.include({ code: 'security-key-required', maxAge: 300 });
    await client.get('/keys/recently', PAGE);
    const page = await client.get('/two-step/step-up', PAGE);
    expect(page.text).to.include('data-key=').and.not.include('name="code"');
    const credential = key.get(askedBy(await client.get('/two-step/step-up')));
    const { body } = await client.post('/two-step/step-up', { credential });
    expect(body.returnTo).to.equal('/keys/recently');
    expect((await client.get('/keys/recently')).status).to.equal(200);
  });

  it('tells once, on the page it leads to, that a key is needed, where there is none; adding one leads back', async () => {
    const { client } = await enrolled(panel);
    const other = new Client(panel);
    await other.login('bob');
    for (const each of [client, other]) {
      expect((await each.open('/keys')).location).to.equal('/two-step');
      expect((await each.open('/two-step')).text).to.include('you wanted needs a passkey or security key');
      expect((await each.open('/two-step')).text).not.to.include('you wanted needs');
    }
    expect((await client.submit('/keys', {}, client.from('/me'))).location).to.equal('/two-step');
    const { text } = await client.open('/two-step');
    expect(text).to.include('What you sent needs a passkey or security key and has not been carried out');
    await client.open('/keys');
    const { body } = await client.get('/two-step/security-keys');
    const credential = new SoftKey(ORIGIN).create(body.publicKey as Parameters<SoftKey['create']>[0]);
    const added = await client.submit('/two-step/security-keys', { credential: JSON.stringify(credential) });
    expect(added.location).to.equal('/keys');
    await client.open('/keys');
    expect((await client.open('/two-step')).text).not.to.include('you wanted needs');
  });

  it('leads to adding a key where all there are were stopped', async () => {
    const { client: owner, phone } = await enrolled(panel);
    const key = new SoftKey(ORIGIN);
    key.counter = 5;
    await addKey(owner, key);
    const { client, asked } = await waiting(panel);
    const copied = await client.post('/two-step/verify', { credential: key.get(asked, { counter: 1 }) });
    expect(copied.body.code).to.equal('security-key-stopped');
    await client.post('/two-step/verify', { code: phone.nextCode() });
    expect((await client.get('/keys')).body.location).to.equal('/two-step');
    expect((await client.open('/keys')).location).to.equal('/two-step');
    expect((await client.open('/two-step')).text).to.include('you wanted needs a passkey or security key');
    await client.open('/keys');
    expect((await client.open('/two-step/step-up')).text).to.include('name="code"');
    await addKey(client);
    expect((await client.get('/keys')).status).to.equal(200);
  });

  it('is a mistake of the integration where there is no option webauthn, and lets nobody in', async () => {
    const guard = requireSecondFactor({ phishingResistant: true });
    const without = await startPanel({
      routes: ({ app }) => app.get('/keys', guard, (_req, res) => res.json({})),
    });
    const { client } = await enrolled(without);
    expect((await client.get('/keys', PAGE)).status).to.equal(500);
    expect(without.errors[0]).to.include({ code: 'option-invalid' });
    expect(without.errors[0]).to.have.property('message').that.includes('webauthn');
  });

  it('refuses an option that is no boolean', () => {
    expect(() => requireSecondFactor({ phishingResistant: 1 as never })).to.throw('phishingResistant');
  });
});
