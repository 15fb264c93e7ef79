import { expect } from 'chai';
import { onEachStore, verify } from './support/acgl-panel.js';

describe('C5: two requests with one code at the same instant', () => {
  onEachStore((target) => {
    it('makes one session of twenty waiting sign-ins of one user', async () => {
      const { phone } = await target().enrolled('alice');
      const jars = await Promise.all(Array.from({ length: 20 }, () => target().pending('alice')));
      const code = phone.nextCode();
      const answers = await Promise.all(jars.map((jar) => verify(jar, code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      for (const { status } of answers) expect(status).to.be.oneOf([200, 401, 503]);
      const inside = await Promise.all(jars.map(async (jar) => (await jar.get('/api/secret')).status));
      expect(inside.filter((status) => status === 200)).to.have.length(1);
      expect((await target().secondFactor.status('alice')).failures, 'nobody is charged').to.equal(0);
    });
  });
});
