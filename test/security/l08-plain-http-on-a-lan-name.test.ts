import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

const HOST = 'panel.lan:3000';
/**
 * What browsers send from a page of ours: by plain http on a LAN name without Sec-Fetch-Site. The last one came
 * by a proxy that rewrites Host.
 */
const OWN: Record<string, string>[] = [
  { host: HOST, origin: `http://${HOST}` },
  { host: HOST, origin: 'http://PANEL.lan:3000' },
  { host: 'panel.lan', origin: 'http://panel.lan' },
  { host: HOST, origin: 'null', 'sec-fetch-site': 'same-origin' },
  { host: HOST, 'sec-fetch-site': 'same-origin' },
  { host: 'inner:8080', origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' },
];
const FOREIGN: Record<string, string>[] = [
  { host: HOST, origin: 'null' },
  { host: HOST, origin: 'http://panel.lan' },
  { host: HOST, origin: `https://${HOST}` },
  { host: HOST, origin: 'http://panel.lan:3000.evil.example' },
  { host: HOST, origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
  { host: 'inner:8080', origin: `http://${HOST}`, 'x-forwarded-host': HOST },
  { host: HOST, 'sec-fetch-site': 'same-site', origin: 'http://customer.lan' },
  { host: HOST, 'sec-fetch-site': 'cross-site' },
  { host: HOST, 'sec-fetch-site': 'cross-site', origin: `https://${HOST}` },
];

describe('L8: plain http on a LAN name, strict referrer policies, proxies that rewrite Host', () => {
  attack('on %s', (target) => {
    it('takes our own forms', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const credentials = { username: 'alice', password: 'alice-password' };
      for (const headers of OWN) {
        const client = new Client(target());
        expect((await client.post('/login', credentials, headers)).body.code).to.equal('code-required');
        const { status } = await verify(client, phone.nextCode(), {}, headers);
        expect(status, JSON.stringify(headers)).to.equal(200);
      }
    });

    it('refuses those of everybody else, and spends no code on them', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      const before = await target().record('alice');
      const code = phone.nextCode();
      for (const headers of FOREIGN) {
        const { status, body } = await verify(waiting, code, {}, headers);
        expect([status, body.code], JSON.stringify(headers)).to.deep.equal([403, 'cross-site']);
      }
      await isOut(waiting);
      expect(await target().record('alice')).to.equal(before);
      expect((await verify(waiting, code)).status).to.equal(200);
    });
  });
});
