import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';

describe('L6: two req.logIn in one request', () => {
  onEachPanel((start) => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      it(`makes the second an error and lets nobody half in, with the factor ${order[0] === 0 ? 'first' : 'last'}`, async () => {
        const panel = await start({
          routes({ app, users }) {
            app.post('/both', (req, res) => {
              const codes: (string | null)[] = [];
              const done = (error?: { code?: string }): void => {
                if (codes.push(error?.code ?? null) === 2) res.json({ codes, user: req.user ?? null });
              };
              for (const place of order) {
                req.logIn(users[place] as Express.User, { whenCodeRequired: 'error' } as never, done);
              }
            });
          },
        });
        await enroll(panel);
        const client = new Client(panel);
        const { body } = await client.post('/both');
        expect(body.codes).to.include('login-twice').and.have.length(2);
        expect((await client.get('/secret')).status).to.be.oneOf([401, 403]);
        expect(await client.me()).to.equal(order[0] === 0 ? null : 'bob');
      });
    }
  });
});
