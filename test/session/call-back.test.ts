import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';

describe('session: what a callback throws', () => {
  afterEach(stopPanels);

  for (const kind of ['a function', 'an async function'])
    it(`is an answer of Express where the callback, ${kind}, throws an error of the package, and ends no process`, async () => {
      const panel = await startPanel({
        routes: ({ app }) =>
          app.post('/throws', (req, res) => {
            const done = (error?: Error): void => {
              if (error) throw error;
              res.json({ state: req.secondFactor?.state });
            };
            const later = async (error?: Error): Promise<void> => {
              await turn();
              done(error);
            };
            const callback = kind === 'a function' ? done : (error?: Error): unknown => later(error);
            req.logIn(userOf(panel), { whenCodeRequired: 'error' } as never, callback);
          }),
      });
      expect((await new Client(panel).post('/throws')).body).to.deep.equal({ state: 'signed-in' });

      await enroll(panel);
      const client = new Client(panel);
      expect(await client.post('/throws')).to.deep.include({ status: 401, body: { code: 'code-required' } });
      expect(await client.me()).to.equal(null);
    });
});
