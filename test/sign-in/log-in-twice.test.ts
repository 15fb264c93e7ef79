import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';

for (const { passport, express } of [
  { passport: 0.6, express: 4 },
  { passport: 0.7, express: 5 },
] as const) {
  describe(`session/log-in twice in one request with Passport ${passport} and Express ${express}`, () => {
    afterEach(stopPanels);

    it('rejects a second logIn in one request, and nobody is half in (L6)', async () => {
      const outcomes: unknown[] = [];
      const panel = await startPanel({
        passport,
        express,
        routes({ app, users }) {
          app.post('/twice', (req, res) => {
            req.logIn(users[1] as Express.User, (first) => {
              req.logIn(users[0] as Express.User, (second: { code?: string } | undefined) => {
                outcomes.push(first, second?.code);
                res.json({ user: (req.user as { id?: string } | undefined)?.id });
              });
            });
          });
        },
      });
      await enroll(panel);
      const client = new Client(panel);
      expect((await client.post('/twice')).body).to.deep.equal({ user: 'bob' });
      expect(outcomes).to.deep.equal([undefined, 'login-twice']);
      expect(await client.me()).to.equal('bob');
    });

    it('lets a sign-in follow another where neither asks for a code, as Passport does', async () => {
      const panel = await startPanel({
        passport,
        express,
        users: [user('alice'), user('bob'), user('carol')],
        routes({ app, users }) {
          app.post('/twice', (req, res, next) => {
            req.logIn(users[1] as Express.User, (first) => {
              if (first) {
                next(first);
                return;
              }
              req.logIn(users[2] as Express.User, (error) => (error ? next(error) : res.json({})));
            });
          });
        },
      });
      const client = new Client(panel);
      expect((await client.post('/twice')).status).to.equal(200);
      expect(await client.me()).to.equal('carol');
      expect((await panel.stored(client))?.passportSecondFactor).to.include({
        state: 'signed-in',
        account: 'carol',
      });
    });

    it('rejects the second of two logIn at once', async () => {
      const panel = await startPanel({
        passport,
        express,
        routes({ app, users }) {
          app.post('/twice', (req, res) => {
            const codes: unknown[] = [];
            const done = (error?: { code?: string }): void => {
              if (codes.push(error?.code ?? null) === 2) res.json({ codes });
            };
            req.logIn(users[0] as Express.User, { whenCodeRequired: 'error' } as never, done);
            req.logIn(users[1] as Express.User, { whenCodeRequired: 'error' } as never, done);
          });
        },
      });
      await enroll(panel);
      const client = new Client(panel);
      expect((await client.post('/twice')).body.codes).to.have.members(['login-twice', 'code-required']);
      expect(await client.me()).to.equal(null);
      expect((await panel.stored(client))?.passportSecondFactor).to.include({
        state: 'pending',
        account: 'alice',
      });
    });
  });
}
