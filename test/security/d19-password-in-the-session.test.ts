import { expect } from 'chai';
import { dumpRedis, sharedRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';

describe('D19: the password is parked with the pending sign-in', () => {
  let server: RedisServer;
  let panel: ExamplePanel;
  before(async () => {
    server = await sharedRedis();
    panel = await startExamplePanel(server.url, { PANEL_REQUIRE_FACTOR: 'admin' });
  });
  after(async () => {
    await panel.end();
  });

  it('keeps neither password nor hash nor key in Redis, pending, enrolling or verified', async () => {
    const alice = await signedIn(panel, 'alice');
    const { key } = (await enable(panel, alice)).phone;
    await new Client(panel).login('alice');
    const admin = await loggedIn(panel, 'admin');
    const { body } = await admin.post('/two-step/setup');
    const lying = await dumpRedis(server.url);
    expect(lying).to.contain('"pending"').and.to.contain('"must-enroll"').and.to.contain('"verified"');
    const forms = (text: string): string[] => [
      text,
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('hex'),
      encodeURIComponent(text),
    ];
    for (const secret of ['alice-password', 'admin-password', key, String(body.key)]) {
      for (const form of forms(secret)) expect(lying).not.to.contain(form);
    }
    expect(lying).not.to.match(/password"|scrypt|hash"/i);
    expect(lying, 'salt and hash of the panel').not.to.match(/[A-Za-z0-9+/]{22}==:[A-Za-z0-9+/]{43}=/);
  });
});
