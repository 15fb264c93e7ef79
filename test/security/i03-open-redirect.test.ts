import { expect } from 'chai';
import express from 'express';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enrolled } from '../support/people.js';

const ELSEWHERE = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/\tevil.example',
  '/%09/evil.example',
  'https:evil.example',
  'https://evil.example',
  'HTTPS://evil.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  '/a/..//evil.example',
  '/.//evil.example',
  'http://127.0.0.1@evil.example',
  '@evil.example',
  '/x\r\nLocation: https://evil.example',
  '/%0d%0aLocation:%20https://evil.example',
  '',
];

/** The example panel takes no destination from a client, so this panel has a route that does. */
describe('I3: the destination after the code leads elsewhere', () => {
  onEachPanel((start) => {
    it('lands on the default for all of them, and on a path of ours for a path of ours', async () => {
      const panel = await start({
        beforeRouter: ({ app }) => {
          app.post('/next', express.json(), (req, res) => {
            Object.assign(req.session, { returnTo: (req.body as { to: unknown }).to });
            res.json({});
          });
        },
      });
      panel.app.post(
        '/enter',
        express.json(),
        panel.passport.authenticate('local', { successReturnToOrRedirect: '/home' }),
      );
      const { phone } = await enrolled(panel);
      for (const to of [...ELSEWHERE, ['//evil.example'], { to: '/x' }, '/own/page?a=b']) {
        const client = new Client(panel);
        await client.post('/next', { to });
        await client.post('/enter', { username: 'alice', password: 'password' });
        const form = new URLSearchParams({ code: phone.nextCode() });
        const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' };
        const answer = await client.post('/two-step/verify', form, page);
        const own = to === '/own/page?a=b';
        expect(answer.status).to.equal(303);
        const { location } = answer.headers;
        expect(location, JSON.stringify(to)).to.be.oneOf(own ? [to] : ['/', '/home']);
      }
    });
  });
});
