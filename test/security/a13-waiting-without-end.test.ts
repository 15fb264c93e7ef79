import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, loggedIn, pending, verify } from '../support/people.js';

const LIFE_SECONDS = 600;

describe('A13: a waiting sign-in that never ends, or slides', () => {
  attack('on %s', (target) => {
    it('ends after ten minutes, however often it is asked for', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      const { until } = (await waiting.get('/two-step')).body;
      for (let passed = 0; passed < LIFE_SECONDS - 60; passed += 60) {
        target().advance(60);
        for (const path of ['/two-step', '/two-step/verify', '/api/secret']) await waiting.get(path);
        await verify(waiting, 'x');
        expect((await waiting.get('/two-step')).body.until).to.equal(until);
      }
      target().advance(61);
      const before = await target().record('alice');
      expect((await verify(waiting, phone.code())).body.code).to.be.oneOf([
        'sign-in-expired',
        'login-required',
      ]);
      await isOut(waiting);
      expect(await target().record('alice'), 'the code was not spent').to.equal(before);
    });

    it('ends after ten minutes although it is asked for every second', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      const { until } = (await waiting.get('/two-step')).body;
      let polls = 0;
      for (let passed = 0; passed < LIFE_SECONDS; passed++) {
        target().advance(1);
        const { body } = await waiting.get('/two-step');
        if (body.state !== 'pending') break;
        expect(body.until, `after ${passed} s`).to.equal(until);
        polls++;
      }
      // The clock of the panel also goes by itself.
      expect(polls).to.be.within(LIFE_SECONDS / 2, LIFE_SECONDS - 1);
      expect((await waiting.get('/two-step')).body.state).to.equal('anonymous');
      const before = await target().record('alice');
      expect((await verify(waiting, phone.code())).status).to.equal(401);
      await isOut(waiting);
      expect(await target().record('alice'), 'the code was not spent').to.equal(before);
    });

    it('is not made younger by a clock that goes back', async () => {
      const { phone } = await enrolled(target(), 'alice');
      target().advance(7200);
      const waiting = await pending(target(), 'alice');
      target().advance(-3600);
      expect((await verify(waiting, phone.code())).status).to.equal(401);
      await isOut(waiting);
      target().advance(3600);
    });

    it('has a life in the store that shrinks at every request and never grows', async () => {
      const { redis } = target();
      await enrolled(target(), 'alice');
      const waiting = await loggedIn(target());
      const key = `sess:${
        decodeURIComponent(waiting.cookies.get('panel.sid') ?? '')
          .slice(2)
          .split('.')[0] ?? ''
      }`;
      let last = LIFE_SECONDS * 1000;
      for (let i = 0; i < 6; i++) {
        target().advance(30);
        const answer = await waiting.get('/two-step/verify');
        expect(answer.status).to.equal(200);
        if (!redis) continue;
        const left = await redis.pttl(key);
        expect(left).to.be.within(1, last);
        last = left;
      }
      if (redis) expect(last).to.be.at.most((LIFE_SECONDS - 180) * 1000);
    });
  });
});
