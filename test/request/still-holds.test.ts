import { brotliCompressSync, deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { answerInTwoParts } from '../support/in-two-parts.js';
import type { Encoding } from '../support/in-two-parts.js';
import express from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorOptions } from 'passport-second-factor';
import type { Client } from '../support/client.js';
import { enrolled } from '../support/people.js';
import { startPanel, stopPanels, user, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

describe('request/still-holds: a body that comes late', () => {
  afterEach(stopPanels);

  /** The code of the answer to a request whose body comes in two parts, with something between them. */
  async function inTwoParts(
    { port }: Panel,
    { cookie }: Client,
    path: string,
    body: object,
    meanwhile: () => unknown,
    encoding?: Encoding,
    method?: string,
  ): Promise<unknown> {
    const url = `http://127.0.0.1:${port}${path}`;
    return (await answerInTwoParts(url, cookie, body, meanwhile, encoding, method)).code;
  }

  const changes: Record<string, (panel: Panel, client: Client) => unknown> = {
    'the password was changed': (panel) => userOf(panel).passwordChangedAt++,
    'the account was deleted': (panel) => panel.users.splice(0, 1),
    'its owner signed out': (_panel, client) => client.post('/logout'),
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`does nothing of what it asks once ${what}`, async () => {
      for (const path of [
        '/two-step/disable',
        '/two-step/recovery-codes',
        '/two-step/step-up',
        '/two-step/setup',
      ]) {
        const panel = await startPanel();
        const { client, phone } = await enrolled(panel);
        const body = { code: phone.nextCode() };
        const before = await panel.store.get('alice');
        const answer = await inTwoParts(panel, client, path, body, () => change(panel, client));
        const movesOn = path === '/two-step/step-up' || path === '/two-step/setup';
        expect(answer, path).to.equal(movesOn ? 'sign-in-expired' : 'login-required');
        expect(await panel.store.get('alice'), path).to.equal(before);
      }
    });
  }

  it('does what it asks where nothing has changed', async () => {
    const panel = await startPanel();
    const { client, phone } = await enrolled(panel);
    const body = { code: phone.nextCode() };
    expect(await inTwoParts(panel, client, '/two-step/disable', body, () => undefined)).to.equal(undefined);
    expect(await panel.store.get('alice')).to.equal(null);
  });

  describe('that a parser has read before a guard', () => {
    /** What the guards of a route say, one after the other. */
    async function guarded(
      guards: number,
      options: { maxAge?: number } = {},
      more: Partial<SecondFactorOptions<User>> = {},
      users = ['alice', 'bob'],
    ): Promise<Panel> {
      return startPanel({
        users: users.map((id) => user(id)),
        options: { recheckSeconds: 60, ...more },
        routes: ({ app }) =>
          app.all(
            '/late',
            express.json(),
            ...Array.from({ length: guards }, () => requireSecondFactor(options)),
            (_req, res) => res.json({ code: 'done' }),
          ),
      });
    }

    const ends: Record<string, (panel: Panel, client: Client) => unknown> = {
      ...changes,
      'an operator disabled the second factor': ({ secondFactor }) =>
        secondFactor.admin.disable('alice', { by: 'test' }),
    };
    for (const [what, change] of Object.entries(ends)) {
      it(`does nothing of what it asks once ${what}`, async () => {
        for (const options of [{}, { maxAge: 300 }]) {
          const panel = await guarded(1, options);
          const { client } = await enrolled(panel);
          const late = inTwoParts(panel, client, '/late', { a: 'body' }, () => change(panel, client));
          expect(await late).to.be.oneOf(['login-required', 'enrollment-required']);
        }
      });
    }

    for (const encoding of [
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const) {
      it(`does nothing of what it asks by ${encoding[0]} once its owner signed out, also if the request never ends`, async () => {
        const panel = await guarded(1);
        const { client } = await enrolled(panel);
        const signOut = (): unknown => client.post('/logout');
        expect(await inTwoParts(panel, client, '/late', { a: 'body' }, signOut, encoding)).to.equal(
          'login-required',
        );
      });
    }

    for (const method of ['GET', 'OPTIONS', 'PATCH', 'DELETE']) {
      it(`does nothing of what it asks by ${method} once its owner signed out`, async () => {
        const panel = await guarded(1);
        const { client } = await enrolled(panel);
        const signOut = (): unknown => client.post('/logout');
        const late = inTwoParts(panel, client, '/late', { a: 'body' }, signOut, undefined, method);
        expect(await late).to.equal('login-required');
      });
    }

    for (const options of [{}, { maxAge: 300 }]) {
      it(`does nothing of what it asks once the level of its owner has changed, with ${JSON.stringify(options)}`, async () => {
        let level = 'admin';
        const account = ({ id, login }: User) => ({ id, name: login, level, securityStamp: null });
        const panel = await guarded(1, options, { account });
        const { client } = await enrolled(panel);
        const late = inTwoParts(panel, client, '/late', { a: 'body' }, () => (level = 'user'));
        expect(await late).to.equal('login-required');
        expect((await client.post('/late')).body).to.deep.equal({ code: 'done' });
      });
    }

    it('does nothing of what it asks once the level of who is acted as has changed', async () => {
      const levels: Record<string, string> = { root: 'root', bob: 'admin' };
      const more: Partial<SecondFactorOptions<User>> = {
        account: ({ id, login }) => ({ id, name: login, level: levels[id], securityStamp: null }),
        impersonation: { levels: ['root', 'admin', 'user'] },
      };
      const panel = await guarded(1, {}, more, ['root', 'bob']);
      const { client } = await enrolled(panel, 'root');
      expect((await client.actAs('bob')).status).to.equal(200);
      const late = inTwoParts(panel, client, '/late', { a: 'body' }, () => (levels.bob = 'user'));
      expect(await late).to.equal('login-required');
      expect((await client.post('/late')).body).to.deep.equal({ code: 'done' });
    });

    it('does nothing of what it asks where the parser comes between the session and the middleware', async () => {
      for (const path of ['/late', '/two-step/disable', '/two-step/recovery-codes']) {
        const panel = await startPanel({
          afterPassport: ({ app }) => app.use(express.json()),
          routes: ({ app }) =>
            app.post('/late', requireSecondFactor(), (_req, res) => res.json({ code: 'done' })),
        });
        const { client, phone } = await enrolled(panel);
        const before = await panel.store.get('alice');
        const body = { code: phone.nextCode() };
        const late = inTwoParts(panel, client, path, body, () => client.post('/logout'));
        expect(await late, path).to.equal('login-required');
        expect(await panel.store.get('alice'), path).to.equal(before);
      }
    });

    it('does what it asks where nothing has changed, and is checked once', async () => {
      const panel = await guarded(3);
      const { client } = await enrolled(panel);
      let reads = 0;
      const late = inTwoParts(panel, client, '/late', { a: 'body' }, () => {
        const bare = panel.store.get.bind(panel.store);
        panel.store.get = (...args) => {
          reads++;
          return bare(...args);
        };
      });
      expect(await late).to.equal('done');
      expect(reads).to.equal(1);
    });

    it('is not checked again if it had arrived when the session was', async () => {
      const panel = await guarded(1);
      const { client } = await enrolled(panel);
      const bare = panel.sessionStore.get.bind(panel.sessionStore);
      let reads = 0;
      panel.sessionStore.get = (...args) => {
        reads++;
        bare(...args);
      };
      expect((await client.post('/late')).body).to.deep.equal({ code: 'done' });
      expect(reads).to.equal(1);
    });

    it('tells an outage while it is checked', async () => {
      const panel = await guarded(1);
      const { client } = await enrolled(panel);
      const late = inTwoParts(panel, client, '/late', { a: 'body' }, () => {
        panel.store.get = () => Promise.reject(new Error('away'));
      });
      expect(await late).to.equal('store-unavailable');
    });
  });
});
