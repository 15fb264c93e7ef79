import { expect } from 'chai';
import { Client } from '../support/client.js';
import { KEYS, addKey } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';

describe('after a recovery code', () => {
  let panel: Panel;
  let codes: string[];
  beforeEach(async () => {
    panel = await startPagePanel({ issuer: 'Acme Panel' });
    await enrolled(panel, 'alice', new Client(panel));
    codes = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
  });
  afterEach(stopPanels);

  async function pending(): Promise<Client> {
    const visitor = new Client(panel);
    await visitor.logInByForm();
    return visitor;
  }

  it('tells at sign-in how many are left, and leads on or to the settings (E10)', async () => {
    const alice = await pending();
    const page = await alice.submit('/two-step/verify', { code: codes[0]! });
    expect(page.status).to.equal(200);
    expect(page.text).to.contain('You used a recovery code').and.contain('9 recovery codes are left.');
    expect(page.text).to.contain('href="/"').and.contain('href="/two-step"');
    expect(page.text).not.to.contain('Make new ones');
    // The only question on it is whether the phone is lost, and no button answers that.
    expect(page.text).to.contain('>Go on</a>').and.not.contain('Yes');
    expect((await alice.get('/two-step')).body.state).to.equal('verified');
  });

  it('warns from three on', async () => {
    for (let used = 0; used < 7; used++)
      await (await pending()).post('/two-step/verify', { code: codes[used] });
    const page = await (await pending()).submit('/two-step/verify', { code: codes[7]! });
    expect(page.text).to.contain('2 recovery codes are left. Make new ones.');
    const json = await (await pending()).post('/two-step/verify', { code: codes[8] });
    expect(json.body).to.deep.equal({ state: 'verified', returnTo: '/', recoveryCodesLeft: 1 });
  });

  it('tells the same after a step-up', async () => {
    const alice = await pending();
    await alice.submit('/two-step/verify', { code: codes[0]! });
    const page = await alice.submit('/two-step/step-up', { code: codes[1]! });
    expect(page.text).to.contain('8 recovery codes are left.');
    const json = await alice.post('/two-step/step-up', { code: codes[2] });
    expect(json.body).to.deep.equal({ state: 'verified', returnTo: '/', recoveryCodesLeft: 7 });
  });

  for (const [what, prepare, said] of [
    ['a phone', undefined, 'codes that your phone showed'],
    ['a hardware token', { digits: 8 } as const, 'codes that your authenticator showed'],
  ] as const) {
    it(`speaks of ${what} to who has one`, async () => {
      if (prepare) {
        await panel.secondFactor.admin.disable('alice', { by: 'test' });
        const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
        await panel.secondFactor.admin.import('alice', { secret, ...prepare, by: 'test' });
        codes = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
      }
      const alice = await pending();
      const used = await alice.submit('/two-step/verify', { code: codes[0]! });
      expect(used.text).to.contain(said);
      const pages = [
        used,
        await alice.open('/two-step'),
        await alice.submit('/two-step/step-up', { code: codes[1]! }),
      ];
      const made = await alice.submit('/two-step/recovery-codes', { code: codes[2]! });
      expect(made.text).to.contain('Your recovery codes');
      for (const { text } of [...pages, made]) {
        const others = text.replace(/<section[^>]*>\s*<h2>(?:Authenticators|Passkeys).*?<\/section>/gs, '');
        expect(others.replace('Set up a phone in the settings', '').includes('phone'), text).to.equal(
          !prepare,
        );
      }
    });
  }

  for (const owns of [true, false]) {
    it(`says ${owns ? '' : 'nothing '}of keys, which stay when the lost phone is replaced, to who has ${owns ? 'one' : 'none'}`, async () => {
      const own = await startPagePanel({ webauthn: KEYS });
      const { client: owner, recoveryCodes } = await enrolled(own);
      if (owns) await addKey(owner);
      const alice = new Client(own);
      await alice.logInByForm();
      const used = await alice.submit('/two-step/verify', { code: recoveryCodes[0]! });
      const settings = await alice.open('/two-step');
      await alice.submit('/two-step/setup');
      const { key, id } = (await alice.get('/two-step/setup')).body as { key: string; id: string };
      await alice.submit('/two-step/setup/confirm', { code: phoneWith(own, key).code(), id });
      const replaced = await alice.open('/two-step');
      expect(replaced.text).to.contain('The new phone has taken the place of the old one.');
      for (const { text } of [used, settings, replaced]) {
        expect(text.includes('security keys stay. If one was on a lost phone, remove it'), text).to.equal(
          owns,
        );
      }
      const [said = ''] = /role="status">.*?<span>[^<]*</s.exec(replaced.text) ?? [];
      expect(said.includes('remove it as well'), 'also where the change is said').to.equal(owns);
    });
  }

  it('says it of a phone alone: not to who has only a key, nor after another change', async () => {
    const own = await startPagePanel({ webauthn: KEYS });
    const owner = new Client(own);
    await owner.logInByForm();
    await addKey(owner);
    const [code = ''] = (await own.secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
    const alice = new Client(own);
    await alice.logInByForm();
    const used = await alice.submit('/two-step/verify', { code });
    expect(used.text).to.contain('remove the lost one').and.not.contain('security keys stay');
    await alice.submit('/two-step/setup', { add: 'on' });
    const { key, id } = (await alice.get('/two-step/setup')).body as { key: string; id: string };
    await alice.submit('/two-step/setup/confirm', { code: phoneWith(own, key).code(), id });
    const [said = ''] = /role="status">.*?<span>[^<]*</s.exec((await alice.open('/two-step')).text) ?? [];
    expect(said).to.contain('was added').and.not.contain('security keys stay');
  });
});
