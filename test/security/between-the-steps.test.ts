import { expect } from 'chai';
import type { Store } from 'passport-second-factor';
import { onEachPlace } from '../support/on-each-place.js';
import type { AttackedPanel } from '../support/attack.js';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import type { Panel } from '../support/panel.js';
import { startPanel, userOf } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import { sessionId } from '../support/sessions.js';
import { enable, enroll, enrolled, give, loggedIn, pending, signedIn, verify } from '../support/people.js';

/** What happens between the password and the code; the phone whose code is tried afterwards. */
const CHANGES: Record<string, (target: AttackedPanel, phone: Phone) => Promise<Phone>> = {
  async 'an admin set the password'(target, phone) {
    const root = await signedIn(target, 'root');
    expect((await root.leave()).status).to.equal(200);
    const { status } = await root.post('/staff/bob/edit', { password: 'bob-password-2' });
    expect(status).to.equal(200);
    return phone;
  },
  async 'its row was deleted'(target, phone) {
    target.database.prepare('update users set id = ? where id = ?').run('gone', 'bob');
    return phone;
  },
  async 'it was disabled'(target, phone) {
    await target.secondFactor.admin.disable('bob', { by: 'operator' });
    return phone;
  },
  async 'it was forgotten'(target, phone) {
    await target.secondFactor.admin.forget('bob');
    return phone;
  },
  async 'it was enrolled anew'(target) {
    await target.secondFactor.admin.disable('bob', { by: 'operator' });
    return (await enable(target, await signedIn(target, 'bob'))).phone;
  },
};

const LIFE_SECONDS = 600;

/** What the store decides, or the store of the sessions. */
const ON_REDIS = [
  'makes of two sign-ins and two codes',
  'has a life in the store',
  'makes exactly one of ten',
  'makes no session that was not paid',
];

describe('A sign-in that waits for the code', () => {
  attack('on %s', ON_REDIS, (panel) => {
    describe('A5: a second step that believes whose it is, or mixes two sign-ins', () => {
      it('lets a code in as nobody but the account whose password was given', async () => {
        await enrolled(panel());
        const { phone } = await enrolled(panel(), 'bob');
        const before = await panel().record('alice');
        const names = [
          'user',
          'username',
          'userId',
          'user_id',
          'id',
          'accountId',
          'account',
          'email',
          'login',
        ];
        const claims = Object.fromEntries(names.map((name) => [name, 'alice']));
        const client = await pending(panel(), 'bob');
        for (const name of names) client.cookies.set(name, 'alice');
        const headers = { 'x-user': 'alice', 'x-forwarded-user': 'alice', 'x-remote-user': 'alice' };
        const state = {
          state: 'verified',
          passportSecondFactor: { account: 'alice' },
          passport: { user: 'alice' },
        };
        const body = { code: phone.nextCode(), ...claims, ...state };
        expect((await client.post('/two-step/verify', body, headers)).status).to.equal(200);
        expect(await client.who()).to.equal('bob');
        expect(await panel().record('alice'), 'nothing changed').to.equal(before);
      });

      it('takes one account’s code for no other account that waits in the same jar', async () => {
        const { phone } = await enrolled(panel());
        const bob = await enrolled(panel(), 'bob');
        const client = await pending(panel());
        const old = client.copy();
        await client.login('bob');
        expect((await verify(client, phone.nextCode())).body.code).to.equal('code-invalid');
        await isOut(client);
        expect((await verify(old, phone.code())).body.code, 'the older sign-in is gone').to.equal(
          'sign-in-expired',
        );
        await isOut(old);
        expect((await verify(client, bob.phone.code())).status).to.equal(200);
        expect(await client.who()).to.equal('bob');
      });

      it('makes of two sign-ins and two codes at once in one jar no session of the wrong account', async () => {
        const alice = await enrolled(panel());
        const bob = await enrolled(panel(), 'bob');
        const client = await pending(panel());
        bob.phone.nextCode();
        const codes = { alice: alice.phone.code(), bob: bob.phone.code() };
        const [first, other, second] = [client.copy(), client.copy(), client.copy()];
        const [, , wrong] = await Promise.all([
          verify(first, codes.alice),
          other.login('bob'),
          verify(second, codes.bob),
        ]);
        expect(wrong.status, 'bob’s code never completes alice').to.equal(401);
        await isOut(second);
        expect(await first.who()).to.be.oneOf(['alice', 'login-required']);
        expect(await other.who(), 'bob still needs a code').to.be.oneOf(['code-required', 'login-required']);
      });

      it('takes the cookie of a waiting sign-in that was signed for another id for nothing', async () => {
        const { phone } = await enrolled(panel());
        await enrolled(panel(), 'bob');
        const [alice, bob] = [await pending(panel()), await pending(panel(), 'bob')];
        const [idA, idB] = [alice, bob].map((client) =>
          decodeURIComponent(client.cookies.get('panel.sid') ?? ''),
        );
        const mixed = `${idB?.split('.')[0] ?? ''}.${idA?.split('.').slice(1).join('.') ?? ''}`;
        const forged = new Client(panel());
        forged.cookies.set('panel.sid', encodeURIComponent(mixed));
        expect((await verify(forged, phone.nextCode())).body.code).to.equal('sign-in-expired');
        await isOut(forged);
      });
    });

    describe('A12: an account that changed between the steps', () => {
      for (const [what, change] of Object.entries(CHANGES)) {
        it(`ends the waiting sign-in when ${what}: no code completes it`, async () => {
          const { phone } = await enrolled(panel(), 'bob');
          const waiting = await pending(panel(), 'bob');
          const copy = waiting.copy();
          const present = await change(panel(), phone);
          const before = await panel().record('bob');
          const codes = [phone.nextCode(), present.code()];
          for (const code of codes) {
            const { status, body } = await verify(waiting, code);
            expect(status).to.equal(401);
            expect(body.code).to.be.oneOf(['sign-in-expired', 'login-required']);
          }
          expect((await verify(copy, present.nextCode())).status).to.equal(401);
          await isOut(waiting);
          await isOut(copy);
          expect(await panel().record('bob'), 'nothing was spent').to.equal(before);
        });
      }

      it('ends as the account is now, when its level was changed: nothing old is carried', async () => {
        const { phone } = await enrolled(panel(), 'bob');
        for (const level of ['admin', 'user']) {
          const waiting = await pending(panel(), 'bob');
          panel().database.prepare('update users set level = ? where id = ?').run(level, 'bob');
          await isOut(waiting);
          expect((await verify(waiting, phone.nextCode())).status).to.equal(200);
          expect((await waiting.get('/api/me')).body.level).to.equal(level);
          expect((await waiting.get('/staff')).status).to.equal(level === 'admin' ? 200 : 403);
        }
      });
    });

    describe('A13: a waiting sign-in that never ends, or slides', () => {
      it('ends after ten minutes, although it is asked for every second, and of every route', async () => {
        const { phone } = await enrolled(panel());
        const waiting = await pending(panel());
        const { until } = (await waiting.get('/two-step')).body;
        let polls = 0;
        for (let passed = 0; passed < LIFE_SECONDS; passed++) {
          panel().advance(1);
          const { body } = await waiting.get('/two-step');
          if (body.state !== 'pending') break;
          expect(body.until, `after ${passed} s`).to.equal(until);
          polls++;
          if (passed % 60 > 0) continue;
          for (const path of ['/two-step/verify', '/api/secret']) await waiting.get(path);
          await verify(waiting, 'x');
        }
        // The clock of the panel also goes by itself.
        expect(polls).to.be.within(LIFE_SECONDS / 2, LIFE_SECONDS - 1);
        expect((await waiting.get('/two-step')).body.state).to.equal('anonymous');
        const before = await panel().record('alice');
        const { status, body } = await verify(waiting, phone.code());
        expect(status).to.equal(401);
        expect(body.code).to.be.oneOf(['sign-in-expired', 'login-required']);
        await isOut(waiting);
        expect(await panel().record('alice'), 'the code was not spent').to.equal(before);
      });

      it('is not made younger by a clock that goes back', async () => {
        const { phone } = await enrolled(panel());
        panel().advance(7200);
        const waiting = await pending(panel());
        panel().advance(-3600);
        expect((await verify(waiting, phone.code())).status).to.equal(401);
        await isOut(waiting);
      });

      it('has a life in the store that shrinks at every request and never grows', async () => {
        const { redis } = panel();
        await enrolled(panel());
        const waiting = await loggedIn(panel());
        const key = `sess:${sessionId(waiting)}`;
        let last = LIFE_SECONDS * 1000;
        for (let i = 0; i < 6; i++) {
          panel().advance(30);
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

    describe('A14: two sessions of one waiting sign-in', () => {
      it('makes exactly one of ten right codes at once', async () => {
        const { phone } = await enrolled(panel());
        const waiting = await pending(panel());
        const code = phone.nextCode();
        const clients = Array.from({ length: 10 }, () => waiting.copy());
        const answers = await Promise.all(clients.map((client) => verify(client, code)));
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
        const inside = await Promise.all(
          clients.map(async (client) => (await client.get('/api/secret')).status === 200),
        );
        expect(inside.filter(Boolean)).to.have.length(1);
        expect(
          new Set(clients.map((client) => client.cookies.get('panel.sid'))).size,
          'two ids: before and after',
        ).to.be.within(2, 11);
        await isOut(waiting);
      });

      it('makes no session that was not paid for with a code of its own, of several right codes at once', async () => {
        const client = await signedIn(panel());
        const { phone } = await enable(panel(), client);
        const { body } = await give(client, 'recovery-codes', phone.nextCode());
        const [recovery] = body.recoveryCodes as string[];
        const left = (await panel().secondFactor.status('alice')).recoveryCodesLeft;
        const waiting = await pending(panel());
        const next = phone.nextCode();
        const clients = [next, next, recovery, recovery].map((code) => ({ code, client: waiting.copy() }));
        const answers = await Promise.all(clients.map(({ client: each, code }) => verify(each, code)));
        for (const pair of [answers.slice(0, 2), answers.slice(2)]) {
          expect(pair.filter(({ status }) => status === 200).length).to.be.at.most(1);
        }
        const inside = await Promise.all(
          clients.map(async ({ client: each }) => (await each.get('/api/secret')).status === 200),
        );
        expect(inside.filter(Boolean).length).to.be.within(1, 2);
        await isOut(waiting);
        expect((await verify(waiting, phone.nextCode())).status, 'and it is over').to.equal(401);
        expect((await panel().secondFactor.status('alice')).recoveryCodesLeft).to.be.within(left - 1, left);
      });
    });
  });

  onEachPlace((empty) => {
    it('lets nobody stay on the old one, whichever read or write the change follows (A12)', async () => {
      const { store: records, sessions } = await empty();
      /** How many reads and writes are to come before the change. */
      let ahead = Infinity;
      const after = <Result>(result: Result): Result => {
        if (--ahead === 0) userOf(panel).passwordChangedAt++;
        return result;
      };
      const store: Store = {
        ...records,
        get: async (account) => after(await records.get(account)),
        compareAndSet: async (...swap) => after(await records.compareAndSet(...swap)),
      };
      const findUser = (id: string) => after({ ...userOf(panel, id) });
      const panel: Panel = await startPanel({ store, session: { store: sessions }, options: { findUser } });
      const { sessionStore } = panel;
      const sessionOf = sessionStore.get.bind(sessionStore);
      sessionStore.get = (id, done) => {
        sessionOf(id, (error, session) => {
          done(error, after(session));
        });
      };
      const phone = await enroll(panel);
      const answers: number[] = [];
      for (let place = 1, changed = true; changed; place++) {
        const client = await loggedIn(panel);
        const code = phone.nextCode();
        ahead = place;
        const { status } = await verify(client, code);
        changed = ahead <= 0;
        ahead = Infinity;
        answers.push(status);
        expect(status, `after ${place} reads and writes`).to.be.oneOf([200, 401]);
        const isIn = !changed && status === 200;
        expect((await client.get('/secret')).status, `after ${place}`).to.equal(isIn ? 200 : 401);
        expect(await client.me(), `after ${place}`).to.equal(isIn ? 'alice' : null);
      }
      expect(answers[0], 'changed before the code was evaluated').to.equal(401);
      expect(answers.slice(0, -1), 'changed after the code was evaluated').to.include(200);
      expect(answers.at(-1), 'not changed').to.equal(200);
    });
  });
});
