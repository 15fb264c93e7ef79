import { expect } from 'chai';
import session from 'express-session';
import { Client, enrol, stopPanels } from '../docs/trap-panel.js';
import { loggedIn, startSessionPanel } from '../support/session-panel.js';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';

/** Sessions that cannot be written while the test says so. */
class Fragile extends session.MemoryStore {
  fails = false;
  override set(...args: Parameters<session.MemoryStore['set']>): void {
    if (this.fails) args[2]?.(new Error('no space left'));
    else super.set(...args);
  }
}

describe('C13: a code spent although the sign-in failed for another reason', () => {
  onEachStore((target) => {
    it('is not: neither by a foreign page, nor by a sign-in that ran out, nor by a body that breaks off', async () => {
      const { phone } = await target().enrolled('alice');
      const late = await target().pending('alice');
      target().advance(601);
      const waiting = await target().pending('alice');
      const code = phone.nextCode();
      const before = await target().record('alice');
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await verify(waiting, code, foreign)).body.code).to.equal('cross-site');
      expect((await verify(late, code)).status).to.equal(401);
      expect((await verify(target().jar(), code)).body.code).to.equal('login-required');
      const broken = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      expect((await verify(waiting, code, broken)).body.code).to.equal('body-malformed');
      expect(await target().record('alice'), 'nothing was spent').to.equal(before);
      await isOut(waiting);
      expect((await verify(waiting, code)).status).to.equal(200);
    });
  });

  it('lets nobody in and tells to try the next code where the session could not be saved', async () => {
    const store = new Fragile();
    const panel = await startSessionPanel({
      session: { store },
      first: ({ app }) => app.set('env', 'test'), // no stack traces on the console
    });
    const phone = await enrol(panel);
    const waiting = await loggedIn(panel);
    const { cookie } = waiting;
    const code = phone();
    store.fails = true;
    expect((await waiting.post('/two-step/verify', { code })).status).to.equal(500);
    store.fails = false;
    for (const sent of [cookie, waiting.cookie]) {
      expect((await new Client(panel).get('/secret', { cookie: sent })).status).to.equal(401);
    }
    const again = await loggedIn(panel);
    expect((await again.post('/two-step/verify', { code })).body.code).to.equal('code-already-used');
    expect((await again.post('/two-step/verify', { code: phone() })).status).to.equal(200);
    await stopPanels();
  });
});
