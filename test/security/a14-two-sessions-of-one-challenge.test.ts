import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

describe('A14: two sessions of one waiting sign-in', () => {
  onEachStore((target) => {
    it('makes exactly one of ten right codes at once', async () => {
      const { phone } = await target().enrolled('alice');
      const waiting = await target().pending('alice');
      const code = phone.nextCode();
      const jars = Array.from({ length: 10 }, () => waiting.copy());
      const answers = await Promise.all(jars.map((jar) => verify(jar, code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      const inside = await Promise.all(
        jars.map(async (jar) => (await jar.get('/api/secret')).status === 200),
      );
      expect(inside.filter(Boolean)).to.have.length(1);
      expect(
        new Set(jars.map((jar) => jar.cookies.get('panel.sid'))).size,
        'two ids: before and after',
      ).to.be.within(2, 11);
      await isOut(waiting);
    });

    it('makes no session that was not paid for with a code of its own, of several right codes at once', async () => {
      const jar = await target().signedIn('alice');
      const phone = await target().enroll(jar);
      const { body } = await jar.post('/two-step/recovery-codes', { code: phone.nextCode() });
      const [recovery] = body.recoveryCodes as string[];
      const left = (await target().secondFactor.status('alice')).recoveryCodesLeft;
      const waiting = await target().pending('alice');
      const next = phone.nextCode();
      const jars = [next, next, recovery, recovery].map((code) => ({ code, jar: waiting.copy() }));
      const answers = await Promise.all(jars.map(({ jar: each, code }) => verify(each, code)));
      for (const pair of [answers.slice(0, 2), answers.slice(2)]) {
        expect(pair.filter(({ status }) => status === 200).length).to.be.at.most(1);
      }
      const inside = await Promise.all(
        jars.map(async ({ jar: each }) => (await each.get('/api/secret')).status === 200),
      );
      expect(inside.filter(Boolean).length).to.be.within(1, 2);
      await isOut(waiting);
      expect((await verify(waiting, phone.nextCode())).status, 'and it is over').to.equal(401);
      expect((await target().secondFactor.status('alice')).recoveryCodesLeft).to.be.within(left - 1, left);
    });
  });
});
