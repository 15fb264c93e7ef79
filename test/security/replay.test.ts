import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Store } from 'passport-second-factor';
import { FROM_ANOTHER_SITE, TAKE_CODES, attack, failuresOf, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { until } from '../support/eventually.js';
import { startExamplePanel } from '../support/example-panel.js';
import { runConsole } from '../support/example-process.js';
import { onEachPanel, onEachPlace } from '../support/on-each-place.js';
import { startPanel } from '../support/panel.js';
import {
  burst,
  enable,
  enroll,
  enrolled,
  give,
  loggedIn,
  pending,
  signedIn,
  verify,
} from '../support/people.js';
import type { Warning } from '../support/warnings.js';
import { warningsOf } from '../support/warnings.js';

const JUMP_SECONDS = 3000;

/** What the store decides, or the store of the sessions. */
const ON_REDIS = [
  'opens one of all operations',
  'C5:',
  'is reported by the check',
  'is reported at start-up',
  'lets nobody with an old session',
];

describe('Replay of codes', () => {
  attack('on %s', ON_REDIS, (panel) => {
    it('C1: refuses the same code in a second session, within its window, uncharged, in every other jar', async () => {
      const { phone } = await enrolled(panel());
      const [owner, reader] = [await pending(panel()), await pending(panel())];
      const code = phone.nextCode();
      expect((await verify(owner, code)).status).to.equal(200);
      const before = await panel().record('alice');
      for (const typed of [code, `${code.slice(0, 3)} ${code.slice(3)}`, `-${code}-`]) {
        expect((await verify(reader, typed)).body.code).to.equal('code-already-used');
      }
      await isOut(reader);
      expect(await panel().record('alice'), 'nothing changed').to.equal(before);
      expect(panel().told()).to.include('code-refused:code-already-used');
    });

    it('C2: refuses a replay 30 seconds later, and 60, inside the tolerance, also of a code that was ahead', async () => {
      const { phone } = await enrolled(panel());
      for (const ahead of [0, 1]) {
        panel().advance(90);
        const code = phone.code(ahead);
        expect((await verify(await pending(panel()), code)).status).to.equal(200);
        const reader = await pending(panel());
        for (const seconds of [0, 30, 30, 30]) {
          panel().advance(seconds);
          const before = await panel().record('alice');
          const { body } = await verify(reader, code);
          expect(body.code).to.be.oneOf(['code-already-used', 'code-invalid']);
          // A code that is no longer looked for is a wrong one, and charged.
          if (body.code === 'code-already-used') expect(await panel().record('alice')).to.equal(before);
        }
        await isOut(reader);
        panel().advance(120);
        await verify(await pending(panel()), phone.code());
      }
    });

    it('C3: refuses the code that confirmed the enrollment and says to wait, and the next one works', async () => {
      const { client, phone } = await enrolled(panel());
      const code = phone.code();
      await client.post('/logout');
      const waiting = await pending(panel());
      const refused = await verify(waiting, code);
      expect([refused.status, refused.body.code]).to.deep.equal([401, 'code-already-used']);
      expect(`${String(refused.body.title)} ${String(refused.body.detail)}`).to.match(/next|wait/i);
      await isOut(waiting);
      expect((await verify(waiting, phone.nextCode())).status).to.equal(200);
    });

    describe('C4: a code used again for another purpose', () => {
      it('is refused at every other operation, and by the headless one', async () => {
        const { phone } = await enrolled(panel());
        const client = await pending(panel());
        const code = phone.nextCode();
        await verify(client, code);
        const before = await panel().record('alice');
        for (const operation of TAKE_CODES) {
          const { status, body } = await give(client, operation, code);
          expect([status, body.code], operation).to.deep.equal([401, 'code-already-used']);
        }
        const headless = await panel().secondFactor.verify('alice', code);
        expect(headless).to.include({ ok: false, reason: 'code-already-used' });
        expect(await panel().record('alice'), 'nothing changed').to.equal(before);
      });

      it('opens one of all operations when it is pushed through all at once', async () => {
        const { client, phone } = await enrolled(panel());
        const waiting = await pending(panel());
        const code = phone.nextCode();
        const answers = await Promise.all([
          ...TAKE_CODES.map((operation) => give(client.copy(), operation, code)),
          verify(waiting, code),
        ]);
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
        const accepted = panel()
          .told()
          .filter((name) => name === 'code-accepted');
        expect(accepted.length).to.be.at.most(2);
      });
    });

    it('C5: makes one session of two requests with one code at the same instant, of twenty waiting sign-ins', async () => {
      const { phone } = await enrolled(panel());
      const clients = await burst(20, () => pending(panel()));
      const code = phone.nextCode();
      const answers = await Promise.all(clients.map((client) => verify(client, code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      for (const { status } of answers) expect(status).to.be.oneOf([200, 401, 503]);
      const inside = await Promise.all(
        clients.map(async (client) => (await client.get('/api/secret')).status),
      );
      expect(inside.filter((status) => status === 200)).to.have.length(1);
      expect(await failuresOf(panel()), 'nobody is charged').to.equal(0);
    });

    it('C6: refuses an older code after a newer one: T+1, then T, then T+1 again', async () => {
      const { phone } = await enrolled(panel());
      panel().advance(90);
      const [older, newer] = [phone.code(0), phone.code(1)];
      expect((await verify(await pending(panel()), newer)).status).to.equal(200);
      const waiting = await pending(panel());
      const before = await panel().record('alice');
      for (const code of [older, newer, older, phone.code(-1)]) {
        expect((await verify(waiting, code)).body.code).to.equal('code-already-used');
      }
      expect(await panel().record('alice')).to.equal(before);
      await isOut(waiting);
    });

    it('C9: refuses, after the clock was set back, every code that it shows a second time', async () => {
      const { phone } = await enrolled(panel());
      panel().advance(300);
      const codes = [phone.nextCode(), phone.nextCode()];
      for (const code of codes.slice(1)) {
        expect((await verify(await pending(panel()), code)).status).to.equal(200);
      }
      panel().advance(-60);
      for (const code of [...codes, phone.code()]) {
        const waiting = await pending(panel());
        expect((await verify(waiting, code)).body.code).to.be.oneOf(['code-already-used', 'code-invalid']);
        await isOut(waiting);
      }
      panel().advance(120);
      expect((await verify(await pending(panel()), phone.code())).status).to.equal(200);
    });

    describe('C10: a clock that jumped ahead once and leaves the owner out', () => {
      it('is told by events, and ended by an operator without making read codes right', async () => {
        const { phone } = await enrolled(panel());
        panel().advance(JUMP_SECONDS);
        const ahead = phone.nextCode();
        expect((await verify(await pending(panel()), ahead)).status).to.equal(200);
        panel().advance(-JUMP_SECONDS);
        const waiting = await pending(panel());
        const refused = phone.code();
        expect((await verify(waiting, refused)).body.code).to.equal('code-already-used');
        expect(panel().told()).to.include('code-refused:code-already-used');
        await isOut(waiting);

        expect(await panel().secondFactor.admin.unlock('alice', { by: 'operator' })).to.equal(true);
        expect((await verify(waiting, refused)).body.code, 'read by now').to.equal('code-already-used');
        panel().advance(60);
        expect((await verify(waiting, phone.code())).status).to.equal(200);
      });

      it('is got out of by the owner alone, with a recovery code', async () => {
        const client = await signedIn(panel());
        const { phone } = await enable(panel(), client);
        const { body } = await give(client, 'recovery-codes', phone.nextCode());
        panel().advance(JUMP_SECONDS);
        await verify(await pending(panel()), phone.code());
        panel().advance(-JUMP_SECONDS);
        const waiting = await pending(panel());
        expect((await verify(waiting, (body.recoveryCodes as string[])[0])).status).to.equal(200);
      });
    });

    describe('C11: a store that may lose what was spent', () => {
      it('is reported by the check when it may evict or keeps nothing on disk', async () => {
        const { redis } = panel();
        const risks = async (): Promise<string> => JSON.stringify(await panel().secondFactor.admin.check());
        if (!redis) {
          expect(await risks()).not.to.match(/may evict|keeps nothing on disk/);
          return;
        }
        expect(await risks()).to.contain('keeps nothing on disk');
        await redis.config('SET', 'appendonly', 'yes', 'maxmemory-policy', 'allkeys-lru');
        expect(await risks())
          .to.contain('may evict')
          .and.not.to.contain('keeps nothing on disk');
        await redis.config('SET', 'maxmemory-policy', 'noeviction');
        expect(await risks()).not.to.match(/may evict|keeps nothing on disk/);
        await redis.config('SET', 'appendonly', 'no');
      });

      it('is reported at start-up, and by the command', async () => {
        const { env, redis } = panel();
        const reports = (warned: readonly Warning[]): readonly Warning[] =>
          warned.filter(({ code }) => code === 'SECOND_FACTOR_STORE_MAY_LOSE');
        const warned = await warningsOf(async (heard) => {
          const started = await startExamplePanel(env.REDIS_URL);
          await signedIn(started);
          if (redis) await until('the report', () => reports(heard).length > 0);
          await started.end();
        });
        expect(reports(warned)).to.have.length(redis ? 1 : 0);
        const { code, out } = await runConsole(env, 'check');
        expect([code, out.includes('keeps nothing on disk')]).to.deep.equal(redis ? [3, true] : [0, false]);
      });

      it('lets nobody with an old session past a guard when it lost everything', async () => {
        const { client } = await enrolled(panel());
        const waiting = await pending(panel());
        await (panel().redis?.flushall() ?? panel().setRecord('alice', null));
        expect((await client.get('/api/secret')).status).to.be.oneOf([401, 403]);
        await isOut(waiting);
      });
    });

    it('C12: makes void by a recovery every code that was phished earlier', async () => {
      const client = await signedIn(panel());
      const { phone } = await enable(panel(), client);
      const { body } = await give(client, 'recovery-codes', phone.nextCode());
      panel().advance(120);
      const thief = await pending(panel());
      const owner = await pending(panel());
      expect((await verify(owner, (body.recoveryCodes as string[])[3])).status).to.equal(200);
      for (const step of [-1, 0, 1]) {
        expect((await verify(thief, phone.code(step))).body.code).to.equal('code-already-used');
      }
      await isOut(thief);
      panel().advance(60);
      expect((await verify(await pending(panel()), phone.code())).status).to.equal(200);
    });

    it('C13: spends no code on a foreign page, on a sign-in that ran out, or on a body that breaks off', async () => {
      const { phone } = await enrolled(panel());
      const late = await pending(panel());
      panel().advance(601);
      const waiting = await pending(panel());
      const code = phone.nextCode();
      const before = await panel().record('alice');
      expect((await verify(waiting, code, {}, FROM_ANOTHER_SITE)).body.code).to.equal('cross-site');
      expect((await verify(late, code)).status).to.equal(401);
      expect((await verify(new Client(panel()), code)).body.code).to.equal('sign-in-expired');
      const broken = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      expect((await verify(waiting, code, {}, broken)).body.code).to.equal('body-malformed');
      expect(await panel().record('alice'), 'nothing was spent').to.equal(before);
      await isOut(waiting);
      expect((await verify(waiting, code)).status).to.equal(200);
    });
  });

  it('has its way out in the documentation: what an operator does (C10)', () => {
    const text = readFileSync('docs/console.md', 'utf8');
    expect(text)
      .to.match(/^\| `unlock <account>` \|/m)
      .and.to.match(/^\| `disable <account>` \| takes it off/m);
  });

  it('is said in the documentation: what an asynchronous failover can lose (C11)', () => {
    const text = readFileSync('docs/stores.md', 'utf8').replace(/\s+/g, ' ');
    expect(text).to.match(
      /When a replica takes over [^.]*swaps that it had not received are gone[^.]*a code that was used may be usable again/,
    );
  });

  onEachPanel((start) => {
    it('lets nobody in and tells to try the next code where the session could not be saved (C13)', async () => {
      const panel = await start({
        first: ({ app }) => app.set('env', 'test'), // no stack traces on the console
      });
      const phone = await enroll(panel);
      const waiting = await loggedIn(panel);
      const { cookie } = waiting;
      const code = phone.nextCode();
      const { sessionStore } = panel;
      const set = sessionStore.set.bind(sessionStore);
      sessionStore.set = (_sid, _session, done) => done?.(new Error('no space left'));
      expect((await verify(waiting, code)).status).to.equal(500);
      sessionStore.set = set;
      for (const sent of [cookie, waiting.cookie]) {
        expect((await new Client(panel).get('/secret', { cookie: sent })).status).to.equal(401);
      }
      const again = await loggedIn(panel);
      expect((await verify(again, code)).body.code).to.equal('code-already-used');
      expect((await verify(again, phone.nextCode())).status).to.equal(200);
    });
  });

  onEachPlace((empty) => {
    it('makes one session of one code where all sign-ins read the record before one of them writes it (C5)', async () => {
      const { store: kept, sessions } = await empty();
      let waiting: (() => void)[] | undefined;
      const store: Store = {
        ...kept,
        async get(id) {
          const sealed = await kept.get(id);
          if (!waiting) return sealed;
          const released = new Promise<void>((resolve) => waiting?.push(resolve));
          if (waiting.length === 5) {
            for (const release of waiting) release();
            waiting = undefined;
          }
          await released;
          return sealed;
        },
      };
      const panel = await startPanel({
        store,
        session: { store: sessions },
        options: { storeTimeoutMs: 60_000 },
      });
      const phone = await enroll(panel);
      const clients = await burst(5, () => loggedIn(panel));
      const code = phone.nextCode();
      waiting = [];
      const answers = await Promise.all(clients.map((client) => verify(client, code)));
      const told = answers.map(({ body }) => String(body.code ?? body.state)).sort();
      expect(told).to.deep.equal([...Array<string>(4).fill('code-already-used'), 'verified']);
      const inside = await Promise.all(clients.map(async (client) => (await client.get('/secret')).status));
      expect(inside.filter((status) => status === 200)).to.have.length(1);
    });
  });
});
