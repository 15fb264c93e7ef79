import { expect } from 'chai';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel } from '../support/panel.js';

describe('settings/manage: whether recovery codes were saved', () => {
  let panel: Panel;
  let client: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    ({ client, phone } = await enrolled(panel));
    panel.told();
  });
  afterEach(stopPanels);

  const confirm = (set: unknown, of = client): Promise<Answer> =>
    of.post('/two-step/recovery-codes/confirm', { set });
  const known = async (): Promise<unknown> =>
    (await panel.secondFactor.status('alice')).recoveryCodesConfirmed;
  /** What the owner reads in JSON: whether, and which set is open. */
  async function told(of = client): Promise<{ confirmed: unknown; set: unknown }> {
    const { recoveryCodesConfirmed: confirmed, recoveryCodesSet: set } = (await of.get('/two-step')).body;
    return { confirmed, set };
  }

  it('is open for a new set, until its owner says so, once and for all sessions', async () => {
    const { confirmed, set } = await told();
    expect([confirmed, await known()]).to.deep.equal([false, false]);
    const answer = await confirm(set);
    expect([answer.status, answer.body.recoveryCodesConfirmed]).to.deep.equal([200, true]);
    expect(panel.told()).to.deep.equal(['recovery-codes-confirmed']);
    expect(await told()).to.deep.equal({ confirmed: true, set: null });
    expect(await known()).to.equal(true);
  });

  it('goes on to where a sign-in may end, and to no origin that may only call', async () => {
    const origins = { allowedOrigins: ['https://spa.example'], returnToOrigins: ['https://client.example'] };
    const made = await startPanel({ options: origins });
    const { client: owner } = await enrolled(made);
    const { set } = await told(owner);
    for (const [returnTo, location] of [
      ['https://client.example/a?b=1', 'https://client.example/a?b=1'],
      ['https://spa.example/a', '/two-step'],
      ['//client.example', '/two-step'],
    ] as const) {
      const form = new URLSearchParams({ set: String(set), returnTo });
      const answer = await owner.post('/two-step/recovery-codes/confirm', form, { accept: 'text/html' });
      expect([answer.status, answer.headers.location]).to.deep.equal([303, location]);
    }
  });

  it('writes nothing and tells nothing where it is known', async () => {
    const { set } = await told();
    await confirm(set);
    panel.told();
    const before = await panel.store.get('alice');
    expect((await confirm(set)).status).to.equal(200);
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(before);
  });

  for (const who of ['the owner', 'an operator'] as const) {
    it(`is open again once ${who} made new ones, whatever an old tab says`, async () => {
      const { set: old } = await told();
      await confirm(old);
      if (who === 'the owner') await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
      else await panel.secondFactor.admin.recoveryCodes('alice', { by: 'support' });
      const { confirmed, set } = await told();
      expect([confirmed, set === old]).to.deep.equal([false, false]);
      const before = await panel.store.get('alice');
      for (const given of [old, undefined, null, '', [set], { set }, 1]) {
        const answer = await confirm(given);
        expect([answer.status, answer.body.code]).to.deep.equal([409, 'recovery-codes-outdated']);
      }
      expect(await panel.store.get('alice')).to.equal(before);
      expect((await confirm(set)).status).to.equal(200);
      expect(await known()).to.equal(true);
    });
  }

  it('comes with the codes, for the tab that shows them', async () => {
    const { body } = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
    expect(body.recoveryCodesSet).to.equal((await told()).set);
  });

  it('is known once one of them was used, and open again once one of them paid for new ones', async () => {
    const { body } = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
    const [first, second] = body.recoveryCodes as string[];
    await client.post('/two-step/step-up', { code: first });
    expect(await told()).to.deep.equal({ confirmed: true, set: null });
    await client.post('/two-step/recovery-codes', { code: second });
    expect(await known()).to.equal(false);
  });

  it('was never asked of imported accounts, and is never asked there', async () => {
    await panel.secondFactor.admin.import('bob', {
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      by: 'migration',
    });
    expect((await panel.secondFactor.status('bob')).recoveryCodesConfirmed).to.equal(null);
  });

  it('is read by nobody but the owner, and confirmed by nobody who gave no code', async () => {
    const { set } = await told();
    const refusals: unknown[] = [];
    const before = await panel.store.get('alice');
    const stranger = new Client(panel);
    refusals.push((await confirm(set, stranger)).body.code);
    await stranger.login('bob');
    refusals.push((await confirm(set, stranger)).body.code);
    expect(await told(stranger)).to.deep.equal({ confirmed: null, set: null });
    const parked = await loggedIn(panel);
    refusals.push((await confirm(set, parked)).body.code);
    expect(await told(parked)).to.deep.equal({ confirmed: undefined, set: undefined });
    const evil = { origin: 'https://evil.example' };
    refusals.push((await client.post('/two-step/recovery-codes/confirm', { set }, evil)).body.code);
    expect(refusals).to.deep.equal(['login-required', 'not-enrolled', 'code-required', 'cross-site']);
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('is read on a remembered browser, and confirmed there for the price of a code', async () => {
    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await other.post('/logout');
    await other.login('alice');
    const { confirmed, set } = await told(other);
    expect(confirmed).to.equal(false);
    expect((await confirm(set, other)).body).to.include({
      code: 'step-up-required',
      location: '/two-step/step-up',
    });
    await other.post('/two-step/step-up', { code: phone.nextCode() });
    expect((await confirm(set, other)).status).to.equal(200);
  });
});
