import { expect } from 'chai';
import { PASSWORD_COST } from '../../example/panel/passwords.js';
import { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { startExamplePanel } from '../support/example-panel.js';
import { signedIn } from '../support/people.js';

describe('a password that is changed while it is checked', () => {
  let panel: ExamplePanel;

  before(async () => {
    panel = await startExamplePanel(undefined, {}, { passwordCost: PASSWORD_COST });
  });

  after(() => panel.end());

  it('leaves nobody signed in with the old password, whichever comes first', async () => {
    const root = await signedIn(panel, 'root');
    let old = 'alice-password';
    for (let time = 0; time < 6; time++) {
      const fresh = `another-password-${String(time)}`;
      const client = new Client(panel);
      const [changed] = await Promise.all([
        root.post('/staff/alice/edit', { password: fresh }),
        client.login('alice', old),
      ]);
      expect(changed.status).to.equal(200);
      expect(await client.who()).to.equal('login-required');
      old = fresh;
    }
  });
});
