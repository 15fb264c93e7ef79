import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';
import type { Client } from '../support/client.js';

const idOf = (jar: Client): string =>
  decodeURIComponent(jar.cookies.get('panel.sid') ?? '')
    .slice(2)
    .split('.')[0] ?? '';

describe('G2: an old session id that is still alive after a new one was given', () => {
  onEachStore((target) => {
    it('is dead after each step, a set-up, a step-up, disabling and signing out', async () => {
      const jar = await target().signedIn('alice');
      const phone = await target().enroll(jar);
      const steps: [string, () => Promise<{ status: number }>][] = [
        ['login', () => jar.login('alice')],
        ['logout', () => jar.post('/logout')],
        ['password', () => jar.login('alice')],
        ['code', () => verify(jar, phone.nextCode())],
        ['step-up', () => jar.post('/two-step/step-up', { code: phone.nextCode() })],
        ['setup', () => jar.post('/two-step/setup')],
        ['disable', () => jar.post('/two-step/disable', { code: phone.nextCode() })],
        ['setup again', () => jar.post('/two-step/setup')],
      ];
      for (const [what, step] of steps) {
        const old = jar.copy();
        const { status } = await step();
        expect(status, what).to.be.oneOf([200, 401]);
        expect(idOf(jar), what).not.to.equal(idOf(old));
        await isOut(old);
        const { redis } = target();
        if (redis) expect(await redis.exists(`sess:${idOf(old)}`), `${what}: the key`).to.equal(0);
      }
      expect(await jar.who()).to.equal('alice');
    });
  });
});
