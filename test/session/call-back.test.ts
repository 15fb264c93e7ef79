import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';

describe('session: what a callback throws', () => {
  afterEach(stopPanels);

  it('is an answer of Express where it is an error of the package, and ends no process', async () => {
    const panel = await startPanel({
      routes: ({ app }) =>
        app.post('/throws', (req, res) => {
          req.logIn(userOf(panel), { whenCodeRequired: 'error' } as never, (error?: Error) => {
            if (error) throw error;
            res.json({ state: req.secondFactor?.state });
          });
        }),
    });
    expect((await new Client(panel).post('/throws')).body).to.deep.equal({ state: 'signed-in' });

    await enroll(panel);
    const client = new Client(panel);
    expect(await client.post('/throws')).to.deep.include({ status: 401, body: { code: 'code-required' } });
    expect(await client.me()).to.equal(null);
  });
});
