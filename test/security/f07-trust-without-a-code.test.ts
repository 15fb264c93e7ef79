import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import { REMEMBERS } from './remembered-browsers.js';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending, said, signedIn, verify } from '../support/people.js';

const FLAGS = { rememberBrowser: true, trust: '1', remember: 'on' };

attack(
  'F7: a browser remembered without a code of the authenticator %s',
  (attacked) => {
    const none = async (login = 'alice'): Promise<void> => {
      expect(await attacked().secondFactor.admin.browsers(login)).to.deep.equal([]);
    };
    const given = (headers: IncomingHttpHeaders): string => (headers['set-cookie'] ?? []).join();

    it('remembers none for a recovery code, a wrong code, step-up, or a GET', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const client = await pending(panel);
      const query = '?rememberBrowser=true&trust=1';
      const answers = [
        await client.get(`/two-step/verify${query}`),
        await verify(client, owner.phone.wrongCodes(1)[0], FLAGS),
        await verify(client, owner.recoveryCodes[0], FLAGS),
        await client.post('/two-step/step-up', { code: owner.recoveryCodes[1], ...FLAGS }),
        await client.post('/two-step/step-up', { code: (panel.advance(90), owner.phone.code()), ...FLAGS }),
      ];
      expect(answers.map(said)).to.deep.equal([
        'pending',
        'code-invalid',
        'verified',
        'verified',
        'verified',
      ]);
      for (const { headers } of answers) expect(given(headers)).to.not.include('second-factor-');
      await none();
    });

    it('remembers none for the flag in the query, or in the body of the first step', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const client = new Client(panel);
      await client.post('/login', { username: 'alice', password: 'alice-password', ...FLAGS });
      const answer = await client.post('/two-step/verify?rememberBrowser=true', {
        code: owner.phone.nextCode(),
      });
      expect(said(answer)).to.equal('verified');
      await none();
    });

    it('remembers none, and shows none, while somebody acts as the account', async () => {
      const panel = attacked();
      const admin = await signedIn(panel, 'admin');
      expect(said(await admin.actAs('bob'))).to.not.include('refused');
      expect(await admin.who()).to.equal('admin > bob');
      for (const path of ['verify', 'step-up', 'setup', 'setup/confirm']) {
        const { headers } = await admin.post(`/two-step/${path}`, { code: '123456', ...FLAGS });
        expect(given(headers), path).to.not.include('second-factor-');
      }
      expect(said(await admin.get('/two-step/browsers'))).to.equal('impersonation-refused');
      await none('bob');
      await none('admin');
    });
  },
  REMEMBERS,
);
