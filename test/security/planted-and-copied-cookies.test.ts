import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import cookieSession from 'cookie-session';
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import type { LevelPanel } from '../support/level-panel.js';
import { startLevelPanel } from '../support/level-panel.js';
import { onEachPlace } from '../support/on-each-place.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enable, enrolled, give, loggedIn, pending, signedIn, verify } from '../support/people.js';
import { sessionId } from '../support/sessions.js';

/** What the store decides, or the store of the sessions. */
const ON_REDIS = ['stays with who planted', 'G2:', 'enrolls nobody by set-ups'];

describe('Planted and copied session cookies', () => {
  attack('on %s', ON_REDIS, (panel) => {
    describe('G1: a session id planted before either step', () => {
      it('stays with who planted it: neither step raises it', async () => {
        const { phone } = await enrolled(panel());
        await enrolled(panel(), 'bob');
        const visitor = new Client(panel());
        // The panel keeps where somebody wanted to go, so the visitor has a session already.
        await visitor.open('/settings');
        for (const planted of [await pending(panel(), 'bob'), await pending(panel()), visitor]) {
          const victim = planted.copy();
          await victim.login('alice');
          const ids = [planted.cookies.get('panel.sid'), victim.cookies.get('panel.sid')];
          const half = victim.copy();
          expect((await verify(victim, phone.nextCode())).status).to.equal(200);
          expect(new Set([...ids, victim.cookies.get('panel.sid')]).size, 'a new id at each step').to.equal(
            3,
          );
          expect(await victim.who()).to.equal('alice');
          for (const thief of [planted, half]) {
            expect(await thief.who()).to.equal('login-required');
            await isOut(thief);
          }
        }
      });

      it('is no session at all when it was invented', async () => {
        await enrolled(panel());
        for (const invented of ['s%3Aplanted.AAAA', 'planted', 's%3Aplanted']) {
          const victim = new Client(panel());
          victim.cookies.set('panel.sid', invented);
          await victim.login('alice');
          expect(victim.cookies.get('panel.sid')).not.to.contain('planted');
          await isOut(victim);
        }
      });
    });

    it('G2: kills the old id at each step, a set-up, a step-up, disabling and signing out', async () => {
      const client = await signedIn(panel());
      const { phone } = await enable(panel(), client);
      const steps: [string, () => Promise<{ status: number }>][] = [
        ['login', () => client.login('alice')],
        ['logout', () => client.post('/logout')],
        ['password', () => client.login('alice')],
        ['code', () => verify(client, phone.nextCode())],
        ['step-up', () => give(client, 'step-up', phone.nextCode())],
        ['setup', () => client.post('/two-step/setup')],
        ['disable', () => give(client, 'disable', phone.nextCode())],
        ['setup again', () => client.post('/two-step/setup')],
      ];
      for (const [what, step] of steps) {
        const old = client.copy();
        const { status } = await step();
        expect(status, what).to.be.oneOf([200, 401]);
        expect(sessionId(client), what).not.to.equal(sessionId(old));
        await isOut(old);
        const { redis } = panel();
        if (redis) expect(await redis.exists(`sess:${sessionId(old)}`), `${what}: the key`).to.equal(0);
      }
      expect(await client.who()).to.equal('alice');
    });

    describe('G5: signing out that leaves a waiting sign-in or a step-up behind', () => {
      for (const path of ['/logout', '/two-step/cancel']) {
        it(`leaves nothing of a waiting sign-in after ${path}: the back button and the code come too late`, async () => {
          const { phone } = await enrolled(panel());
          const waiting = await pending(panel());
          const before = waiting.copy();
          await waiting.submit(path);
          const record = await panel().record('alice');
          const code = phone.nextCode();
          for (const client of [waiting, before]) {
            expect((await client.open('/two-step/verify')).location).to.equal('/login');
            expect((await verify(client, code)).body.code).to.equal('sign-in-expired');
            await isOut(client);
          }
          expect(await panel().record('alice'), 'the code was not spent').to.equal(record);
        });
      }

      it('leaves nothing of a full one: no step-up, no acting, no management', async () => {
        const { client, phone } = await enrolled(panel(), 'admin');
        await client.actAs('alice');
        const before = client.copy();
        await client.post('/logout');
        for (const each of [client, before]) {
          const code = phone.nextCode();
          for (const path of [
            'step-up',
            'disable',
            'recovery-codes',
            'impersonation/leave',
            'impersonation',
          ]) {
            const { status } = await each.post(`/two-step/${path}`, { code, account: 'alice' });
            expect(status, path).to.be.oneOf([401, 409]);
          }
          await isOut(each);
        }
        const again = await pending(panel(), 'admin');
        expect((await verify(again, phone.code())).status, 'the code was not spent').to.equal(200);
        expect((await again.get('/api/me')).body.actors).to.deep.equal([]);
      });
    });

    it('G7: has the id of a session in no page, address, answer or event, waiting for the code or not', async () => {
      const { phone } = await enrolled(panel(), 'admin');
      const client = await pending(panel(), 'admin');
      for (const state of ['pending', 'verified', 'acting']) {
        if (state === 'verified') await verify(client, phone.nextCode());
        if (state === 'acting') await client.actAs('alice');
        const id = sessionId(client);
        expect(id).to.match(/^.{20,}$/);
        for (const path of [
          '/',
          '/login',
          '/settings',
          '/two-step',
          '/two-step/verify',
          '/two-step/step-up',
          '/api/me',
        ]) {
          for (const answer of [await client.open(path), await client.get(path)]) {
            const { 'set-cookie': _own, ...headers } = answer.headers;
            expect(JSON.stringify(headers) + answer.text, `${state} ${path}`).not.to.contain(id);
            expect(answer.location ?? '', path).not.to.match(/[?;]/);
            expect(answer.headers['referrer-policy'], path).to.be.oneOf(['same-origin', 'no-referrer']);
          }
        }
        expect(panel().log.join(), state).not.to.contain(id);
      }
    });

    describe('L2: a copied cookie that rises with its owner, or reads the unfinished secret', () => {
      it('stays out when its owner gives the code, steps up, and disables', async () => {
        const { phone } = await enrolled(panel());
        const owner = await pending(panel());
        for (const rise of [
          () => verify(owner, phone.nextCode()),
          () => give(owner, 'step-up', phone.nextCode()),
          () => give(owner, 'disable', phone.nextCode()),
        ]) {
          const thief = owner.copy();
          expect((await rise()).status).to.equal(200);
          await isOut(thief);
        }
      });

      it('never sees the secret of a set-up, however often and early it asks', async () => {
        const owner = await signedIn(panel());
        const thief = owner.copy();
        const polls = Array.from({ length: 20 }, () => thief.copy().get('/two-step/setup'));
        const [setup, ...seen] = await Promise.all([owner.post('/two-step/setup'), ...polls]);
        seen.push(await thief.get('/two-step/setup'));
        const key = String(setup.body.key);
        expect(key).to.match(/^[A-Z2-7]{32}$/);
        for (const { status, text } of seen) {
          expect(status).to.be.within(400, 499);
          expect(text).not.to.contain(key).and.not.to.contain('otpauth');
        }
        expect((await thief.post('/two-step/setup')).status).to.equal(401);
        await isOut(thief);
      });

      it('cannot confirm, and is asked for the code of the phone once its owner has one', async () => {
        const owner = await signedIn(panel());
        const other = await signedIn(panel());
        const thief = owner.copy();
        const { phone } = await enable(panel(), owner);
        expect((await give(thief, 'setup/confirm', phone.code())).status).to.equal(401);
        await isOut(thief);
        expect(await other.who(), 'an old full session waits now').to.equal('code-required');
        const copy = other.copy();
        expect((await verify(other, phone.nextCode())).status).to.equal(200);
        await isOut(copy);
      });

      it('enrolls nobody by set-ups begun at once from copies of one cookie, and the cookie itself is dead', async () => {
        const owner = await signedIn(panel());
        const starts = [owner.copy(), owner.copy()];
        const answers = await Promise.all(starts.map((client) => client.post('/two-step/setup')));
        expect(answers.map(({ status }) => status)).to.include(200);
        expect(await panel().record('alice')).to.equal(null);
        await isOut(owner);
      });
    });
  });

  describe('G6: a session that is only in a cookie, sent again to restore a state', () => {
    after(stopPanels);

    it('is refused by the middleware: nobody is there on any request', async () => {
      const { passport, secondFactor } = await startPanel();
      const app = express();
      app.use(
        cookieSession({ name: 'only', keys: ['for tests'] }),
        passport.session(),
        secondFactor.session(),
      );
      app.use((_req, res) => res.json({ reached: true }));
      app.use(((error: { code?: string; status?: number }, req, res, _next) => {
        res.status(error.status ?? 500).json({ code: error.code, user: req.user ?? null });
      }) satisfies ErrorRequestHandler);
      const server = createServer(app).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = new Client(server.address() as AddressInfo);
      const { status, body } = await client.get('/me');
      expect([status, body]).to.deep.equal([500, { code: 'session-not-on-server', user: null }]);
      server.close();
    });
  });

  onEachPlace((empty) => {
    describe('L3: signing out with keepSessionInfo, then the code or going back', () => {
      let panel: LevelPanel;

      beforeEach(async () => {
        panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] }, await empty());
      });
      afterEach(() => panel.close());

      it('brings nobody back from a waiting sign-in', async () => {
        const { phone } = await enable(panel, await loggedIn(panel, 'alice'));
        const waiting = new Client(panel);
        expect((await waiting.login('alice')).status).to.equal(401);
        const copy = waiting.copy();
        await waiting.post('/logout');
        panel.now += 30_000;
        for (const client of [waiting, copy]) {
          expect((await verify(client, phone.code())).status).to.equal(401);
          expect((await client.get('/me')).body.user).to.equal(null);
        }
      });

      it('brings nobody back from acting as somebody else, on no level', async () => {
        const root = await loggedIn(panel, 'root');
        await root.actAs('admin');
        await root.actAs('alice');
        expect((await root.get('/me')).body.actors).to.deep.equal(['root', 'admin']);
        const copy = root.copy();
        await root.post('/logout');
        for (const client of [root, copy]) {
          const { status } = await client.leave();
          expect(status).to.be.within(401, 409);
          expect((await client.get('/me')).body).to.deep.include({ user: null, actors: [] });
        }
      });
    });
  });
});
