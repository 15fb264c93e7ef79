import { expect } from 'chai';
import type { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enable, signedIn, verify } from '../support/people.js';

const idOf = (client: Client): string =>
  decodeURIComponent(client.cookies.get('panel.sid') ?? '')
    .slice(2)
    .split('.')[0] ?? '';

describe('G2: an old session id that is still alive after a new one was given', () => {
  attack('on %s', (target) => {
    it('is dead after each step, a set-up, a step-up, disabling and signing out', async () => {
      const client = await signedIn(target(), 'alice');
      const { phone } = await enable(target(), client);
      const steps: [string, () => Promise<{ status: number }>][] = [
        ['login', () => client.login('alice')],
        ['logout', () => client.post('/logout')],
        ['password', () => client.login('alice')],
        ['code', () => verify(client, phone.nextCode())],
        ['step-up', () => client.post('/two-step/step-up', { code: phone.nextCode() })],
        ['setup', () => client.post('/two-step/setup')],
        ['disable', () => client.post('/two-step/disable', { code: phone.nextCode() })],
        ['setup again', () => client.post('/two-step/setup')],
      ];
      for (const [what, step] of steps) {
        const old = client.copy();
        const { status } = await step();
        expect(status, what).to.be.oneOf([200, 401]);
        expect(idOf(client), what).not.to.equal(idOf(old));
        await isOut(old);
        const { redis } = target();
        if (redis) expect(await redis.exists(`sess:${idOf(old)}`), `${what}: the key`).to.equal(0);
      }
      expect(await client.who()).to.equal('alice');
    });
  });
});
