import { expect } from 'chai';
import { Client } from '../support/client.js';
import { asRoot, attack, enrolledRoot } from '../support/attack.js';
import { signedIn } from '../support/people.js';

const ROUTES = [
  'setup',
  'setup/confirm',
  'setup/cancel',
  'disable',
  'recovery-codes',
  'step-up',
  'verify',
  'cancel',
  'authenticators/remove',
  'browsers/revoke',
];

attack(
  'K11: the actor changes the factor, the password or the browsers of the target (on %s)',
  (panel) => {
    for (const first of ['root with a factor', 'root without']) {
      it(`refuses every verb and form to ${first}, and changes nothing`, async () => {
        const withFactor = first === 'root with a factor';
        const enrolled = withFactor ? await enrolledRoot(panel()) : null;
        const client = enrolled?.client ?? (await asRoot(panel()));
        await client.actAs('alice');
        const before = [await panel().record('root'), await panel().record('alice')];
        const code = enrolled?.phone.nextCode() ?? '000000';
        for (const route of ROUTES) {
          for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET']) {
            for (const [type, body] of [
              ['application/json', JSON.stringify({ code, all: true, id: 'x' })],
              ['application/x-www-form-urlencoded', `code=${code}&all=true`],
            ] as const) {
              const answer = await client.peek(method, `/two-step/${route}`, { 'content-type': type }, body);
              expect(answer.text, `${method} ${route}`).not.to.match(/otpauth|recoveryCodes"|"key"/);
              // These two say who is there, and change nothing.
              const may = route === 'verify' || route === 'cancel';
              if (!may) expect(answer.status, `${method} ${route}`).to.be.oneOf([403, 404, 409]);
            }
          }
        }
        expect([await panel().record('root'), await panel().record('alice')]).to.deep.equal(before);
        expect(await client.who()).to.equal('root > alice');
      });
    }

    it('changes no password of the target by the target’s own settings', async () => {
      const client = await signedIn(panel(), 'admin');
      await client.actAs('alice');
      const fields = { currentPassword: 'alice-password', newPassword: 'by the actor' };
      expect((await client.post('/settings/password', fields)).status).to.equal(403);
      expect((await client.submit('/settings/password', fields)).status).to.be.oneOf([303, 403]);
      expect((await new Client(panel()).login('alice')).status).to.equal(200);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
