import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { enrolled, pending, said, verify } from './support/befh-people.js';
import { REMEMBERS } from './support/befh-browsers.js';
import { Client } from '../support/client.js';

const FLAGS = { rememberBrowser: true, trust: '1', remember: 'on' };

attack(
  'F7: a browser remembered without a code of the authenticator',
  (on) => {
    const none = async (login = 'alice'): Promise<void> => {
      expect(await on.panel.secondFactor.admin.browsers(login)).to.deep.equal([]);
    };
    const given = (headers: IncomingHttpHeaders): string => (headers['set-cookie'] ?? []).join();

    it('remembers none for a recovery code, a wrong code, step-up, or a GET', async () => {
      const { panel } = on;
      const owner = await enrolled(panel);
      const jar = await pending(panel);
      const query = '?rememberBrowser=true&trust=1';
      const answers = [
        await jar.get(`/two-step/verify${query}`),
        await verify(jar, owner.wrong(1)[0], FLAGS),
        await verify(jar, owner.recoveryCodes[0], FLAGS),
        await jar.post('/two-step/step-up', { code: owner.recoveryCodes[1], ...FLAGS }),
        await jar.post('/two-step/step-up', { code: (panel.advance(90), owner.code()), ...FLAGS }),
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
      const { panel } = on;
      const owner = await enrolled(panel);
      const jar = new Client(panel);
      await jar.post('/login', { username: 'alice', password: 'alice-password', ...FLAGS });
      const answer = await jar.post('/two-step/verify?rememberBrowser=true', { code: owner.nextCode() });
      expect(said(answer)).to.equal('verified');
      await none();
    });

    it('remembers none, and shows none, while somebody acts as the account', async () => {
      const { panel } = on;
      const admin = await panel.signedIn('admin');
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
