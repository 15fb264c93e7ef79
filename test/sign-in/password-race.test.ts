import { expect } from 'chai';
import { PASSWORD_COST } from '../../example/panel/passwords.js';
import type { RunningPanel } from '../support/panel-process.js';
import { startExamplePanel } from '../support/panel-process.js';
import { Client } from '../support/client.js';

describe('a password that is changed while it is checked', () => {
  let panel: RunningPanel;

  before(async () => {
    panel = await startExamplePanel(undefined, {}, { passwordCost: PASSWORD_COST });
  });

  after(() => panel.end());

  it('leaves nobody signed in with the old password, whichever comes first', async () => {
    const root = await panel.signedIn('root');
    let old = 'alice-password';
    for (let time = 0; time < 6; time++) {
      const fresh = `another-password-${String(time)}`;
      const jar = new Client(panel);
      const [changed] = await Promise.all([
        root.post('/staff/alice/edit', { password: fresh }),
        jar.login('alice', old),
      ]);
      expect(changed.status).to.equal(200);
      expect(await jar.who()).to.equal('login-required');
      old = fresh;
    }
  });
});
