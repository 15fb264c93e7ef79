import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { enrolled, stopPanels } from '../docs/trap-panel.js';
import type { Client } from '../docs/trap-panel.js';
import { startSessionPanel, userOf } from '../support/session-panel.js';
import type { SessionPanel } from '../support/session-panel.js';

describe('session/still-holds: a body that comes late', () => {
  afterEach(stopPanels);

  /** The code of the answer to a request whose body comes in two parts, with something between them. */
  async function inTwoParts(
    panel: SessionPanel,
    { cookie }: Client,
    path: string,
    body: object,
    meanwhile: () => unknown,
  ): Promise<unknown> {
    const headers = { cookie, 'content-type': 'application/json', accept: 'application/json' };
    const sent = request({ port: panel.port, path, method: 'POST', headers, agent: false });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    const whole = JSON.stringify(body);
    sent.write(whole.slice(0, 3));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await meanwhile();
    sent.end(whole.slice(3));
    const [answer] = await answered;
    return (JSON.parse(await text(answer)) as { code?: unknown }).code;
  }

  const changes: Record<string, (panel: SessionPanel, client: Client) => unknown> = {
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
        const panel = await startSessionPanel();
        const { client, phone } = await enrolled(panel);
        const body = { code: phone() };
        const before = await panel.store.get('alice');
        const answer = await inTwoParts(panel, client, path, body, () => change(panel, client));
        const movesOn = path === '/two-step/step-up' || path === '/two-step/setup';
        expect(answer, path).to.equal(movesOn ? 'sign-in-expired' : 'login-required');
        expect(await panel.store.get('alice'), path).to.equal(before);
      }
    });
  }

  it('does what it asks where nothing has changed', async () => {
    const panel = await startSessionPanel();
    const { client, phone } = await enrolled(panel);
    const body = { code: phone() };
    expect(await inTwoParts(panel, client, '/two-step/disable', body, () => undefined)).to.equal(undefined);
    expect(await panel.store.get('alice')).to.equal(null);
  });
});
