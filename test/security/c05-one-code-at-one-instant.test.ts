import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { burst, enrolled, pending, verify } from '../support/people.js';

describe('C5: two requests with one code at the same instant', () => {
  attack('on %s', (target) => {
    it('makes one session of twenty waiting sign-ins of one user', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const clients = await burst(20, () => pending(target(), 'alice'));
      const code = phone.nextCode();
      const answers = await Promise.all(clients.map((client) => verify(client, code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      for (const { status } of answers) expect(status).to.be.oneOf([200, 401, 503]);
      const inside = await Promise.all(
        clients.map(async (client) => (await client.get('/api/secret')).status),
      );
      expect(inside.filter((status) => status === 200)).to.have.length(1);
      expect((await target().secondFactor.status('alice')).failures, 'nobody is charged').to.equal(0);
    });
  });
});
