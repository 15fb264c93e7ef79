import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { rateLimit } from 'express-rate-limit';
import { onEachPanel } from '../support/on-each-place.js';
import { enroll, loggedIn } from '../support/people.js';
import { user } from '../support/panel.js';

const LOGINS = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay'];

describe('B9: one code against many accounts', () => {
  onEachPanel((start) => {
    it('tells with each refusal whose account, from where, at which operation and why', async () => {
      const panel = await start({ users: LOGINS.map((login) => user(login)) });
      for (const login of LOGINS) {
        await enroll(panel, login);
        const client = await loggedIn(panel, login);
        await client.post('/two-step/verify', { code: '000000' }, { 'user-agent': 'a guesser' });
      }
      const refusals = panel.events.filter(({ name }) => name === 'code-refused');
      expect(refusals.map(({ accountId }) => accountId)).to.deep.equal(LOGINS);
      for (const refusal of refusals) {
        expect(refusal).to.include({ operation: 'sign-in', reason: 'code-invalid', userAgent: 'a guesser' });
        expect(refusal)
          .to.have.property('ip')
          .that.matches(/127\.0\.0\.1$/);
      }
      expect(JSON.stringify(refusals)).to.not.include('000000');
    });

    it('is stopped by a limiter in front of the verify route, as the documentation shows it', async () => {
      const limiter = rateLimit({
        windowMs: 900_000,
        limit: 4,
        standardHeaders: 'draft-8',
        legacyHeaders: false,
      });
      const panel = await start({
        users: LOGINS.map((login) => user(login)),
        beforeRouter: ({ app }) => void app.post('/two-step/verify', limiter),
      });
      const statuses: number[] = [];
      for (const login of LOGINS) {
        await enroll(panel, login);
        const client = await loggedIn(panel, login);
        statuses.push((await client.post('/two-step/verify', { code: '000000' })).status);
      }
      expect(statuses).to.deep.equal([401, 401, 401, 401, 429, 429]);
      expect((await panel.secondFactor.status(['dan', 'eve'])).map(({ failures }) => failures)).to.deep.equal(
        [1, 0],
      );
    });
  });

  it('is stopped that way in the documentation', () => {
    expect(readFileSync('docs/limits.md', 'utf8')).to.match(
      /^ *app\.post\('\/two-step\/verify', rateLimit\(/m,
    );
  });
});
