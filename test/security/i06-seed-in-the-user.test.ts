import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { enrolled } from '../support/people.js';
import { attack } from '../support/attack.js';

attack('I6: what the panel tells of a user carries the seed (on %s)', (panel) => {
  it('shows neither key nor codes in any JSON of the panel', async () => {
    const { client: browser, phone } = await enrolled(panel(), 'alice');
    for (const path of ['/api/me', '/api/secret', '/two-step/']) {
      const { text } = await browser.get(path);
      expect(text).not.to.contain(phone.key);
      expect(text).not.to.match(/secret"\s*:\s*"[A-Z2-7]{16}|sealed|digest|enrollment"|stamp/i);
    }
    expect(JSON.stringify(await panel().secondFactor.status('alice'))).not.to.contain(phone.key);
  });
});

describe('I6: what the request knows of a user carries the seed', () => {
  onEachPanel((start) => {
    it('has nothing of it in user, request and session', async () => {
      const panel = await start({
        beforeRouter: ({ app }) => {
          app.get('/dump', (req, res) => {
            res.json({ user: req.user, secondFactor: req.secondFactor, session: req.session });
          });
        },
      });
      const { client } = await enrolled(panel);
      const { body } = await client.post('/two-step/setup');
      const { text } = await client.get('/dump');
      expect(text).to.contain('"alice"').and.to.contain('"sealed"');
      expect(text).not.to.contain(String(body.key));
      const sealed = (await panel.store.get('alice')) ?? '';
      expect(sealed).to.have.length.above(100);
      expect(text).not.to.contain(sealed.slice(-24));
    });
  });
});
