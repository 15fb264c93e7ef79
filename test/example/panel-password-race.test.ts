import { expect } from 'chai';
import Libsql from 'libsql';
import { hearScrypt } from '../support/scrypt.js';
import type { HeardScrypt } from '../support/scrypt.js';
import { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { startExamplePanel } from '../support/example-panel.js';
import { signedIn, enable } from '../support/people.js';

describe('a password that is being set, in the example panel', () => {
  let panel: ExamplePanel;
  let scrypt: HeardScrypt;

  before(async () => {
    scrypt = hearScrypt();
    panel = await startExamplePanel();
  });
  after(async () => {
    scrypt.end();
    await panel.end();
  });

  function changeUsers(statement: string): void {
    const database = new Libsql(panel.databaseFile, { timeout: 5000 });
    database.exec(statement);
    database.close();
  }

  const ends: Record<string, (admin: Client) => unknown> = {
    'is demoted': () => changeUsers("UPDATE users SET level = 'user' WHERE id = 'admin'"),
    'signs out': (admin) => admin.post('/logout'),
    'is removed': () => changeUsers("DELETE FROM users WHERE id = 'admin'"),
  };
  for (const [what, end] of Object.entries(ends)) {
    it(`is not changed when the staff member who sets it ${what} while it is hashed`, async () => {
      changeUsers("UPDATE users SET level = 'admin' WHERE id = 'admin'");
      const admin = await signedIn(panel, 'admin');
      const hashing = scrypt.hold();
      const setting = admin.post('/staff/alice/edit', { password: 'password-of-a-thief' });
      await hashing.begun;
      await end(admin);
      hashing.release();
      expect((await setting).status).to.be.oneOf([401, 403]);
      expect((await new Client(panel).login('alice', 'password-of-a-thief')).body.code).to.equal(
        'invalid-credentials',
      );
    });
  }

  it('is not changed by its owner either once they need a second factor', async () => {
    const thief = await signedIn(panel, 'bob');
    const owner = await signedIn(panel, 'bob');
    const hashing = scrypt.hold();
    const setting = thief.post('/settings/password', {
      currentPassword: 'bob-password',
      newPassword: 'password-of-a-thief',
    });
    await hashing.begun;
    await enable(panel, owner);
    hashing.release();
    expect((await setting).status).to.equal(401);
    expect((await new Client(panel).login('bob', 'password-of-a-thief')).body.code).to.equal(
      'invalid-credentials',
    );
    expect((await owner.get('/api/me')).status).to.equal(200);
  });

  it('says on the page of who was slower that they have to sign in, and nothing of a user', async () => {
    const [owner, slower] = [await signedIn(panel, 'alice'), await signedIn(panel, 'alice')];
    const change = { currentPassword: 'alice-password', newPassword: 'password-of-the-owner' };
    const hashing = scrypt.hold();
    const setting = slower.submit('/settings/password', change);
    await hashing.begun;
    expect((await owner.post('/settings/password', change)).status).to.equal(200);
    hashing.release();
    const { status, text } = await setting;
    expect(status).to.equal(401);
    expect(text).to.contain('Sign in first.').and.not.contain('alice');
  });
});
