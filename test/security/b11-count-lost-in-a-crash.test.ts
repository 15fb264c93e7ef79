import { expect } from 'chai';
import type { Store } from 'passport-second-factor';
import { timeLimit } from '../support/time-limit.js';
import { onEachPlace } from '../support/on-each-place.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const limit = timeLimit();

/** What becomes of a swap while the store is in trouble. */
type Fault = 'none' | 'before the swap' | 'after the swap' | 'hangs';

describe('B11: the store dies between the decision and the count', () => {
  onEachPlace((empty) => {
    let panel: Panel;
    let phone: Phone;
    let fault: Fault;

    beforeEach(async () => {
      fault = 'none';
      limit.hold();
      const { store: kept, sessions } = await empty();
      const store: Store = {
        ...kept,
        get: (id) => kept.get(id),
        async compareAndSet(id, expected, next) {
          if (fault === 'before the swap') throw new Error('gone');
          if (fault === 'hangs') {
            limit.pass();
            return new Promise<boolean>(() => undefined);
          }
          const swapped = await kept.compareAndSet(id, expected, next);
          if (fault === 'after the swap') throw new Error('gone');
          return swapped;
        },
      };
      panel = await startPanel({
        store,
        session: { store: sessions },
        options: { storeTimeoutMs: limit.ms },
      });
      phone = await enroll(panel);
    });

    for (const trouble of ['before the swap', 'after the swap', 'hangs'] as const) {
      it(`tells nobody whether a code was right (${trouble})`, async () => {
        const client = await loggedIn(panel);
        panel.told();
        const code = phone.nextCode();
        const wrong = code === '000000' ? '000001' : '000000';
        fault = trouble;
        const answers = [
          await client.post('/two-step/verify', { code: wrong }),
          await client.post('/two-step/verify', { code }),
        ];
        limit.hold();
        for (const { status, text, headers } of answers) {
          expect(status).to.equal(503);
          expect(text).to.equal(answers[0]!.text);
          expect(headers).to.not.have.property('set-cookie');
        }
        expect(panel.told()).to.deep.equal(['store-unavailable', 'store-unavailable']);
        expect(await client.me()).to.equal(null);
        expect((await client.get('/secret')).status).to.equal(401);
      });
    }

    it('has no more guesses when the store fails again and again after the swap', async () => {
      const client = await loggedIn(panel);
      fault = 'after the swap';
      for (let i = 0; i < 7; i++) await client.post('/two-step/verify', { code: '000000' });
      fault = 'none';
      expect((await panel.secondFactor.status('alice')).failures).to.equal(5);
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
        'verified',
      );
    });
  });
});
