import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { knows } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { attack, isOut } from '../support/attack.js';

describe('A3: a remember-me cookie made after the password, restored later', () => {
  attack('on %s', (target) => {
    it('is not made: what is left without the session is nobody', async () => {
      await enrolled(target(), 'alice');
      for (const extra of [{ remember: 'on' }, { rememberMe: true }, { rememberBrowser: true }]) {
        const browser = new Client(target());
        await browser.post('/login', { username: 'alice', password: 'alice-password', ...extra });
        browser.cookies.delete('panel.sid');
        expect([...browser.cookies]).to.deep.equal([]);
        await isOut(browser);
      }
    });
  });

  describe('where a panel has one of its own', () => {
    onEachPanel((start) => {
      const started = (): Promise<Panel> =>
        start({
          options: {
            onSignedIn: (_req, res, { login }) =>
              void res.setHeader('Set-Cookie', `remember=${login}; Path=/`),
          },
          routes(made) {
            const { app, passport } = made;
            knows(made, 'remember-me', (req) => /remember=(\w+)/.exec(req.headers.cookie ?? '')?.[1]);
            app.use(passport.authenticate('remember-me') as never);
          },
        });

      it('does not have it made before the code', async () => {
        const panel = await started();
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        expect(client.cookie).not.to.contain('remember=');
        await client.post('/two-step/verify', { code: phone.nextCode() });
        expect(client.cookie).to.contain('remember=alice');
      });

      it('restores with it a sign-in that waits for the code, never a full one', async () => {
        const panel = await started();
        await enroll(panel);
        const client = new Client(panel);
        for (const path of ['/secret', '/me']) {
          const { status, body } = await client.get(path, { cookie: 'remember=alice' });
          expect([status, body.code], path).to.deep.equal([401, 'code-required']);
        }
        expect((await client.get('/two-step')).body.state).to.equal('pending');
        expect((await client.get('/secret')).status).to.equal(401);
      });
    });
  });
});
