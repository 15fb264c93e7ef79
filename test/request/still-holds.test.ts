import { expect } from 'chai';
import { answerInTwoParts } from '../support/in-two-parts.js';
import type { Client } from '../support/client.js';
import { enrolled } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

describe('request/still-holds: a body that comes late', () => {
  afterEach(stopPanels);

  /** The code of the answer to a request whose body comes in two parts, with something between them. */
  async function inTwoParts(
    { port }: Panel,
    { cookie }: Client,
    path: string,
    body: object,
    meanwhile: () => unknown,
  ): Promise<unknown> {
    return (await answerInTwoParts(`http://127.0.0.1:${port}${path}`, cookie, body, meanwhile)).code;
  }

  const changes: Record<string, (panel: Panel, client: Client) => unknown> = {
    'the password was changed': (panel) => userOf(panel).passwordChangedAt++,
    'the account was deleted': (panel) => panel.users.splice(0, 1),
    'its owner signed out': (_panel, client) => client.post('/logout'),
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`does nothing of what it asks once ${what}`, async () => {
      for (const path of [
        '/two-step/disable',
        '/two-step/recovery-codes',
        '/two-step/step-up',
        '/two-step/setup',
      ]) {
        const panel = await startPanel();
        const { client, phone } = await enrolled(panel);
        const body = { code: phone.nextCode() };
        const before = await panel.store.get('alice');
        const answer = await inTwoParts(panel, client, path, body, () => change(panel, client));
        const movesOn = path === '/two-step/step-up' || path === '/two-step/setup';
        expect(answer, path).to.equal(movesOn ? 'sign-in-expired' : 'login-required');
        expect(await panel.store.get('alice'), path).to.equal(before);
      }
    });
  }

  it('does what it asks where nothing has changed', async () => {
    const panel = await startPanel();
    const { client, phone } = await enrolled(panel);
    const body = { code: phone.nextCode() };
    expect(await inTwoParts(panel, client, '/two-step/disable', body, () => undefined)).to.equal(undefined);
    expect(await panel.store.get('alice')).to.equal(null);
  });
});
