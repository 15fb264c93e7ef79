import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enable, enrolled, pending, signedIn, verify } from '../support/people.js';

const JUMP_SECONDS = 3000;

describe('C10: a clock that jumped ahead once and leaves the owner out', () => {
  attack('on %s', (target) => {
    it('is told by events, and ended by an operator without making read codes right', async () => {
      const { phone } = await enrolled(target(), 'alice');
      target().advance(JUMP_SECONDS);
      const ahead = phone.nextCode();
      expect((await verify(await pending(target(), 'alice'), ahead)).status).to.equal(200);
      target().advance(-JUMP_SECONDS);
      const waiting = await pending(target(), 'alice');
      const refused = phone.code();
      expect((await verify(waiting, refused)).body.code).to.equal('code-already-used');
      expect(target().told()).to.include('code-refused:code-already-used');
      await isOut(waiting);

      expect(await target().secondFactor.admin.unlock('alice', { by: 'operator' })).to.equal(true);
      expect((await verify(waiting, refused)).body.code, 'read by now').to.equal('code-already-used');
      target().advance(60);
      expect((await verify(waiting, phone.code())).status).to.equal(200);
      target().advance(JUMP_SECONDS - 90);
    });

    it('is got out of by the owner alone, with a recovery code', async () => {
      const client = await signedIn(target(), 'alice');
      const { phone } = await enable(target(), client);
      const { body } = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
      target().advance(JUMP_SECONDS);
      await verify(await pending(target(), 'alice'), phone.code());
      target().advance(-JUMP_SECONDS);
      const waiting = await pending(target(), 'alice');
      expect((await verify(waiting, (body.recoveryCodes as string[])[0])).status).to.equal(200);
      target().advance(JUMP_SECONDS);
    });
  });

  it('has its way out in the documentation: what an operator does', () => {
    const text = readFileSync('docs/console.md', 'utf8');
    expect(text)
      .to.match(/^\| `unlock <account>` \|/m)
      .and.to.match(/^\| `disable <account>` \| takes it off/m);
  });
});
