import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

const JUMP_SECONDS = 3000;

describe('C10: a clock that jumped ahead once and leaves the owner out', () => {
  onEachStore((target) => {
    it('is told by events, and ended by an operator without making read codes right', async () => {
      const { phone } = await target().enrolled('alice');
      target().advance(JUMP_SECONDS);
      const ahead = phone.nextCode();
      expect((await verify(await target().pending('alice'), ahead)).status).to.equal(200);
      target().advance(-JUMP_SECONDS);
      const waiting = await target().pending('alice');
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
      const jar = await target().signedIn('alice');
      const phone = await target().enroll(jar);
      const { body } = await jar.post('/two-step/recovery-codes', { code: phone.nextCode() });
      target().advance(JUMP_SECONDS);
      await verify(await target().pending('alice'), phone.code());
      target().advance(-JUMP_SECONDS);
      const waiting = await target().pending('alice');
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
