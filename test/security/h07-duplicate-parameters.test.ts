import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { enrolled, failuresOf, isIn, pending, said, verify } from './support/befh-people.js';

const FORM = 'application/x-www-form-urlencoded';

attack('H7: the same parameter twice', (on) => {
  it('refuses two codes, whichever is right, and charges neither', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    panel.advance(30);
    const [wrong] = owner.wrong(1);
    const right = owner.code();
    const jar = await pending(panel);
    for (const [first, second] of [
      [wrong, right],
      [right, wrong],
      [right, right],
      ['', right],
    ]) {
      const answer = await jar.postRaw('/two-step/verify', `code=${first}&code=${second}`, FORM);
      expect(answer.status).to.equal(400);
    }
    expect(await failuresOf(panel)).to.equal(0);
    expect(await isIn(jar)).to.equal(false);
    expect(said(await verify(jar, right))).to.equal('verified');
  });

  it('evaluates one code of a JSON body that has two, and charges one', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const jar = await pending(panel);
    const [wrong] = owner.wrong(1);
    // JSON.parse takes the last one; nobody looks at the other.
    const body = `{"code":"${owner.code(1)}","code":"${wrong}"}`;
    expect(said(await jar.postRaw('/two-step/verify', body))).to.equal('code-invalid');
    expect(await failuresOf(panel)).to.equal(1);
  });
});
