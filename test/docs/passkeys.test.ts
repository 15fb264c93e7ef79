import { join } from 'node:path';
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import type { Policy, SecondFactorOptions } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { ORIGIN, askedBy, creationFor } from '../support/key-panel.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { User } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { SoftKey } from '../support/soft-key.js';

interface OnlyKeys {
  byKey: RequestHandler;
  policy: (account: { level: string | null }) => Policy;
}

describe('docs/passkeys.md', () => {
  let folder: ProgramFolder;
  let passkeys: Partial<SecondFactorOptions<User>>;
  let onlyKeys: OnlyKeys;
  before(async () => {
    folder = programOf('docs/passkeys.md', {}, (code) =>
      code.replace('https://panel.example', ORIGIN).replace("'panel.example'", "'localhost'"),
    );
    ({ passkeys } = (await import(join(folder.path, 'passkeys.ts'))) as { passkeys: typeof passkeys });
    onlyKeys = (await import(join(folder.path, 'only-keys.ts'))) as OnlyKeys;
  });
  after(() => folder.remove());
  afterEach(stopPanels);

  /** A key on the account that a client is signed in to, and what the answer was. */
  async function added(client: Client, name?: string) {
    const key = new SoftKey(ORIGIN);
    const credential = key.create(await creationFor(client));
    const { body } = await client.post('/two-step/security-keys', { credential, name });
    return { key, body };
  }

  it('adds keys, signs in, steps up, renames and removes by the answers of its table', async () => {
    const panel = await startPanel({ options: passkeys });
    const client = new Client(panel);
    await client.login('alice');
    const first = await added(client, 'Laptop');
    expect(first.body).to.have.all.keys('state', 'returnTo', 'recoveryCodes', 'recoveryCodesSet');
    expect((await added(client)).body).to.have.all.keys('state', 'returnTo');

    const again = new Client(panel);
    const asked = await again.login('alice');
    expect(asked.body.methods).to.deep.equal(['security-key', 'recovery-code']);
    const credential = first.key.get(askedBy(asked));
    expect((await again.post('/two-step/verify', { credential })).body).to.have.all.keys('state', 'returnTo');

    for (const operation of ['step-up', 'recovery-codes']) {
      const proof = first.key.get(askedBy(await again.get('/two-step/step-up')));
      expect((await again.post(`/two-step/${operation}`, { credential: proof })).status).to.equal(200);
    }
    const { id } = first.key;
    const renamed = await again.post('/two-step/security-keys/rename', { id, name: 'Desk' });
    const [listed] = renamed.body.securityKeys as object[];
    expect(listed).to.have.all.keys('credentialId', 'name', 'addedAt', 'lastUsedAt', 'stopped');
    expect(listed).to.include({ credentialId: id, name: 'Desk' });
    const removed = await again.post('/two-step/security-keys/remove', { id });
    expect(removed.body).to.deep.include({ amr: ['pwd', 'pop', 'user', 'mfa'], userVerified: true });
    const [last] = removed.body.securityKeys as { credentialId: string }[];
    const refused = await again.post('/two-step/security-keys/remove', { id: last?.credentialId });
    expect(refused.body).to.include({ code: 'factor-last' });
  });

  it('has a guard and a policy that no code opens, from a day on', async () => {
    const { byKey, policy } = onlyKeys;
    const panel = await startPanel({
      users: [{ ...user('root'), level: 'admin' }, user('alice')],
      options: {
        ...passkeys,
        policy,
        account: ({ id, login, level }) => ({ id, name: login, level, securityStamp: 1 }),
      },
      routes: ({ app }) => void app.get('/by-key', byKey, (_req, res) => void res.json({ open: true })),
    });
    const { client, phone } = await enrolled(panel, 'root');
    expect((await client.get('/by-key')).body).to.include({ code: 'security-key-required' });
    await client.post('/two-step/step-up', { code: phone.nextCode() });
    expect((await client.get('/by-key')).body).to.include({ code: 'security-key-required' });

    panel.now = Date.UTC(2027, 0, 2);
    const root = new Client(panel);
    const asked = await root.login('root');
    expect(asked.body.methods).to.deep.equal(['otp', 'recovery-code']);
    await root.post('/two-step/verify', { code: phone.nextCode() });
    expect(await root.me(), 'a code alone').to.equal(null);
    const { key } = await added(root);
    expect(await root.me()).to.equal('root');
    expect((await root.get('/by-key')).body).to.deep.equal({ open: true });
    panel.now += 301_000;
    expect((await root.get('/by-key')).body.code).to.equal('security-key-required');
    const credential = key.get(askedBy(await root.get('/two-step/step-up')));
    await root.post('/two-step/step-up', { credential });
    expect((await root.get('/by-key')).body).to.deep.equal({ open: true });
    expect(await panel.secondFactor.verify('root', phone.nextCode())).to.include({ ok: false });
    expect((await new Client(panel).login('alice')).status, 'others').to.equal(200);
  });
});
