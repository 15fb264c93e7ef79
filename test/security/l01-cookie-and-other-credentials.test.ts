import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled } from '../support/people.js';
import { knows } from '../support/panel.js';

describe('L1: a full cookie of one account with the Bearer token of another', () => {
  onEachPanel((start) => {
    it('is checked as the account that req.user is: the guard and our routes refuse', async () => {
      const panel = await start({
        beforeRouter(made) {
          made.passport.use('bearer', {
            authenticate(
              this: { success(user: object): void; pass(): void },
              req: { headers: { token?: string } },
            ) {
              const found = made.users.find(({ login }) => login === req.headers.token);
              if (found) this.success(found);
              else this.pass();
            },
          } as never);
          const waived = { session: false, secondFactor: 'not-required' };
          made.app.use(made.passport.authenticate('bearer', waived) as RequestHandler);
        },
      });
      await enroll(panel, 'bob');
      const { client, phone } = await enrolled(panel);
      const before = await panel.store.get('bob');
      for (const token of ['bob']) {
        expect((await client.get('/secret', { token })).body.code).to.equal('session-required');
        for (const path of ['disable', 'setup', 'step-up', 'recovery-codes']) {
          const { status } = await client.post(`/two-step/${path}`, { code: phone.nextCode() }, { token });
          expect(status, path).to.be.within(401, 403);
        }
      }
      expect(await panel.store.get('bob'), 'nothing changed').to.equal(before);
      expect((await new Client(panel).get('/secret', { token: 'alice' })).body.code).to.equal(
        'session-required',
      );
      expect((await client.get('/secret')).status).to.equal(200);
    });

    it('does not make a strategy that signs in on every request raise the cookie of somebody else', async () => {
      const panel = await start({
        routes(made) {
          knows(made, 'negotiate', (req) => req.get('token'));
          made.app.use(made.passport.authenticate('negotiate') as RequestHandler);
        },
      });
      await enroll(panel, 'bob');
      const anonymous = new Client(panel);
      expect((await anonymous.get('/secret', { token: 'bob' })).body.code).to.equal('code-required');
      expect(await anonymous.me()).to.equal(null);
    });
  });
});
