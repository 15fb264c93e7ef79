import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { give } from '../support/people.js';
import { rateLimit } from 'express-rate-limit';
import { TAKE_CODES, attack, failuresOf, isIn } from '../support/attack.js';
import { Client } from '../support/client.js';
import { onOnePanel } from '../support/on-each-place.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import {
  burst,
  enroll,
  enrolled,
  loggedIn,
  pending,
  said,
  signedIn,
  tally,
  verify,
} from '../support/people.js';
import { warningsOf } from '../support/warnings.js';

const LIMIT = 5;
const STEP_MILLISECONDS = 30_000;
const LOGINS = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay'];

/** What the store decides, or the store of the sessions. */
const ON_REDIS = [
  'tells no more than 5 outcomes to 500 guesses at once from 50',
  'does not let the right code in among',
  'shares it between operations',
];

describe('Guessing codes', () => {
  attack('on %s', ON_REDIS, (panel) => {
    describe('B1: parallel guesses beat check-then-count', () => {
      for (const clients of [1, 50]) {
        it(`tells no more than ${LIMIT} outcomes to 500 guesses at once from ${clients} browser(s)`, async () => {
          const owner = await enrolled(panel());
          const browsers = await burst(clients, () => pending(panel()));
          const codes = owner.phone.wrongCodes(500);

          const told = tally(await burst(500, (i) => verify(browsers[i % clients]!, codes[i])));
          expect(told['code-invalid']).to.be.within(1, LIMIT);
          expect(Object.keys(told)).to.not.include('verified');
          expect(await failuresOf(panel())).to.be.within(told['code-invalid']!, LIMIT);

          // What a 503 left of the budget is used up, then the right code is as good as any.
          for (const code of codes.slice(0, LIMIT)) await verify(browsers[0]!, code);
          expect(await failuresOf(panel())).to.equal(LIMIT);
          const right = await verify(browsers[0]!, owner.phone.code(1));
          expect(right.status).to.equal(429);
          expect(right.body.code).to.equal('locked');
          expect(await isIn(browsers[0]!)).to.equal(false);
        });
      }

      it('does not let the right code in among wrong ones once the lock has come', async () => {
        const owner = await enrolled(panel());
        const browser = await pending(panel());
        for (const code of owner.phone.wrongCodes(LIMIT)) await verify(browser, code);
        const told = tally(await burst(100, () => verify(browser, owner.phone.code(1))));
        expect(told).to.deep.equal({ locked: 100 });
        expect(await failuresOf(panel())).to.equal(LIMIT);
      });
    });

    describe('B2: log in again for a fresh budget of guesses', () => {
      for (const end of ['with new cookies', 'by cancel and a login in the same browser'] as const) {
        it(`locks at the same total ${end}`, async () => {
          const owner = await enrolled(panel());
          const codes = owner.phone.wrongCodes(8);
          const same = await pending(panel());
          const answers: string[] = [];
          for (let round = 0; round < 4; round++) {
            const browser = end === 'with new cookies' ? await pending(panel()) : same;
            for (const code of codes.splice(0, 2)) answers.push(said(await verify(browser, code)));
            expect(await isIn(browser)).to.equal(false);
            if (browser === same) {
              await same.post('/two-step/cancel');
              await same.login('alice');
            }
          }
          expect(answers).to.deep.equal([
            ...Array<string>(5).fill('code-invalid'),
            ...Array<string>(3).fill('locked'),
          ]);
          expect(await failuresOf(panel())).to.equal(5);
        });
      }
    });

    describe('B3: a success elsewhere resets the counter', () => {
      it('keeps the count through right passwords and through sign-ins to an account of their own', async () => {
        const victim = await enrolled(panel());
        const attacker = await enrolled(panel(), 'bob');
        const browser = new Client(panel());
        for (const code of victim.phone.wrongCodes(4)) {
          await browser.login('alice');
          expect(said(await verify(browser, code))).to.equal('code-invalid');
          await browser.login('bob');
          expect(said(await verify(browser, attacker.phone.nextCode()))).to.equal('verified');
        }
        expect(await failuresOf(panel(), 'alice')).to.equal(4);
        expect(await failuresOf(panel(), 'bob')).to.equal(0);
        const [fifth] = victim.phone.wrongCodes(1);
        await verify(await pending(panel()), fifth);
        expect(said(await verify(await pending(panel()), victim.phone.code(1)))).to.equal('locked');
      });

      it('keeps the count of strangers when the owner signs in on the browser they are known by', async () => {
        const owner = await enrolled(panel());
        await owner.client.post('/logout');
        await owner.client.login('alice');
        await verify(owner.client, owner.phone.nextCode());
        const stranger = await pending(panel());
        for (const code of owner.phone.wrongCodes(4)) await verify(stranger, code);

        await owner.client.post('/logout');
        await owner.client.login('alice');
        expect(said(await verify(owner.client, owner.phone.nextCode()))).to.equal('verified');
        expect(await failuresOf(panel())).to.equal(4);
      });

      // The count is not kept through a recovery code: there are ten, each is spent by it, and each has 120 bits. Who
      // holds one needs to guess nothing, and an owner who recovered must not be met by the lock somebody else brought.
      it('clears the count for a recovery code, which is spent by that, and not for a wrong one', async () => {
        const owner = await enrolled(panel());
        const browser = await pending(panel());
        for (const code of owner.phone.wrongCodes(5)) await verify(browser, code);
        expect(said(await verify(browser, 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF'))).to.equal('code-invalid');
        expect(await failuresOf(panel())).to.equal(5);

        expect(said(await verify(browser, owner.recoveryCodes[0]))).to.equal('verified');
        expect(await panel().secondFactor.status('alice')).to.include({ failures: 0, recoveryCodesLeft: 9 });
        expect(said(await verify(await pending(panel()), owner.recoveryCodes[0]))).to.equal('code-invalid');
      });
    });

    it('B4: locks at the same total with another address for each guess, whatever proxy headers say, which are in no event', async () => {
      const owner = await enrolled(panel());
      const browser = await pending(panel());
      const answers: string[] = [];
      for (const [place, code] of owner.phone.wrongCodes(8).entries()) {
        const ip = `203.0.113.${place}`;
        const headers = {
          'x-forwarded-for': ip,
          'x-real-ip': ip,
          'x-client-ip': ip,
          'cf-connecting-ip': ip,
          forwarded: `for=${ip}`,
        };
        answers.push(said(await browser.post('/two-step/verify', { code }, headers)));
      }
      expect(answers).to.deep.equal([
        ...Array<string>(5).fill('code-invalid'),
        ...Array<string>(3).fill('locked'),
      ]);
      expect(await failuresOf(panel())).to.equal(5);
      const spoofed = { 'x-forwarded-for': '127.0.0.1' };
      const right = await browser.post('/two-step/verify', { code: owner.phone.code(1) }, spoofed);
      expect(said(right)).to.equal('locked');
      expect(await isIn(browser)).to.equal(false);
      expect(panel().log.join()).to.contain('127.0.0.1').and.not.to.contain('203.0.113.');
    });

    describe('B5: a side operation with a budget of its own', () => {
      it('counts wrong codes at every operation to one total', async () => {
        const owner = await enrolled(panel());
        const [a, b, c, d, e, f, g] = owner.phone.wrongCodes(7);
        const outside = await pending(panel());
        // The browser that enabled it has not passed a sign-in: it is as strange as any other.
        const answers = [said(await verify(outside, a))];
        for (const [place, code] of [b, c, d].entries()) {
          answers.push(said(await give(owner.client, TAKE_CODES[place]!, code)));
        }
        const headless = await panel().secondFactor.verify('alice', e);
        expect(headless).to.include({ ok: false, reason: 'code-invalid', failures: 5 });
        expect(answers).to.deep.equal(Array<string>(4).fill('code-invalid'));

        expect(said(await verify(outside, f))).to.equal('locked');
        for (const operation of TAKE_CODES) {
          for (const code of [g, owner.phone.code(1)]) {
            expect(said(await give(owner.client, operation, code)), operation).to.equal('locked');
          }
        }
        expect(await panel().secondFactor.verify('alice', owner.phone.code(1))).to.include({
          reason: 'locked',
        });
        expect(await panel().secondFactor.status('alice')).to.include({
          enrolled: true,
          failures: 5,
          recoveryCodesLeft: 10,
        });
      });

      it('shares it between operations that are tried at the same instant', async () => {
        const owner = await enrolled(panel());
        const outside = await pending(panel());
        const codes = owner.phone.wrongCodes(80);
        const operations = ['verify', ...TAKE_CODES];
        const answers = await Promise.all(
          codes.map(async (code, place) => {
            const client = place % 4 === 0 ? outside : owner.client;
            return said(await give(client, operations[place % 4]!, code));
          }),
        );
        expect(answers.filter((word) => word === 'code-invalid').length).to.be.within(1, 5);
        expect(await failuresOf(panel())).to.be.at.most(5);
      });

      it('has no guesses at the operations that take no code', async () => {
        const owner = await enrolled(panel());
        const outside = await pending(panel());
        for (const path of ['browsers/revoke', 'authenticators/remove', 'setup']) {
          const body = { code: owner.phone.code(1), id: owner.phone.code(1) };
          const answer = await outside.post(`/two-step/${path}`, body);
          expect(answer.status, path).to.be.within(400, 499);
        }
        expect(await isIn(outside)).to.equal(false);
        expect(await failuresOf(panel())).to.equal(0);
      });

      it('drops a set-up after ten wrong codes, and the account is as it was', async () => {
        const owner = await enrolled(panel(), 'bob'); // codes of another key
        const client = await signedIn(panel());
        await client.post('/two-step/setup');
        const answers: string[] = [];
        for (const code of owner.phone.wrongCodes(11))
          answers.push(said(await give(client, 'setup/confirm', code)));
        expect(answers.slice(0, 10)).to.not.include('setup-expired');
        expect(answers[10]).to.equal('setup-expired');
        expect(await panel().secondFactor.status('alice')).to.include({ enrolled: false });
      });
    });
  });

  onOnePanel((start) => {
    describe('B6: a window that is far too wide', () => {
      /** The steps, counted from the present one, whose codes open a fresh panel. */
      async function accepted(options: { window?: number }, steps: readonly number[]): Promise<number[]> {
        const panel = await start({ options });
        const phone = await enroll(panel);
        const opened: number[] = [];
        panel.now += 20 * STEP_MILLISECONDS;
        for (const step of steps) {
          const client = await loggedIn(panel);
          const present = panel.now;
          panel.now += (step - 1) * STEP_MILLISECONDS; // the phone goes one step ahead
          const code = phone.nextCode();
          panel.now = present;
          if ((await verify(client, code)).status === 200) opened.push(step);
        }
        return opened;
      }

      it('accepts exactly one code with window 0', async () => {
        expect(await accepted({ window: 0 }, [-2, -1, 1, 2])).to.deep.equal([]);
        expect(await accepted({ window: 0 }, [0])).to.deep.equal([0]);
      });

      it('refuses codes two steps away by default', async () => {
        expect(await accepted({}, [-2, 2, -3, 3])).to.deep.equal([]);
        expect(await accepted({}, [-1, 0, 1])).to.deep.equal([-1, 0, 1]);
      });

      it('does not grow with the offset that was learned', async () => {
        const panel = await start();
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        panel.now -= STEP_MILLISECONDS; // the phone is one step ahead, and that is learned
        await verify(client, phone.nextCode());
        await new Client(panel).login('alice');
        const present = panel.now;
        panel.now += 4 * STEP_MILLISECONDS;
        const far = phone.nextCode();
        panel.now = present;
        const other = await loggedIn(panel);
        expect((await verify(other, far)).body.code).to.equal('code-invalid');
      });
    });

    describe('B9: one code against many accounts', () => {
      it('tells with each refusal whose account, from where, at which operation and why', async () => {
        const panel = await start({ users: LOGINS.map((login) => user(login)) });
        for (const login of LOGINS) {
          await enroll(panel, login);
          const client = await loggedIn(panel, login);
          await client.post('/two-step/verify', { code: '000000' }, { 'user-agent': 'a guesser' });
        }
        const refusals = panel.events.filter(({ name }) => name === 'code-refused');
        expect(refusals.map(({ accountId }) => accountId)).to.deep.equal(LOGINS);
        for (const refusal of refusals) {
          expect(refusal).to.include({
            operation: 'sign-in',
            reason: 'code-invalid',
            userAgent: 'a guesser',
          });
          expect(refusal)
            .to.have.property('ip')
            .that.matches(/127\.0\.0\.1$/);
        }
        expect(JSON.stringify(refusals)).to.not.include('000000');
      });

      it('is stopped by a limiter in front of the verify route, as the documentation shows it', async () => {
        const limiter = rateLimit({
          windowMs: 900_000,
          limit: 4,
          standardHeaders: 'draft-8',
          legacyHeaders: false,
        });
        const panel = await start({
          users: LOGINS.map((login) => user(login)),
          beforeRouter: ({ app }) => void app.post('/two-step/verify', limiter),
        });
        const statuses: number[] = [];
        for (const login of LOGINS) {
          await enroll(panel, login);
          const client = await loggedIn(panel, login);
          statuses.push((await verify(client, '000000')).status);
        }
        expect(statuses).to.deep.equal([401, 401, 401, 401, 429, 429]);
        expect(
          (await panel.secondFactor.status(['dan', 'eve'])).map(({ failures }) => failures),
        ).to.deep.equal([1, 0]);
      });
    });
  });

  describe('a window that is far too wide (B6)', () => {
    afterEach(stopPanels);

    it('warns about a window above 1, and refuses one above 10', async () => {
      const warnings = await warningsOf(() => startPanel({ options: { window: 2 } }));
      expect(warnings.map(({ message }) => message).join()).to.include('RFC 6238');
      expect(await warningsOf(() => startPanel({ options: { window: 1 } }))).to.deep.equal([]);
      const refused = await startPanel({ options: { window: 11 } }).catch((error: unknown) => error);
      expect(refused).to.include({ code: 'option-invalid' });
    });
  });

  it('is stopped that way in the documentation (B9)', () => {
    expect(readFileSync('docs/limits.md', 'utf8')).to.match(
      /^ *app\.post\('\/two-step\/verify', rateLimit\(/m,
    );
  });
});
