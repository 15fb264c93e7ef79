import { expect } from 'chai';
import type { Policy } from 'passport-second-factor';
import { addKey, startKeyPanel, waiting } from '../support/key-panel.js';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import type { Phone } from '../support/people.js';

describe('a policy of keys alone, where the application still says that there is the second factor of before (M8)', () => {
  let has: boolean;
  let panel: Panel;
  let policy: Policy;
  let phone: Phone;
  beforeEach(async () => {
    has = false;
    policy = 'optional';
    panel = await startKeyPanel({
      policy: () => policy,
      account: ({ id, login, passwordChangedAt }) => ({
        id,
        name: login,
        securityStamp: passwordChangedAt,
        otherFactor: has,
      }),
    });
  });
  afterEach(stopPanels);

  const begin = async (): Promise<Client> => {
    const { client, phone: owned } = await enrolled(panel);
    phone = owned;
    return client;
  };
  const comes = (): void => {
    has = true;
    policy = { phishingResistant: true };
  };

  it('takes no code of an account with a key', async () => {
    const owner = await begin();
    const key = await addKey(owner);
    comes();
    const before = await panel.store.get('alice');
    const step = await owner.post('/two-step/step-up', { code: phone.nextCode() });
    expect(step.body.code).to.equal('security-key-required');
    const { client, asked } = await waiting(panel);
    const given = await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(given.body.code).to.equal('security-key-required');
    expect(await panel.secondFactor.verify('alice', phone.nextCode())).to.deep.equal({
      ok: false,
      reason: 'security-key-required',
    });
    expect(await panel.secondFactor.admin.account('alice')).to.include({ keysOnly: true });
    expect(await panel.store.get('alice')).to.equal(before);
    expect((await client.post('/two-step/verify', { credential: key.get(asked) })).status).to.equal(200);
  });

  it('ends sessions by a code, and lets a key be added after one', async () => {
    const owner = await begin();
    comes();
    expect((await owner.get('/two-step')).body.state).to.equal('must-enroll');
    const { client } = await waiting(panel);
    const given = await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(given.body.state).to.equal('must-enroll');
    expect((await client.post('/two-step/setup')).body.code).to.equal('security-key-required');
    await addKey(client);
    expect(await client.me()).to.equal('alice');
  });

  it('meets the policy while there is no record', async () => {
    comes();
    const client = new Client(panel);
    expect((await client.login('alice')).status).to.equal(200);
    expect(await panel.secondFactor.verify('alice', '123456')).to.deep.equal({
      ok: false,
      reason: 'other-factor',
    });
    expect(await panel.secondFactor.admin.account('alice')).to.include({ keysOnly: false });
  });
});
