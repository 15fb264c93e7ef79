import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { inTwoParts } from '../support/in-two-parts.js';
import { onEachPanel } from '../support/on-each-place.js';
import { user, userOf } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';
import { enroll, enrolled, give, loggedIn, pending, phoneWith, signedIn, verify } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { seenBy } from '../support/sessions.js';

const LEVELS: Readonly<Record<string, string>> = { alice: 'root', bob: 'admin', carol: 'user' };

/** A small panel with people of all levels. It loads the session first: a body that comes late meets a stale copy. */
const levelled = (): PanelParts => ({
  users: Object.keys(LEVELS).map((login) => user(login)),
  options: {
    impersonation: { levels: ['root', 'admin', 'user'] },
    account: ({ id, login, passwordChangedAt }) => ({
      id,
      name: login,
      securityStamp: passwordChangedAt,
      level: LEVELS[id],
    }),
  },
});

/** Sends a body that comes after something ended the session: it does nothing, and there is no session after it. */
async function comesTooLate(
  panel: Panel,
  path: string,
  { cookie }: Client,
  fields: object,
  between: () => Promise<unknown>,
): Promise<void> {
  const before = await panel.store.get('alice');
  const status = await inTwoParts(`${panel.url}/two-step/${path}`, cookie, fields, between);
  expect(status, JSON.stringify(fields)).to.equal(401);
  expect(await panel.store.get('alice'), 'nothing changed or was spent').to.equal(before);
  await isGone(panel, cookie);
}

async function isGone(panel: Panel, cookie: string): Promise<void> {
  expect(await panel.stored(cookie)).to.equal(null);
  expect(await seenBy(panel, cookie)).to.equal(null);
  expect((await new Client(panel).get('/secret', { cookie })).status).to.equal(401);
}

/** What the store decides, or the store of the sessions. */
const ON_REDIS = [
  'does nothing for a thief who began',
  'enters nobody for an admin whose',
  'goes on from no acting',
];

describe('Slow requests', () => {
  attack('on %s', ON_REDIS, (panel) => {
    describe('G3: a slow request that saves a session back which was ended meanwhile', () => {
      const urlOf = (path: string): string => `${panel().url}/two-step/${path}`;

      it('does nothing for a thief who began it before the owner signed out', async () => {
        const { client: owner, phone } = await enrolled(panel());
        let browser: Client = owner;
        for (const path of ['disable', 'recovery-codes', 'step-up', 'setup', 'setup/confirm']) {
          const thief = browser.copy();
          const before = await panel().record('alice');
          const body = { code: phone.nextCode() };
          const status = await inTwoParts(urlOf(path), thief.cookie, body, () => browser.post('/logout'));
          expect(status, path).to.equal(401);
          expect(await panel().record('alice'), path).to.equal(before);
          await isOut(thief);
          browser = await pending(panel());
          expect((await verify(browser, phone.nextCode())).status).to.equal(200);
        }
      });

      it('enters nobody for an admin whose session was ended, and completes no cancelled sign-in', async () => {
        const admin = await signedIn(panel(), 'admin');
        const thief = admin.copy();
        const body = { account: 'alice' };
        const status = await inTwoParts(urlOf('impersonation'), thief.cookie, body, () =>
          admin.post('/logout'),
        );
        expect(status).to.equal(401);
        await isOut(thief);

        const { phone } = await enrolled(panel(), 'bob');
        const waiting = await pending(panel(), 'bob');
        const copy = waiting.copy();
        const code = { code: phone.nextCode() };
        const late = await inTwoParts(urlOf('verify'), copy.cookie, code, () =>
          waiting.post('/two-step/cancel'),
        );
        expect(late).to.equal(401);
        await isOut(copy);
      });

      it('goes on from no acting that the actor left meanwhile', async () => {
        const root = await signedIn(panel(), 'root');
        expect(await root.who()).to.equal('root > admin');
        const thief = root.copy();
        const body = { account: 'alice' };
        const status = await inTwoParts(urlOf('impersonation'), thief.cookie, body, () => root.leave());
        expect(status).to.equal(401);
        await isOut(thief);
        expect(await root.who()).to.equal('root');
      });
    });
  });

  describe('where the body is read after the session (G3)', () => {
    onEachPanel((start) => {
      for (const path of ['disable', 'recovery-codes', 'step-up', 'setup']) {
        it(`does nothing on /${path} for a thief who began it before the owner signed out`, async () => {
          const panel = await start(levelled());
          const { client, phone } = await enrolled(panel);
          await comesTooLate(panel, path, client.copy(), { code: phone.nextCode() }, () =>
            client.post('/logout'),
          );
        });
      }

      it('confirms no set-up for a thief who began it before the owner signed out', async () => {
        const panel = await start(levelled());
        const client = await loggedIn(panel);
        const { body } = await client.post('/two-step/setup');
        const code = phoneWith(panel, String(body.key)).code();
        await comesTooLate(panel, 'setup/confirm', client.copy(), { code }, () => client.post('/logout'));
      });

      const ends: [what: string, acts: boolean, path: string, told: string[], me: string | null][] = [
        ['signed out', false, '/logout', ['signed-out'], null],
        ['signed out of acting as bob', true, '/logout', ['impersonation-ended', 'signed-out'], null],
        ['left bob', true, '/two-step/impersonation/leave', ['impersonation-left'], 'alice'],
      ];
      for (const [what, acts, path, told, me] of ends) {
        it(`enters nobody for an actor who ${what} meanwhile (K21)`, async () => {
          const panel = await start(levelled());
          const actor = await loggedIn(panel);
          if (acts) expect((await actor.actAs('bob')).status).to.equal(200);
          panel.told();
          const target = { account: acts ? 'carol' : 'bob' };
          await comesTooLate(panel, 'impersonation', actor.copy(), target, () => actor.post(path));
          expect(panel.told()).to.deep.equal(told);
          expect(await actor.me()).to.equal(me);
        });
      }

      it('completes no sign-in that was cancelled meanwhile, and counts nothing (H6)', async () => {
        const panel = await start(levelled());
        const phone = await enroll(panel);
        const right = phone.nextCode();
        for (const code of ['not a code', '000000', right]) {
          const waiting = await loggedIn(panel);
          await comesTooLate(panel, 'verify', waiting.copy(), { code }, () =>
            waiting.post('/two-step/cancel'),
          );
        }
        expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
        expect((await verify(await loggedIn(panel), right)).body.state).to.equal('verified');
      });

      it('does what it asks where nothing happened meanwhile', async () => {
        const panel = await start(levelled());
        const { client, phone } = await enrolled(panel);
        const url = `${panel.url}/two-step/disable`;
        const status = await inTwoParts(url, client.cookie, { code: phone.nextCode() }, () => undefined);
        expect(status).to.equal(200);
        expect(await panel.store.get('alice')).to.equal(null);
      });
    });
  });

  for (const resave of [true, false]) {
    describe(`with resave: ${String(resave)} (G3)`, () => {
      onEachPanel((start) => {
        const started = (): Promise<Panel> =>
          start({
            ...levelled(),
            session: { resave, rolling: resave },
            routes({ app }) {
              app.post('/slow', (req, res) => {
                req.on('data', () => undefined);
                req.on('end', () => res.json(Object.assign(req.session, { note: 'late' })));
              });
            },
          });
        /** A request that holds its session until the test has done something. */
        const slow = async (panel: Panel, cookie: string, between: () => unknown): Promise<void> => {
          expect(await inTwoParts(`${panel.url}/slow`, cookie, { a: 1 }, between)).to.equal(200);
        };

        const ends: Record<string, (client: Client, phone: Phone) => Promise<unknown>> = {
          'signed out': (client) => client.post('/logout'),
          'gave a code to step up': (client, phone) => give(client, 'step-up', phone.nextCode()),
          'disabled the factor': (client, phone) => give(client, 'disable', phone.nextCode()),
        };
        for (const [what, end] of Object.entries(ends)) {
          it(`leaves nothing under the old id of a session whose owner ${what}`, async () => {
            const panel = await started();
            const { client, phone } = await enrolled(panel);
            const { cookie } = client;
            await slow(panel, cookie, () => end(client, phone));
            await isGone(panel, cookie);
          });
        }

        it('leaves nothing under the old id of a waiting sign-in whose code came', async () => {
          const panel = await started();
          const phone = await enroll(panel);
          const client = await loggedIn(panel);
          const { cookie } = client;
          await slow(panel, cookie, () => verify(client, phone.nextCode()));
          await isGone(panel, cookie);
          expect(await client.me()).to.equal('alice');
        });

        it('leaves nothing under the old id of an acting that its actor left', async () => {
          const panel = await started();
          const client = await loggedIn(panel);
          expect((await client.actAs('bob')).status).to.equal(200);
          const { cookie } = client;
          await slow(panel, cookie, () => client.leave());
          await isGone(panel, cookie);
          expect(await client.me()).to.equal('alice');
        });

        it('leaves nothing under the old id of a session that a new password revoked', async () => {
          const panel = await started();
          const { client } = await enrolled(panel);
          const { cookie } = client;
          await slow(panel, cookie, async () => {
            userOf(panel).passwordChangedAt++;
            expect(await seenBy(panel, cookie)).to.equal(null);
          });
          // The slow request may have changed the password itself, so the first one after it ends the session.
          expect(await seenBy(panel, cookie)).to.equal(null);
          await isGone(panel, cookie);
        });

        it('lets nobody past the guard whose account got a factor in another session (D8)', async () => {
          const panel = await started();
          const client = await loggedIn(panel);
          const { cookie } = client;
          await slow(panel, cookie, () => enroll(panel));
          expect((await new Client(panel).get('/secret', { cookie })).status).to.equal(401);
          expect(await seenBy(panel, cookie)).to.equal(null);
          expect(await client.me()).to.equal(null);
        });
      });
    });
  }
});
