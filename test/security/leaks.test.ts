import { expect } from 'chai';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { attack } from '../support/attack.js';
import { callsOf } from '../support/calls-of.js';
import type { Answer } from '../support/client.js';
import { Client } from '../support/client.js';
import { onOnePanel } from '../support/on-each-place.js';
import { enable, enrolled, give, pending, signedIn, verify } from '../support/people.js';
import { NOW, STEP, aRecord, anAuthenticator, codeAt, nearlyRight, wrongCodes } from '../support/records.js';

const RECOVERY = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(24));

/** Of one login, without a second factor, with one, and of nobody. */
const LOGINS = ['bob', 'eve', 'alice', 'admin'];

/** What of an answer differs for reasons of its own. */
function comparable({ status, headers, text, location }: Answer, typed?: string): unknown {
  const { date: _date, 'content-length': _length, ...others } = headers;
  let body = text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/data-until="[^"]*"/g, '');
  // The login form repeats what was typed.
  if (typed !== undefined) body = body.replace(`value="${typed}"`, 'value');
  const cookies = (others['set-cookie'] ?? []).map((line) =>
    line.replace(/=[^;]*/, '=').replace(/Expires=[^;]*/i, ''),
  );
  return { status, location, body, headers: { ...others, 'set-cookie': cookies } };
}

describe('Leaks', () => {
  describe('I1: time or an early exit tells how much of a code is right', () => {
    const record = aRecord({ authenticators: [anAuthenticator()], ...recoverySet('a key', RECOVERY) });
    const [app] = record.authenticators;
    const [wrong] = wrongCodes(record, NOW, 1) as [string];
    const right = codeAt(app!, STEP);

    /** As right as it can be without being so: all digits but the last one. */
    const near = nearlyRight(app!, STEP);

    const evaluate = (typed: string, spent = 0): unknown =>
      decideAttempt({ ...record, authenticators: [{ ...app!, lastStep: spent }] }, typed, NOW, DEFAULT_LIMITS)
        .outcome;

    /** How many comparisons in constant time a code costs. */
    const comparisons = async (typed: string, spent?: number): Promise<number> =>
      (await callsOf(['timingSafeEqual'], () => evaluate(typed, spent))).timingSafeEqual;

    it('compares with every acceptable step, whichever is right and whether any is', async () => {
      const typed = [wrong, near, ...[-1, 0, 1].map((step) => codeAt(app!, STEP + step))];
      for (const code of typed) expect(await comparisons(code)).to.equal(3);
      expect(await comparisons(right, STEP + 1)).to.equal(3);
    });

    it('compares with every recovery code, whichever is right and whether any is', async () => {
      const typed = ['A'.repeat(24), ...RECOVERY];
      for (const code of typed) expect(await comparisons(code)).to.equal(10);
    });
  });

  attack('on %s', [], (panel) => {
    describe('I2: answers that tell who exists and who has a second factor', () => {
      /** Alice has a second factor, and admin has one that is locked. */
      async function scene() {
        const alice = await enrolled(panel());
        const admin = await enrolled(panel(), 'admin');
        const guesser = await pending(panel(), 'admin');
        for (const code of admin.phone.wrongCodes(5)) await verify(guesser, code);
        return { alice, admin };
      }

      it('answers a wrong password alike for everybody and for nobody', async () => {
        await scene();
        const programs: unknown[] = [];
        const people: unknown[] = [];
        for (const login of LOGINS) {
          programs.push(comparable(await new Client(panel()).login(login, 'not-the-password')));
          const form = { username: login, password: 'not-the-password' };
          people.push(comparable(await new Client(panel()).submit('/login', form), login));
        }
        for (const answer of programs) expect(answer).to.deep.equal(programs[0]).and.include({ status: 401 });
        for (const answer of people) expect(answer).to.deep.equal(people[0]).and.include({ status: 401 });
      });

      it('hashes a wrong password once for everybody and for nobody, which takes the same time', async () => {
        await scene();
        for (const login of LOGINS) {
          const { scrypt } = await callsOf(['scrypt'], () =>
            new Client(panel()).login(login, 'not-the-password'),
          );
          expect(scrypt, login).to.equal(1);
        }
      });

      it('writes nothing and tells nothing of the second factor for a wrong password', async () => {
        await scene();
        panel().log.length = 0;
        for (const login of LOGINS) await new Client(panel()).login(login, 'not-the-password');
        expect(panel().log).to.deep.equal([]);
      });

      it('shows the same form to everybody who knew the password, with no name', async () => {
        const { admin } = await scene();
        await enrolled(panel(), 'bob');
        const shown: unknown[] = [];
        for (const login of ['alice', 'bob']) {
          const client = new Client(panel());
          const answers = [
            await client.login(login),
            await client.open('/two-step/verify'),
            await client.get('/two-step/verify'),
            await client.get('/two-step'),
            await client.get('/api/me'),
            await verify(client, ''),
          ];
          for (const { text } of answers) {
            const seen = text.replace(/<style>[\s\S]*?<\/style>/g, '').toLowerCase();
            expect(seen).to.not.match(/alice|\bbob\b|\w@\w|failures|recoverycodesleft/);
          }
          shown.push(answers.map((answer) => comparable(answer)));
        }
        expect(shown[1]).to.deep.equal(shown[0]);
        // The lock is told to who knew the password, and to them alone.
        const client = await pending(panel(), 'admin');
        expect((await verify(client, admin.phone.code(1))).body).to.have.property('until');
      });

      it('tells strangers the same of every route of ours, no matter who has a factor', async () => {
        const { alice } = await scene();
        for (const path of ['', '/verify', '/setup', '/step-up']) {
          const stranger = await new Client(panel()).get(`/two-step${path}`);
          expect(stranger.text).to.not.match(/alice|admin\b|enrolled|failures/);
        }
        for (const path of ['/verify', '/step-up', '/disable', '/recovery-codes']) {
          const right = await new Client(panel()).post(`/two-step${path}`, { code: alice.phone.code(1) });
          const wrong = await new Client(panel()).post(`/two-step${path}`, {
            code: alice.phone.wrongCodes(1)[0],
          });
          expect(comparable(right), path).to.deep.equal(comparable(wrong));
        }
      });
    });

    it('I4: forbids every cache of a page with a secret, and gives nothing to ask a cache with', async () => {
      const client = await signedIn(panel());
      const answers = [await client.post('/two-step/setup'), await client.get('/two-step/setup')];
      answers.push(await client.open('/two-step/setup'));
      const { phone } = await enable(panel(), client);
      answers.push(await give(client, 'recovery-codes', phone.nextCode()));
      answers.push(await client.submit('/two-step/recovery-codes', { code: phone.nextCode() }));
      const waiting = await pending(panel());
      for (const path of [
        '/two-step/',
        '/two-step/verify',
        '/two-step/setup',
        '/two-step/step-up',
        '/',
        '/settings',
      ]) {
        answers.push(
          await client.open(path),
          await client.get(path),
          await waiting.open(path),
          await waiting.get(path),
        );
      }
      answers.push(await verify(waiting, '000000'));
      for (const { headers, status } of answers) {
        expect(headers['cache-control'], String(status)).to.equal('no-store');
        expect(headers.vary).to.match(/\bcookie\b/i);
        expect(headers).not.to.have.any.keys('etag', 'last-modified', 'expires');
      }
      expect(answers.some(({ text }) => text.includes('otpauth'))).to.equal(true);
    });

    it('I6: shows neither key nor codes in any JSON that the panel tells of a user', async () => {
      const { client: browser, phone } = await enrolled(panel());
      for (const path of ['/api/me', '/api/secret', '/two-step/']) {
        const { text } = await browser.get(path);
        expect(text).not.to.contain(phone.key);
        expect(text).not.to.match(/secret"\s*:\s*"[A-Z2-7]{16}|sealed|digest|enrollment"|stamp/i);
      }
      expect(JSON.stringify(await panel().secondFactor.status('alice'))).not.to.contain(phone.key);
    });

    describe('I7: lock, tries left or phones of an account read by others', () => {
      it('tells who is pending nothing but that, and until when', async () => {
        await enrolled(panel());
        const client = await pending(panel());
        const keys = ['digits', 'methods', 'serverTime', 'state', 'until'];
        expect(Object.keys((await client.get('/two-step/')).body).sort()).to.deep.equal(keys);
        expect((await client.get('/two-step/browsers')).status).to.be.oneOf([401, 404]);
        const anonymous = (await new Client(panel()).get('/two-step/')).body;
        expect(Object.keys(anonymous).sort()).to.deep.equal(['serverTime', 'state']);
      });

      it('tells of a lock to who gives a code only: their own wait, and no number of tries', async () => {
        await enrolled(panel());
        const client = await pending(panel());
        const refused = [];
        for (let i = 0; i < 6; i++) refused.push(await verify(client, '000000'));
        const before = refused[0]!;
        const locked = refused[5]!;
        expect([locked.status, locked.body.code]).to.deep.equal([429, 'locked']);
        expect(Number(locked.headers['retry-after'])).to.be.within(1, 30);
        for (const { text } of [before, locked])
          expect(text).not.to.match(/failures|attempts|left|\b[1-5]\b of/i);

        const bob = await signedIn(panel(), 'bob');
        for (const each of [bob, new Client(panel()), client]) {
          const { text } = await each.get('/two-step/?account=alice');
          expect(text).not.to.match(/lock|fail|alice/i);
        }
        expect((await new Client(panel()).login('alice', 'wrong')).text).to.equal(
          (await new Client(panel()).login('nobody', 'wrong')).text,
        );
      });
    });
  });

  onOnePanel((start) => {
    it('has nothing of it in user, request and session (I6)', async () => {
      const panel = await start({
        beforeRouter: ({ app }) => {
          app.get('/dump', (req, res) => {
            res.json({ user: req.user, secondFactor: req.secondFactor, session: req.session });
          });
        },
      });
      const { client } = await enrolled(panel);
      const { body } = await client.post('/two-step/setup');
      const { text } = await client.get('/dump');
      expect(text).to.contain('"alice"').and.to.contain('"sealed"');
      expect(text).not.to.contain(String(body.key));
      const sealed = (await panel.store.get('alice')) ?? '';
      expect(sealed).to.have.length.above(100);
      expect(text).not.to.contain(sealed.slice(-24));
    });
  });
});
