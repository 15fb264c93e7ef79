import { expect } from 'chai';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';
import type { Phone } from '../support/people.js';

const ENABLED = 'Two-step authentication is enabled.';
const NOT_ENABLED = 'Two-step authentication is not enabled.';
const BY = { by: 'operator' };
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const FORMS = [
  'step-up',
  'disable',
  'recovery-codes',
  'recovery-codes/confirm',
  'authenticators/remove',
  'setup/confirm',
  'browsers/revoke',
] as const;

describe('a form of the second factor that went meanwhile', () => {
  let panel: Panel;
  let alice: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startPagePanel({ rememberBrowsers: { days: 30 } });
    alice = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', alice));
  });
  afterEach(stopPanels);

  /** What the next form on the way has. */
  async function fieldsOf(form: (typeof FORMS)[number]): Promise<Record<string, string>> {
    const { body } = await alice.get('/two-step');
    const [{ id }] = body.authenticators as [{ id: string }];
    const fields = { id, all: 'on', set: String(body.recoveryCodesSet), code: phone.nextCode() };
    if (form !== 'setup/confirm') return fields;
    const { key, id: setup } = (await alice.post('/two-step/setup')).body;
    return { ...fields, id: String(setup), code: phoneWith(panel, String(key)).code() };
  }

  /** Something happens after the next request was checked, and before it acts. */
  function meanwhile(act: () => Promise<unknown>): void {
    const get = panel.store.get.bind(panel.store);
    let reads = 0;
    panel.store.get = async (...given) => {
      if (++reads === 2) {
        panel.store.get = get;
        await act();
      }
      return get(...given);
    };
  }

  for (const form of FORMS) {
    it(`leads to the page of what there is, and says no untruth on the way: ${form}`, async () => {
      const fields = await fieldsOf(form);
      meanwhile(() => panel.secondFactor.admin.disable('alice', BY));
      const { status, headers } = await alice.submit(`/two-step/${form}`, fields);
      expect([status, headers.location]).to.deep.equal([303, '/two-step']);
      expect((await alice.open('/two-step')).text)
        .to.contain(NOT_ENABLED)
        .and.not.contain(ENABLED);
    });

    it(`asks for a code of the second factor that came in its place: ${form}`, async () => {
      const fields = await fieldsOf(form);
      meanwhile(async () => {
        await panel.secondFactor.admin.disable('alice', BY);
        await panel.secondFactor.admin.import('alice', { ...BY, secret: SECRET });
      });
      const answer = await alice.submit(`/two-step/${form}`, fields);
      expect([answer.status, answer.headers.location]).to.deep.equal([303, '/two-step']);
      expect((await alice.open('/two-step')).headers.location).to.equal('/two-step/verify');
    });
  }

  it('shows the settings, and no form for a code that there is not, at a step-up', async () => {
    await panel.secondFactor.admin.disable('alice', BY);
    const { status, text } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(status).to.equal(409);
    expect(text).to.contain(NOT_ENABLED).and.contain('Enable two-step authentication');
    expect(text).not.to.contain('name="code"');
  });

  it('is a problem document for a program, as ever', async () => {
    meanwhile(() => panel.secondFactor.admin.disable('alice', BY));
    const { status, body } = await alice.post('/two-step/step-up', { code: phone.nextCode() });
    expect([status, body.code]).to.deep.equal([409, 'not-enrolled']);
  });
});
