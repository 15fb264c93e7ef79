import { expect } from 'chai';
import type { SecondFactorEvent } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel } from '../support/panel.js';

describe('settings/manage', () => {
  let panel: Panel;
  let client: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    ({ client, phone } = await enrolled(panel));
    panel.told();
  });
  afterEach(stopPanels);

  const operations = (): unknown[] =>
    panel.events.flatMap((event: SecondFactorEvent) => ('operation' in event ? [event.operation] : []));
  const state = async (of = client): Promise<unknown> => (await panel.stored(of))?.passportSecondFactor;

  /** A browser that is remembered, and signed in without a code. */
  async function remembered(): Promise<Client> {
    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await other.post('/logout');
    await other.login('alice');
    expect(await state(other)).to.include({ state: 'remembered' });
    panel.told();
    return other;
  }

  it('steps up, and says so: the mark is fresh, everything else of it stays', async () => {
    const before = (await state()) as Record<string, unknown>;
    panel.now += 3_600_000;
    expect((await client.post('/two-step/step-up', { code: phone.nextCode() })).status).to.equal(200);
    expect(await state()).to.deep.include({ ...before, factorAt: panel.now });
    expect(panel.told()).to.deep.equal(['code-accepted', 'stepped-up']);
    expect(operations().at(-1)).to.equal('step-up');
  });

  it('makes new recovery codes, for the price of a code', async () => {
    const answer = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
    expect(answer.body.recoveryCodes).to.have.length(10);
    expect(panel.told()).to.deep.equal(['code-accepted', 'recovery-codes-regenerated']);
    expect(operations().at(-1)).to.equal('recovery-codes');
    const [code] = answer.body.recoveryCodes as string[];
    const again = await client.post('/two-step/recovery-codes', { code });
    expect(again.body.recoveryCodes).to.have.length(10);
    const used = panel.events.find(({ name }) => name === 'recovery-code-used');
    expect(used, 'the new ones').to.include({ recoveryCodesLeft: 10 });
    expect((await panel.secondFactor.status('alice')).recoveryCodesLeft).to.equal(10);
    expect((await client.post('/two-step/recovery-codes', { code })).body.code).to.equal('code-invalid');
  });

  it('disables, and the session goes on as one without a second factor', async () => {
    const { passwordAt, stamp } = (await state()) as Record<string, unknown>;
    expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(200);
    expect(await state()).to.deep.equal({ state: 'signed-in', account: 'alice', stamp, passwordAt });
    expect(panel.told()).to.deep.equal(['code-accepted', 'disabled']);
    expect(operations().at(-1)).to.equal('disable');
    expect(await client.me()).to.equal('alice');
  });

  it('takes a code on a remembered browser too, and what it proves is said honestly', async () => {
    const other = await remembered();
    expect((await other.post('/two-step/step-up', { code: phone.nextCode() })).status).to.equal(200);
    expect(await state(other)).to.include({ state: 'verified', factorAt: panel.now });
    const third = await remembered();
    expect((await third.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(200);
    expect(await state(third)).to.include({ state: 'signed-in' });
  });

  it('has nothing to manage for an account without a second factor, or for nobody', async () => {
    const bob = await loggedIn(panel, 'bob');
    for (const path of ['step-up', 'disable', 'recovery-codes']) {
      expect(
        (await new Client(panel).post(`/two-step/${path}`, { code: '123456' })).body.code,
        path,
      ).to.equal(path === 'step-up' ? 'sign-in-expired' : 'login-required');
    }
    for (const path of ['disable', 'recovery-codes', 'authenticators/remove', 'browsers/revoke']) {
      const { body } = await bob.post(`/two-step/${path}`, { code: '123456', id: 'x' });
      expect(body.code, path).to.equal('not-enrolled');
    }
    expect(panel.told()).to.deep.equal(['signed-in']);
  });

  it('does nothing for a session whose enrollment is another one by the time it acts', async () => {
    const { body } = await client.post('/two-step/setup', { add: true });
    expect(body).to.have.property('key');
    const { authenticators } = (await client.get('/two-step')).body as { authenticators: { id: string }[] };
    const requests: [string, object][] = [
      ['authenticators/remove', { id: authenticators[0]?.id }],
      ['browsers/revoke', { all: true }],
      ['disable', { code: phone.nextCode() }],
      ['recovery-codes', { code: phone.nextCode() }],
    ];
    for (const [path, given] of requests) {
      // The operator takes it off, and the owner enables it anew, while the request is being checked.
      const { read } = { read: panel.store.get.bind(panel.store) };
      let reads = 0;
      panel.store.get = async (id) => {
        if (++reads === 2) {
          panel.store.get = read;
          await panel.secondFactor.admin.disable('alice', { by: 'operator' });
          await panel.secondFactor.admin.import('alice', {
            secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
            by: 'operator',
          });
        }
        return read(id);
      };
      const answer = await client.post(`/two-step/${path}`, given);
      expect(answer.body.code, path).to.equal('not-enrolled');
      expect(await panel.secondFactor.status('alice'), path).to.include({
        enrolled: true,
        authenticators: 1,
      });
      panel.store.get = read;
      await panel.secondFactor.admin.disable('alice', { by: 'operator' });
      ({ client, phone } = await enrolled(panel));
    }
  });

  it('asks for the code where a browser is forgotten at the very moment it signs in', async () => {
    const other = await remembered();
    await other.post('/logout');
    panel.now += 2 * 86_400_000; // its use is written once a day
    const swap = panel.store.compareAndSet.bind(panel.store);
    panel.store.compareAndSet = async (...given) => {
      panel.store.compareAndSet = swap;
      await panel.secondFactor.admin.revokeBrowsers('alice', { by: 'operator' });
      return swap(...given);
    };
    expect((await other.login('alice')).body.code).to.equal('code-required');
  });

  it('lists and forgets browsers by their id, and tells of one that there is not', async () => {
    const other = await remembered();
    const { browsers } = (await other.get('/two-step/browsers')).body as { browsers: { id: string }[] };
    expect(browsers).to.have.length(1);
    expect((await other.post('/two-step/browsers/revoke', { id: 'another' })).body.code).to.equal(
      'not-found',
    );
    expect(panel.told()).to.deep.equal([]);
    expect((await other.post('/two-step/browsers/revoke', { id: browsers[0]?.id })).status).to.equal(200);
    expect(panel.told()).to.include('browsers-revoked');
    expect((await other.get('/me')).body.user).to.equal(null);
  });

  it('tells that browsers were forgotten only where there were some', async () => {
    const other = await remembered();
    const forgetAll = async (): Promise<number> =>
      (await other.post('/two-step/browsers/revoke', { all: true })).status;
    expect(await forgetAll()).to.equal(200);
    expect(panel.told()).to.include('browsers-revoked');
    await other.post('/two-step/verify', { code: phone.nextCode() });
    await forgetAll(); // the browser that has just become known
    const before = await panel.store.get('alice');
    panel.told();
    for (let again = 0; again < 2; again++) expect(await forgetAll()).to.equal(200);
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(before);
  });
});
