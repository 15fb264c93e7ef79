import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';

describe('sign-in/log-in with what a strategy knew before', () => {
  afterEach(stopPanels);

  it('refuses a user whose password was changed while the strategy checked the old one', async () => {
    const panel = await startPanel({
      routes({ app }) {
        const late = (options: object): RequestHandler => {
          return (req, res, next) => {
            const evaluated = { ...userOf(panel) };
            userOf(panel).passwordChangedAt++; // The staff set another one at that moment.
            req.logIn(evaluated, options as never, (error) => (error ? next(error) : res.json({})));
          };
        };
        app.post('/late', late({}));
        app.post('/late-basic', late({ session: false }));
      },
    });
    for (const has of ['no second factor', 'a second factor']) {
      if (has === 'a second factor') await enroll(panel);
      for (const path of ['/late', '/late-basic']) {
        panel.told();
        const client = new Client(panel);
        const answer = await client.post(path);
        expect(answer.status, `${path}, ${has}`).to.equal(401);
        expect(answer.body.code).to.equal('sign-in-expired');
        expect(panel.told()).to.deep.equal(['sign-in-refused']);
        expect(panel.events.at(-1)).to.include({ accountId: 'alice', reason: 'sign-in-expired' });
        expect(await client.me()).to.equal(null);
        expect(client.cookie, 'no session came of it').to.equal('');
      }
    }
  });

  it('believes users of strategies that tell no stamp, or nothing of use', async () => {
    const given: Record<string, object> = {
      'no-stamp': { id: 'alice', login: 'alice' },
      'no-name': { id: 'alice' },
    };
    const panel = await startPanel({
      options: {
        account: ({ id, login, passwordChangedAt: securityStamp }) => ({ id, name: login, securityStamp }),
      },
      routes({ app }) {
        app.post('/oauth/:kind', (req, res, next) => {
          req.logIn(given[req.params.kind] as Express.User, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    for (const kind of Object.keys(given)) {
      const client = new Client(panel);
      expect((await client.post(`/oauth/${kind}`)).status, kind).to.equal(200);
    }
  });
});
