import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';

describe('L5: Basic authentication with the password of an account that has a second factor', () => {
  onEachPanel((start) => {
    it('is refused with code-required, whatever stands beside it, and leaves no session', async () => {
      const panel = await start({
        routes(made) {
          made.passport.use('basic', {
            authenticate(
              this: { success(user: object): void; fail(): void },
              req: { headers: { authorization?: string } },
            ) {
              const said = Buffer.from(req.headers.authorization?.slice(6) ?? '', 'base64').toString();
              const found = made.users.find(({ login, password }) => said === `${login}:${password}`);
              if (found) this.success(found);
              else this.fail();
            },
          } as never);
          const basic = made.passport.authenticate('basic', { session: false }) as RequestHandler;
          made.app.get('/dav', basic, (req, res) => res.json({ user: req.user }));
        },
      });
      const phone = await enroll(panel);
      const client = new Client(panel);
      for (const extra of [{}, { 'x-otp': phone.nextCode() }, { 'x-code': phone.nextCode() }]) {
        const authorization = `Basic ${Buffer.from('alice:password').toString('base64')}`;
        const { status, body, headers } = await client.get('/dav', { authorization, ...extra });
        expect([status, body.code]).to.deep.equal([401, 'code-required']);
        expect(headers).not.to.have.property('set-cookie');
      }
      expect(panel.told()).to.include('sign-in-refused');
      const bob = `Basic ${Buffer.from('bob:password').toString('base64')}`;
      expect((await client.get('/dav', { authorization: bob })).status).to.equal(200);
    });
  });
});
