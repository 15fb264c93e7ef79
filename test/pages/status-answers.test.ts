import { expect } from 'chai';
import { addKey, startKeyPanel } from '../support/key-panel.js';
import { startLevelPanel } from '../support/level-panel.js';
import { stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import type { Client } from '../support/client.js';

interface Listed {
  readonly authenticators: readonly { readonly id: string }[];
  readonly securityKeys: readonly { readonly credentialId: string }[];
  readonly recoveryCodesSet: string;
}

/** Requests that are answered with the status of the session, in an order in which each can be made. */
const CHANGES: readonly { path: string; body: (now: Listed) => object }[] = [
  { path: 'recovery-codes/confirm', body: ({ recoveryCodesSet }) => ({ set: recoveryCodesSet }) },
  {
    path: 'security-keys/rename',
    body: ({ securityKeys }) => ({ id: securityKeys[0]?.credentialId, name: 'Desk' }),
  },
  { path: 'setup/cancel', body: () => ({}) },
  { path: 'security-keys/remove', body: ({ securityKeys }) => ({ id: securityKeys[0]?.credentialId }) },
  { path: 'authenticators/remove', body: ({ authenticators }) => ({ id: authenticators[0]?.id }) },
];

describe('what a change answers of the session', () => {
  afterEach(stopPanels);

  const status = async (client: Client): Promise<unknown> => (await client.get('/two-step')).body;

  it('is what the settings say right after it', async () => {
    const panel = await startKeyPanel();
    const { client } = await enrolled(panel);
    await addKey(client);
    await addKey(client);
    for (const { path, body } of CHANGES) {
      const before = await status(client);
      await client.post('/two-step/setup', { add: true });
      const answer = await client.post(`/two-step/${path}`, body(before as Listed));
      expect(answer.status, path).to.equal(200);
      expect(answer.body, path).to.deep.equal(await status(client));
      if (path !== 'setup/cancel') expect(answer.body, path).to.not.deep.equal(before);
    }
  });

  it('is so when somebody is entered and left too', async () => {
    const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
    const { client } = await enrolled(panel, 'root');
    for (const act of [() => client.actAs('alice'), () => client.leave()]) {
      const { status: given, body } = await act();
      const { returnTo: _returnTo, ...told } = body as Record<string, unknown>;
      expect(given).to.equal(200);
      expect(told).to.deep.equal(await status(client));
    }
  });
});
