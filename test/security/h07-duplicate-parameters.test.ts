import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

const FORM = 'application/x-www-form-urlencoded';

attack('H7: the same parameter twice %s', (attacked) => {
  it('refuses two codes, whichever is right, and charges neither', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    panel.advance(30);
    const [wrong] = owner.phone.wrongCodes(1);
    const right = owner.phone.code();
    const client = await pending(panel);
    for (const [first, second] of [
      [wrong, right],
      [right, wrong],
      [right, right],
      ['', right],
    ]) {
      const answer = await client.postRaw('/two-step/verify', `code=${first}&code=${second}`, FORM);
      expect(answer.status).to.equal(400);
    }
    expect(await failuresOf(panel)).to.equal(0);
    expect(await isIn(client)).to.equal(false);
    expect(said(await verify(client, right))).to.equal('verified');
  });

  it('evaluates one code of a JSON body that has two, and charges one', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const client = await pending(panel);
    const [wrong] = owner.phone.wrongCodes(1);
    // JSON.parse takes the last one; nobody looks at the other.
    const body = `{"code":"${owner.phone.code(1)}","code":"${wrong}"}`;
    expect(said(await client.postRaw('/two-step/verify', body))).to.equal('code-invalid');
    expect(await failuresOf(panel)).to.equal(1);
  });
});
