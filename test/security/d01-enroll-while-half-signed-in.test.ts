import { expect } from 'chai';
import { codeAt } from './support/acgl-panel.js';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

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
  'D1: enroll or replace the factor while the code is missing',
  (panel) => {
    it('refuses every managing route to who is pending', async () => {
      const { phone } = await panel().enrolled('alice');
      const before = await panel().record('alice');
      const jar = await panel().pending('alice');
      for (const path of MANAGING) {
        const answer = await jar.post(`/two-step/${path}`, { code: phone.code(), add: true, all: true });
        expect(answer.status, path).to.equal(401);
        expect(answer.text, path).not.to.match(/otpauth|recoveryCodes"|<svg/);
      }
      for (const path of ['setup', 'browsers', 'step-up']) {
        expect((await jar.get(`/two-step/${path}`)).status, path).to.equal(401);
      }
      expect(await panel().record('alice')).to.equal(before);
      expect((await jar.get('/api/secret')).status).to.equal(401);
    });

    it('lets who must enroll do so once: another who was parked before is refused at the confirmation', async () => {
      const jars = [new Client(panel()), new Client(panel())];
      for (const jar of jars) expect((await jar.login('admin')).body.code).to.equal('enrollment-required');
      const [owner, thief] = jars as [(typeof jars)[0], (typeof jars)[0]];
      const { key } = (await thief.post('/two-step/setup')).body as { key: string };
      await panel().enroll(owner);
      const before = await panel().record('admin');

      const right = codeAt(panel(), { key }, 0);
      const { code } = (await thief.post('/two-step/setup/confirm', { code: right })).body;
      expect(code).to.equal('sign-in-expired');
      expect(await thief.who()).to.equal('login-required');
      expect((await thief.post('/two-step/setup')).status).to.equal(401);
      expect(await panel().record('admin')).to.equal(before);
    });

    it('enrolls one of many who confirm at once, and signs in nobody else', async () => {
      const jars = Array.from({ length: 8 }, () => new Client(panel()));
      for (const jar of jars) await jar.login('admin');
      const enrolled = await Promise.allSettled(jars.map((jar) => panel().enroll(jar)));
      expect(enrolled.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const there = await Promise.all(jars.map((jar) => jar.who()));
      expect(there.filter((who) => who === 'admin')).to.have.length(1);
      expect((await panel().secondFactor.status('admin')).enrolled).to.equal(true);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30', PANEL_REQUIRE_FACTOR: 'admin' },
);
