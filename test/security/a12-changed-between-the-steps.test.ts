import { expect } from 'chai';
import type { Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';
import { inMemoryAndOnRedis } from './late-bodies.js';
import { enable, enroll, enrolled, loggedIn, pending, signedIn, verify } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { attack, isOut } from '../support/attack.js';
import type { AttackedPanel } from '../support/attack.js';

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

describe('A12: an account that changed between the steps', () => {
  attack('on %s', (target) => {
    for (const [what, change] of Object.entries(CHANGES)) {
      it(`ends the waiting sign-in when ${what}: no code completes it`, async () => {
        const { database } = target();
        const { password, stamp } = database
          .prepare('select password, stamp from users where id = ?')
          .get('bob') as { password: string; stamp: string };
        const { phone } = await enrolled(target(), 'bob');
        const waiting = await pending(target(), 'bob');
        const copy = waiting.copy();
        const present = await change(target(), phone);
        const before = await target().record('bob');
        const codes = [phone.nextCode(), present.code()];
        for (const code of codes) {
          const { status, body } = await verify(waiting, code);
          expect(status).to.equal(401);
          expect(body.code).to.be.oneOf(['sign-in-expired', 'login-required']);
        }
        expect((await verify(copy, present.nextCode())).status).to.equal(401);
        await isOut(waiting);
        await isOut(copy);
        expect(await target().record('bob'), 'nothing was spent').to.equal(before);
        const back = 'update users set id = ?, password = ?, stamp = ? where login = ?';
        database.prepare(back).run('bob', password, stamp, 'bob');
      });
    }

    it('ends as the account is now, when its level was changed: nothing old is carried', async () => {
      const { phone } = await enrolled(target(), 'bob');
      for (const level of ['admin', 'user']) {
        const waiting = await pending(target(), 'bob');
        target().database.prepare('update users set level = ? where id = ?').run(level, 'bob');
        await isOut(waiting);
        expect((await verify(waiting, phone.nextCode())).status).to.equal(200);
        expect((await waiting.get('/api/me')).body.level).to.equal(level);
        expect((await waiting.get('/staff')).status).to.equal(level === 'admin' ? 200 : 403);
      }
    });
  });
});

describe('A12: a password that changes while the code is checked', () => {
  inMemoryAndOnRedis((parts) => {
    it('lets nobody stay on the old one, whichever read or write the change follows', async () => {
      const { redis } = parts();
      const records = redis ? redisStore(redis) : memoryStore();
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
      const panel: Panel = await startPanel({ ...parts(), store, options: { findUser } });
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
        const { status } = await client.post('/two-step/verify', { code });
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
