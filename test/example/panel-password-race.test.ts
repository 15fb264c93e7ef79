import { expect } from 'chai';
import Libsql from 'libsql';
import { PASSWORD_COST } from '../../example/panel/passwords.js';
import type { Jar, RunningPanel } from '../support/panel-process.js';
import { startPanel } from '../support/panel-process.js';

describe('a password set by staff, in the example panel', () => {
  let panel: RunningPanel;

  before(async () => {
    panel = await startPanel(undefined, {}, { passwordCost: PASSWORD_COST });
  });
  after(() => panel.end());

  function changeUsers(statement: string): void {
    const database = new Libsql(panel.databaseFile, { timeout: 5000 });
    database.exec(statement);
    database.close();
  }

  const ends: Record<string, (admin: Jar) => unknown> = {
    'is demoted': () => changeUsers("UPDATE users SET level = 'user' WHERE id = 'admin'"),
    'signs out': (admin) => admin.post('/logout'),
    'is removed': () => changeUsers("DELETE FROM users WHERE id = 'admin'"),
  };
  for (const [what, end] of Object.entries(ends)) {
    it(`changes nothing when who set it ${what} while it is hashed`, async () => {
      changeUsers("UPDATE users SET level = 'admin' WHERE id = 'admin'");
      const admin = await panel.signedIn('admin');
      const setting = admin.post('/staff/alice/edit', { password: 'password-of-a-thief' });
      await new Promise((resolve) => setTimeout(resolve, 15));
      await end(admin);
      expect((await setting).status).to.be.oneOf([401, 403]);
      expect((await panel.jar().login('alice', 'password-of-a-thief')).body.code).to.equal(
        'invalid-credentials',
      );
    });
  }
});
