import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { SecondFactorError, requireNotImpersonating, requireSecondFactor } from 'passport-second-factor';
import type { Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { ORIGIN, addKey, startKeyPanel } from '../support/key-panel.js';
import { SoftKey } from '../support/soft-key.js';
import type { Faults } from '../support/soft-key.js';
import { inTwoParts } from '../support/in-two-parts.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express;
const HTML = { accept: 'text/html' };
const form = (fields: Record<string, string>): URLSearchParams => new URLSearchParams(fields);

describe('integration traps: requests', () => {
  afterEach(stopPanels);

  describe('A body that comes late', () => {
    const guard = requireSecondFactor({ unenrolled: 'allow' });
    const keepsActorsOff = requireNotImpersonating();
    const parser = express.json();
    const act: RequestHandler = (_req, res) => void res.json({});
    for (const [where, first, handlers, status] of [
      ['after the guard', undefined, [guard, parser, act], 200],
      ['between the session and the guard', undefined, [parser, guard, act], 401],
      ['before the session', parser, [guard, parser, act], 401],
      ['before requireNotImpersonating() alone', undefined, [parser, keepsActorsOff, act], 401],
      ['after requireNotImpersonating() alone', undefined, [keepsActorsOff, parser, act], 200],
    ] as const) {
      const acts = status === 200 ? 'acts' : 'does not act';
      it(`${acts} for a user who was signed out meanwhile, with the parser ${where}`, async () => {
        const panel = await startPanel({
          ...(first && { first: ({ app }: Panel) => app.use(first) }),
          routes: ({ app }) => app.post('/late', ...handlers),
        });
        const client = await loggedIn(panel);
        const url = `http://127.0.0.1:${String(panel.port)}/late`;
        const late = inTwoParts(url, client.cookie, { a: 'body' }, () => client.post('/logout'));
        expect(await late).to.equal(status);
      });
    }
  });

  describe('Passkeys in frames, and Permissions-Policy', () => {
    it('refuses a key that was made in a frame of another site, and takes it from a page of its own', async () => {
      const panel = await startKeyPanel();
      const alice = await loggedIn(panel);
      const made = (faults: Faults) =>
        addKey(alice, new SoftKey(ORIGIN), faults).then(
          () => 'added',
          () => 'refused',
        );
      expect(await made({ crossOrigin: true, topOrigin: 'https://other.example' })).to.equal('refused');
      expect(await made({ topOrigin: 'https://other.example' })).to.equal('refused');
      expect(await made({})).to.equal('added');
    });
  });

  describe('Body parsers', () => {
    const ownRoute =
      (...parsers: RequestHandler[]) =>
      (made: Panel): void => {
        made.passport.use(made.secondFactor.strategy as never);
        const code = made.passport.authenticate('second-factor') as RequestHandler;
        made.app.post('/two-step/code', ...parsers, code, (_req, res) => res.json({ ok: true }));
      };

    it('are missing on a route of your own before the router, where every code is malformed', async () => {
      const open = await startPanel({ beforeRouter: ownRoute() });
      const openPhone = await enroll(open);
      const stuck = await loggedIn(open);
      expect((await stuck.post('/two-step/code', { code: openPhone.nextCode() })).status).to.equal(400);

      const closed = await startPanel({ beforeRouter: ownRoute(express.json()) });
      const phone = await enroll(closed);
      const client = await loggedIn(closed);
      expect((await client.post('/two-step/code', { code: phone.nextCode() })).body).to.deep.equal({
        ok: true,
      });
    });

    it('are brought by the router, and may run before it', async () => {
      for (const first of [undefined, ({ app }: Panel) => app.use(express.json(), express.urlencoded())]) {
        const panel = await startPanel(first ? { first } : {});
        const phone = await enroll(panel);
        for (const send of [form, (fields: object) => fields]) {
          const client = await loggedIn(panel);
          expect((await client.post('/two-step/verify', send({ code: phone.nextCode() }))).status).to.equal(
            200,
          );
        }
      }
    });

    it('of Express 4 that know JSON alone do not hide the forms of the router', async () => {
      const panel = await startPanel({
        express: 4,
        first: ({ app }) => app.use(express4.json()),
      });
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const answer = await client.post('/two-step/verify', form({ code: phone.nextCode() }));
      expect(answer.body).to.include({ state: 'verified' });
    });
  });

  describe('CSRF tokens', () => {
    const protect = ({ app }: Panel): void => {
      app.use(express.urlencoded({ extended: false }), (req, res, next) => {
        const kept = req.session as unknown as { csrf?: string };
        const { _csrf } = (req.body ?? {}) as { _csrf?: string };
        if (req.method === 'POST' && req.is('urlencoded') && _csrf !== kept.csrf) {
          res.status(403).json({ code: 'csrf' });
        } else next();
      });
    };
    const token = (req: unknown): string => {
      const { session } = req as { session: { csrf?: string } };
      return (session.csrf ??= randomBytes(8).toString('hex'));
    };

    it('refuse the forms of the router until formFields hands them the token', async () => {
      const start = (options: object): Promise<Panel> => startPanel({ options, beforeRouter: protect });
      for (const closed of [false, true]) {
        const panel = await start(closed ? { formFields: (req: object) => ({ _csrf: token(req) }) } : {});
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        const page = (await client.get('/two-step/verify', HTML)).text;
        const _csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? 'none';
        const sent = await client.post('/two-step/verify', form({ _csrf, code: phone.nextCode() }), HTML);
        expect(sent.status).to.equal(closed ? 303 : 403);
      }
    });
  });

  describe('Proxies', () => {
    const behind = { host: 'panel.example', origin: 'https://panel.example', 'x-forwarded-proto': 'https' };

    it('make own forms look foreign until Express trusts them', async () => {
      const open = await startPanel();
      const refused = await new Client(open).post('/two-step/cancel', {}, behind);
      expect(refused.body.code).to.equal('cross-site');

      const closed = await startPanel({ first: ({ app }) => app.set('trust proxy', 1) });
      expect((await new Client(closed).post('/two-step/cancel', {}, behind)).status).to.equal(200);
    });

    it('that rewrite Host need allowedOrigins', async () => {
      const rewritten = { ...behind, host: 'backend:3000' };
      const first = ({ app }: Panel): unknown => app.set('trust proxy', 1);
      const open = await startPanel({ first });
      expect((await new Client(open).post('/two-step/cancel', {}, rewritten)).status).to.equal(403);

      const options = { allowedOrigins: ['https://panel.example'] };
      const closed = await startPanel({ first, options });
      expect((await new Client(closed).post('/two-step/cancel', {}, rewritten)).status).to.equal(200);
      const foreign = { ...rewritten, origin: 'https://panel.example.evil.example' };
      expect((await new Client(closed).post('/two-step/cancel', {}, foreign)).status).to.equal(403);
    });

    it('are the address in every event until they are trusted', async () => {
      const seen: (string | undefined)[] = [];
      for (const trust of [false, 1]) {
        const panel = await startPanel({ first: ({ app }) => app.set('trust proxy', trust) });
        await enroll(panel);
        panel.secondFactor.events.on('code-required', ({ ip }) => seen.push(ip));
        const alice = { username: 'alice', password: 'password' };
        await new Client(panel).post('/login', alice, { 'x-forwarded-for': '203.0.113.9' });
      }
      expect(seen[0]).to.match(/127\.0\.0\.1$/);
      expect(seen[1]).to.equal('203.0.113.9');
    });
  });

  describe('Pages on another origin', () => {
    it('are refused unless allowedOrigins names them', async () => {
      const page = { origin: 'https://app.example', 'sec-fetch-site': 'same-site' };
      for (const [options, status] of [
        [{}, 403],
        [{ allowedOrigins: ['https://app.example'] }, 200],
      ] as const) {
        const panel = await startPanel({ options });
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        const answer = await client.post('/two-step/verify', { code: phone.nextCode() }, page);
        expect(answer.status).to.equal(status);
      }
    });
  });

  describe('Static files', () => {
    it('cost a store read each below session(), and none before it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'static-'));
      writeFileSync(join(folder, 'style.css'), 'p {}');
      try {
        const reads = async (place: 'first' | 'routes'): Promise<number> => {
          let count = 0;
          const store = memoryStore();
          const counting: Store = {
            ...store,
            get: (id) => {
              count++;
              return store.get(id);
            },
          };
          const panel = await startPanel({
            store: counting,
            [place]: ({ app }: Panel) => app.use(express.static(folder)),
          });
          const { client } = await enrolled(panel);
          count = 0;
          expect((await client.get('/style.css')).status).to.equal(200);
          return count;
        };
        expect(await reads('routes')).to.equal(1);
        expect(await reads('first')).to.equal(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });

  describe('The error handler', () => {
    const broken = (): { store: Store; fail: () => void } => {
      const store = memoryStore();
      let down = false;
      return {
        store: { ...store, get: (id) => (down ? Promise.reject(new Error('down')) : store.get(id)) },
        fail: () => (down = true),
      };
    };

    it('gets status and code, and nobody is signed in on the way', async () => {
      const { store, fail } = broken();
      const seen: unknown[] = [];
      const panel = await startPanel({
        store,
        routes({ app }) {
          app.use((error: unknown, req: express.Request, _res: unknown, next: (e: unknown) => void) => {
            seen.push(req.user);
            next(error);
          });
        },
      });
      const { client } = await enrolled(panel);
      fail();
      const answer = await client.get('/me');
      expect(answer.status).to.equal(503);
      expect(answer.body.code).to.equal('store-unavailable');
      expect(panel.errors[0]).to.be.instanceOf(SecondFactorError);
      expect(seen).to.deep.equal([null]);
    });

    it('that goes on instead of answering finds nobody signed in', async () => {
      const { store, fail } = broken();
      const panel = await startPanel({
        store,
        beforeRouter({ app }) {
          app.use((_error: unknown, _req: unknown, _res: unknown, next: () => void) => next());
        },
      });
      const { client } = await enrolled(panel);
      fail();
      expect(await client.me()).to.equal(null);
      expect((await client.get('/secret')).status).to.equal(401);
    });

    it('that goes on finds nobody when the middleware is mounted wrongly either', async () => {
      const other = await startPanel();
      const panel = await startPanel({
        bare: true,
        routes({ app }) {
          app.use(other.secondFactor.session());
          app.use((_error: unknown, _req: unknown, _res: unknown, next: () => void) => next());
        },
      });
      const client = await loggedIn(panel);
      expect(await client.me()).to.equal(null);
    });

    it('is where a guard without session() complains', async () => {
      const panel = await startPanel({
        bare: true,
        routes: ({ app }) => app.get('/guarded', requireSecondFactor(), (_req, res) => res.json({})),
      });
      const answer = await new Client(panel).get('/guarded');
      expect([answer.status, answer.body.code]).to.deep.equal([500, 'session-not-mounted']);
    });
  });
});
