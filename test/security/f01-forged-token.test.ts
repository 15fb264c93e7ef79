import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { REMEMBERS, rememberedOn, trustCookie } from './remembered-browsers.js';
import { Client } from '../support/client.js';
import { attack, isIn } from '../support/attack.js';
import { enrolled, said } from '../support/people.js';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

attack(
  'F1: a forged token of a remembered browser %s',
  (attacked) => {
    it('asks for the code, whatever stands in the cookie', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const browser = await rememberedOn(panel, owner);
      const [name, token] = trustCookie(browser);
      const header = encoded({ alg: 'none', typ: 'JWT' });
      const claims = encoded({ sub: 'alice', trusted: true, exp: 9_999_999_999 });
      const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
      const signature = createHmac('sha256', '').update(`${header}.${claims}`).digest('base64url');
      const forged = [
        '',
        randomBytes(32).toString('base64url'),
        flipped,
        token.slice(0, -1),
        `${token}A`,
        `${token},${token}`,
        token.toLowerCase(),
        `${header}.${claims}.`,
        `${header}.${claims}.${signature}`,
        'true',
        '1',
        '__proto__',
        '%00',
        '%E0%A4%A',
      ];
      for (const value of forged) {
        const thief = new Client(panel);
        thief.cookies.set(name, value);
        expect(said(await thief.login('alice')), value).to.equal('code-required');
        expect(await isIn(thief), value).to.equal(false);
      }
      const [status] = await panel.secondFactor.status(['alice']);
      expect(status).to.include({ rememberedBrowsers: 1, failures: 0 });
    });

    it('does not open by the id that the list of browsers shows', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const browser = await rememberedOn(panel, owner);
      const [{ id }] = (await browser.get('/two-step/browsers')).body.browsers as [{ id: string }];
      const thief = new Client(panel);
      thief.cookies.set(trustCookie(browser)[0], id);
      expect(said(await thief.login('alice'))).to.equal('code-required');
    });
  },
  REMEMBERS,
);
