import { expect } from 'chai';
import { inTwoParts } from '../support/in-two-parts.js';
import { inMemoryAndOnRedis, startLatePanel } from './late-bodies.js';
import { LONG_BODIES } from '../support/long-bodies.js';
import { enroll, enrolled, loggedIn, pending, said, verify } from '../support/people.js';
import { seenBy } from '../support/sessions.js';
import { attack, failuresOf } from '../support/attack.js';

attack('H6: very long, deep or slow input %s', (attacked) => {
  it('refuses it, with one charge at most, and answers others afterwards', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const client = await pending(panel);
    for (const [body, type] of LONG_BODIES) {
      const { status } = await client.postRaw('/two-step/verify', body, type);
      expect(status, body.slice(0, 40)).to.be.oneOf([400, 413]);
    }
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(client, owner.phone.nextCode()))).to.equal('verified');
  });

  it('refuses bodies in other encodings and lengths than they say', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const client = await pending(panel);
    const body = JSON.stringify({ code: owner.phone.code(1) });
    const strange = [
      'application/json; charset=iso-8859-1',
      'application/json; charset=x',
      'multipart/form-data',
      'text/plain',
    ];
    for (const type of strange) {
      expect((await client.postRaw('/two-step/verify', body, type)).status, type).to.be.oneOf([400, 415]);
    }
    for (const encoding of ['gzip', 'compress', 'br', 'identity, gzip']) {
      const answer = await client.post(
        '/two-step/verify',
        { code: owner.phone.code(1) },
        { 'content-encoding': encoding },
      );
      expect(answer.status, encoding).to.be.oneOf([400, 415]);
    }
    expect(await failuresOf(panel)).to.equal(0);
  });

  it('does not let a body that comes after the end of the sign-in count', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const client = await pending(panel);
    const { cookie } = client;
    const late = { code: owner.phone.code(1) };
    const status = await inTwoParts(`${panel.url}/two-step/verify`, cookie, late, () =>
      client.post('/two-step/cancel'),
    );
    expect(status).to.equal(401);
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(await pending(panel), owner.phone.code(1)))).to.equal('verified');
  });
});

describe('H6: slow input, where the body is read after the session', () => {
  inMemoryAndOnRedis((parts) => {
    it('does not let a body that comes after the end of the sign-in count', async () => {
      const panel = await startLatePanel(parts());
      const phone = await enroll(panel);
      const code = phone.nextCode();
      for (const late of ['not a code', '000000', code]) {
        const waiting = await loggedIn(panel);
        const { cookie } = waiting;
        const status = await panel.late('/two-step/verify', cookie, { code: late }, () =>
          waiting.post('/two-step/cancel'),
        );
        expect(status, late).to.equal(401);
        expect(await panel.stored(cookie), late).to.equal(null);
        expect(await seenBy(panel, cookie), late).to.equal(null);
      }
      expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
      const again = await loggedIn(panel);
      expect((await again.post('/two-step/verify', { code })).body.state).to.equal('verified');
    });
  });
});
