import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Notice, Policy } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { webauthn } from 'passport-second-factor/webauthn';
import { until } from '../support/eventually.js';
import { caught } from '../support/headless.js';
import { ORIGIN, addKey, keyOwner, startKeyPanel, waiting } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';

const BY = { by: 'operator' };

describe('operator: passkeys and security keys', () => {
  afterEach(stopPanels);

  it('are listed with what names them, and nothing that opens anything', async () => {
    const panel = await startKeyPanel();
    const { key } = await keyOwner(panel);
    const { securityKeys, authenticators } = await panel.secondFactor.status('alice');
    expect(authenticators).to.equal(0);
    expect(securityKeys).to.have.length(1);
    expect(securityKeys[0]).to.have.all.keys(
      'credentialId',
      'name',
      'rpId',
      'addedAt',
      'lastUsedAt',
      'stopped',
    );
    expect(securityKeys[0]).to.include({
      credentialId: key.id,
      name: 'Key',
      rpId: 'localhost',
      stopped: false,
    });
    expect((await panel.secondFactor.status('bob')).securityKeys).to.deep.equal([]);
  });

  it('are removed, one or all, which ends what they let in and is one event', async () => {
    const panel = await startKeyPanel();
    const { client } = await enrolled(panel);
    const [first] = [await addKey(client), await addKey(client)];
    panel.told();
    expect(await panel.secondFactor.admin.removeSecurityKeys('alice', BY, first.id)).to.equal(true);
    expect(panel.told()).to.deep.equal(['security-key-removed']);
    expect(await client.me()).to.equal(null);
    expect((await panel.secondFactor.status('alice')).securityKeys).to.have.length(1);
    expect(await panel.secondFactor.admin.removeSecurityKeys('alice', BY)).to.equal(true);
    expect(await panel.secondFactor.admin.removeSecurityKeys('alice', BY)).to.equal(false);
    const { asked } = await waiting(panel);
    expect(asked).to.equal(undefined);
  });

  it('are told of in words that are true of one and of all, and of an account that has no app', async () => {
    const notices: Notice[] = [];
    const panel = await startKeyPanel({ notify: (_account, notice) => notices.push(notice) });
    const { client } = await enrolled(panel);
    await addKey(client);
    await addKey(client);
    await panel.secondFactor.admin.removeSecurityKeys('alice', BY);
    await keyOwner(panel, 'bob');
    await panel.secondFactor.admin.disable('bob', BY);
    await until('both to be told', () => notices.at(-1)?.name === 'disabled');
    const [removed, disabled] = notices.slice(-3).filter(({ by }) => by !== undefined);
    expect(removed?.name).to.equal('security-key-removed');
    expect(removed?.texts.en.body).to.match(/^At least one of your passkeys or security keys/);
    expect(removed?.texts.ru.body).to.match(/^Удалён по меньшей мере один из ваших ключей/);
    expect(disabled?.texts.en.body).to.match(/^.*passkeys and security keys, no longer protect it\.$/m);
    expect(disabled?.texts.ru.body).to.match(/^.*ключи доступа и аппаратные ключи её больше не защищают\.$/m);
  });

  it('stay where the id of one is missing', async () => {
    const panel = await startKeyPanel();
    const { client } = await enrolled(panel);
    await addKey(client);
    for (const missing of [undefined, null, 0]) {
      const refused = await caught(
        panel.secondFactor.admin.removeSecurityKeys('alice', BY, missing as unknown as string),
      );
      expect(refused).to.include({ code: 'option-invalid' });
    }
    expect(await panel.secondFactor.admin.removeSecurityKeys('alice', BY, '')).to.equal(false);
    expect((await panel.secondFactor.status('alice')).securityKeys).to.have.length(1);
  });

  it('stay where nothing else is left', async () => {
    const panel = await startKeyPanel();
    await keyOwner(panel);
    const refused = await caught(panel.secondFactor.admin.removeSecurityKeys('alice', BY));
    expect(refused).to.include({ code: 'factor-last' });
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
  });

  it('of another rpId lock nobody out by themselves: they are not asked, and check tells (M11)', async () => {
    const parts = { keys: [randomBytes(32).toString('base64')], store: memoryStore() };
    const before = await startKeyPanel(parts);
    await keyOwner(before);
    const moved = webauthn({ rpId: 'panel.example', rpName: 'Panel', origins: ['https://panel.example'] });
    const panel = await startKeyPanel({ ...parts, webauthn: moved });
    const { warnings } = await panel.secondFactor.admin.check();
    expect(warnings.join()).to.match(/^1 of the passkeys and security keys were made for another rpId/);
    const { asked, client } = await waiting(panel);
    expect(asked).to.equal(undefined);
    expect((await client.get('/two-step/verify')).body.methods).to.deep.equal(['recovery-code']);
    const page = await client.get('/two-step/verify', { accept: 'text/html' });
    expect(page.text).to.include('do not work here any more').and.not.include('with your passkey');
    expect(ORIGIN).to.equal('http://localhost');
  });

  it('let nobody in where the option is gone, and check tells', async () => {
    const parts = { keys: [randomBytes(32).toString('base64')], store: memoryStore() };
    await keyOwner(await startKeyPanel(parts));
    const panel = await startKeyPanel({ ...parts, webauthn: undefined });
    const { warnings } = await panel.secondFactor.admin.check();
    expect(warnings.join()).to.match(
      /^1 of the passkeys and security keys let nobody in, since there is no option/,
    );
  });

  it('are all that a policy takes, as the description of the account says, and not where it fails', async () => {
    let policy: () => Policy = () => ({ phishingResistant: true });
    const panel = await startKeyPanel({ policy: () => policy() });
    const described = () => panel.secondFactor.admin.account('alice');
    expect(await described()).to.include({ keysOnly: true });
    policy = () => 'required';
    expect(await described()).to.include({ keysOnly: false });
    policy = () => {
      throw new Error('no database');
    };
    expect(await described()).to.include({ keysOnly: false });
  });
});
