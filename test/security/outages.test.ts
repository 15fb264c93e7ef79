import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { Store } from 'passport-second-factor';
import { eventually } from '../support/eventually.js';
import type { Answer } from '../support/client.js';
import { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { PanelProcess } from '../support/example-process.js';
import { startPanelProcess } from '../support/example-process.js';
import { onEachPanel, onEachPlace } from '../support/on-each-place.js';
import type { Panel } from '../support/panel.js';
import { startPanel } from '../support/panel.js';
import type { Phone } from '../support/people.js';
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
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';

const limit = timeLimit();

/** Asks again until the panel answers otherwise than 503. */
function whenBack(ask: () => Promise<Answer>): Promise<Answer> {
  return eventually('the panel to work again', async () => {
    const answer = await ask();
    if (answer.status === 503) throw new Error(answer.text);
    return answer;
  });
}

/** What becomes of a swap while the store is in trouble. */
type Fault = 'none' | 'before the swap' | 'after the swap' | 'hangs';

describe('Outages', () => {
  onEachPlace((empty) => {
    describe('B11: the store dies between the decision and the count', () => {
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
          const answers = [await verify(client, wrong), await verify(client, code)];
          limit.hold();
          for (const { status, text, headers } of answers) {
            expect(status).to.equal(503);
            expect(text).to.equal(answers[0]!.text);
            expect(headers).to.not.have.property('set-cookie');
          }
          expect(await client.me()).to.equal(null);
          expect((await client.get('/secret')).status).to.equal(401);
          const toOperators = trouble === 'after the swap' ? ['code-refused', 'code-accepted'] : [];
          await eventually('what was counted is told to operators', () => {
            const said = panel.events.filter(({ late }) => late === true).map(({ name }) => name);
            expect(said).to.have.members(toOperators);
          });
          const failed = panel.told().filter((name) => name === 'store-unavailable');
          expect(failed).to.have.length(2);
        });
      }

      it('has no more guesses when the store fails again and again after the swap', async () => {
        const client = await loggedIn(panel);
        fault = 'after the swap';
        for (let i = 0; i < 7; i++) await verify(client, '000000');
        fault = 'none';
        expect((await panel.secondFactor.status('alice')).failures).to.equal(5);
        expect((await verify(client, phone.nextCode())).body.state).to.equal('verified');
      });
    });
  });

  describe('J1: Redis is down, and the limits or the guard with it', () => {
    let server: RedisServer;
    let panel: ExamplePanel;

    before(async () => {
      server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
      panel = await startExamplePanel(server.url, {}, { storeTimeoutMs: limit.ms });
    });
    after(async () => {
      await panel.end();
      await server.stop();
    });

    it('lets nobody through at any point, and works again when Redis is back', async () => {
      const verified = await signedIn(panel, 'alice');
      const { phone } = await enable(panel, verified);
      const pending = await loggedIn(panel);
      const plain = await signedIn(panel, 'bob');
      await server.kill();
      limit.pass();

      const fresh = new Client(panel);
      const answers = await Promise.all([
        fresh.login('alice'),
        new Client(panel).login('bob'),
        verify(pending, phone.nextCode()),
        pending.get('/api/secret'),
        verified.get('/api/secret'),
        verified.get('/api/me'),
        give(verified, 'disable', phone.code()),
        give(verified, 'step-up', phone.code()),
        verified.post('/two-step/setup'),
        plain.get('/api/me'),
        plain.actAs('alice'),
      ]);
      for (const { status, text } of answers) expect(status, text).to.equal(503);

      limit.hold();
      await server.restart();
      expect((await whenBack(() => verified.get('/api/secret'))).status).to.equal(200);
      expect(await fresh.who()).to.equal('login-required');
      expect((await pending.get('/api/secret')).body.code).to.equal('code-required');
      // Refused with 503, so the code was not spent.
      expect((await verify(pending, phone.code())).status).to.equal(200);
      expect(await pending.who()).to.equal('alice');
    });

    it('counts what was guessed before the outage', async () => {
      const client = new Client(panel);
      expect((await client.login('alice')).body.code).to.equal('code-required');
      for (let i = 0; i < 3; i++) await verify(client, '000000');
      await server.kill();
      limit.pass();
      for (let i = 0; i < 3; i++) {
        expect((await verify(client, '000000')).status).to.equal(503);
      }
      limit.hold();
      await server.restart();
      await whenBack(() => client.get('/two-step/'));
      expect((await panel.secondFactor.status('alice')).failures).to.equal(3);
      for (let i = 0; i < 2; i++) await verify(client, '000000');
      expect((await verify(client, '000000')).body.code).to.equal('locked');
    });
  });

  describe('J2: each process has a budget of guesses of its own', () => {
    let server: RedisServer;
    let folder: string;
    let panels: PanelProcess[] = [];

    before(async () => {
      server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
      folder = mkdtempSync(join(tmpdir(), 'two-panels-'));
      const env = { PANEL_DB: join(folder, 'panel.db'), REDIS_URL: server.url };
      const first = await startPanelProcess(env);
      panels = [first, await startPanelProcess(env)];
    });
    after(async () => {
      await Promise.all(panels.map((panel) => panel.stop()));
      rmSync(folder, { recursive: true, force: true });
      await server.stop();
    });

    /** Enables two-step authentication; gives a code that was not used yet. */
    async function enrolled(login: string): Promise<() => string> {
      const owner = await loggedIn(panels[0]!, login);
      const { body } = await owner.post('/two-step/setup');
      const phone = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      const { status } = await give(owner, 'setup/confirm', phone.generate());
      expect(status).to.equal(200);
      return () => phone.generate({ timestamp: Date.now() + 30_000 });
    }

    it('makes no two sessions of one code that is given to both at once (C5)', async () => {
      const next = await enrolled('bob');
      const clients = await Promise.all([0, 1, 0, 1, 0, 1].map((place) => pending(panels[place]!, 'bob')));
      const code = next();
      const answers = await Promise.all(clients.map((client) => verify(client, code)));
      const open = await Promise.all(clients.map((client) => client.get('/api/secret')));
      expect(answers.filter(({ status }) => status === 200)).to.have.length.at.most(1);
      expect(open.filter(({ status }) => status === 200)).to.have.length.at.most(1);
    });

    it('tells five guesses in all, over two processes, and none while Redis is away', async () => {
      const [one, two] = panels as [PanelProcess, PanelProcess];
      const next = await enrolled('alice');
      const client = await pending(one, 'alice');
      const there = new Client(two, client.cookies);
      const guess = (each: Client) => verify(each, '000000');
      expect((await guess(client)).body.code).to.equal('code-invalid');
      expect((await guess(there)).body.code).to.equal('code-invalid');

      await server.kill();
      const away = await burst(20, (i) => guess(i % 2 ? client : there));
      for (const { status } of away) expect(status).to.equal(503);
      await server.restart();
      for (const each of [client, there]) await whenBack(() => each.get('/two-step/'));

      const answers = await burst(40, (i) => guess(i % 2 ? client : there));
      const told = answers.filter(({ body: { code: reason } }) => reason === 'code-invalid');
      expect(told.length).to.be.at.most(3);
      expect(answers.some(({ status }) => status === 200)).to.equal(false);
      let last = await guess(client);
      for (let known = told.length; known < 3 && last.status !== 429; known++) {
        expect(last.body.code).to.equal('code-invalid');
        last = await guess(client);
      }
      expect(last.status).to.equal(429);
      expect((await verify(there, next())).status).to.equal(429);
      expect((await there.get('/api/secret')).status).to.equal(401);
    });
  });

  onEachPanel((start) => {
    describe('J5: half of a sign-in is done, and the other half fails', () => {
      it('makes no session without a spent code, and spends none twice, when its write fails', async () => {
        const panel = await start();
        const { phone } = await enrolled(panel);
        const pending = await loggedIn(panel);
        const copy = pending.cookie;
        const set = panel.sessionStore.set.bind(panel.sessionStore);
        let writes = 0;
        panel.sessionStore.set = (sid, session, done) => {
          if (++writes === 1) done?.(new Error('full'));
          else set(sid, session, done);
        };
        const code = phone.nextCode();
        const answer = await verify(pending, code);
        panel.sessionStore.set = set;
        expect(answer.status, 'a failed write is told').to.be.at.least(500);
        expect(await pending.me()).to.equal(null);
        expect((await new Client(panel).get('/secret', { cookie: copy })).status).to.equal(401);

        const again = await loggedIn(panel);
        const replayed = await verify(again, code);
        expect(replayed.body.code).to.equal('code-already-used');
        expect(await again.me()).to.equal(null);
        expect((await verify(again, phone.nextCode())).status).to.equal(200);
      });

      it('tells nobody a result, and signs in nobody, when the record cannot be written', async () => {
        const panel = await start();
        const { phone } = await enrolled(panel);
        const pending = await loggedIn(panel);
        const swap = panel.store.compareAndSet.bind(panel.store);
        panel.store.compareAndSet = () => Promise.reject(new Error('down'));
        const code = phone.nextCode();
        for (const tried of [code, '000000']) {
          expect((await verify(pending, tried)).body.code).to.equal('store-unavailable');
        }
        panel.store.compareAndSet = swap;
        expect(await pending.me()).to.equal(null);
        expect((await verify(pending, code)).status).to.equal(200);
      });
    });
  });
});
