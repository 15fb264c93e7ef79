import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending, enable, phoneWith } from '../support/people.js';

const MANAGING = [
  'setup',
  'setup/confirm',
  'setup/cancel',
  'disable',
  'recovery-codes',
  'step-up',
  'authenticators/remove',
  'browsers/revoke',
];

attack(
  'D1: enroll or replace the factor while the code is missing (on %s)',
  (panel) => {
    it('refuses every managing route to who is pending', async () => {
      const { phone } = await enrolled(panel(), 'alice');
      const before = await panel().record('alice');
      const client = await pending(panel(), 'alice');
      for (const path of MANAGING) {
        const answer = await client.post(`/two-step/${path}`, { code: phone.code(), add: true, all: true });
        expect(answer.status, path).to.equal(401);
        expect(answer.text, path).not.to.match(/otpauth|recoveryCodes"|<svg/);
      }
      for (const path of ['setup', 'browsers', 'step-up']) {
        expect((await client.get(`/two-step/${path}`)).status, path).to.equal(401);
      }
      expect(await panel().record('alice')).to.equal(before);
      expect((await client.get('/api/secret')).status).to.equal(401);
    });

    it('lets who must enroll do so once: another who was parked before is refused at the confirmation', async () => {
      const clients = [new Client(panel()), new Client(panel())];
      for (const client of clients)
        expect((await client.login('admin')).body.code).to.equal('enrollment-required');
      const [owner, thief] = clients as [(typeof clients)[0], (typeof clients)[0]];
      const { key } = (await thief.post('/two-step/setup')).body as { key: string };
      await enable(panel(), owner);
      const before = await panel().record('admin');

      const right = phoneWith(panel(), key).code();
      const { code } = (await thief.post('/two-step/setup/confirm', { code: right })).body;
      expect(code).to.equal('sign-in-expired');
      expect(await thief.who()).to.equal('login-required');
      expect((await thief.post('/two-step/setup')).status).to.equal(401);
      expect(await panel().record('admin')).to.equal(before);
    });

    it('enrolls one of many who confirm at once, and signs in nobody else', async () => {
      const clients = Array.from({ length: 8 }, () => new Client(panel()));
      for (const client of clients) await client.login('admin');
      const outcomes = await Promise.allSettled(clients.map((client) => enable(panel(), client)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const there = await Promise.all(clients.map((client) => client.who()));
      expect(there.filter((who) => who === 'admin')).to.have.length(1);
      expect((await panel().secondFactor.status('admin')).enrolled).to.equal(true);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30', PANEL_REQUIRE_FACTOR: 'admin' },
);
