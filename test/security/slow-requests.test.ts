import { expect } from 'chai';
import type { LatePanel } from './late-bodies.js';
import { inMemoryAndOnRedis, startLatePanel } from './late-bodies.js';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { inTwoParts } from '../support/in-two-parts.js';
import { userOf } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import { enroll, enrolled, loggedIn, pending, phoneWith, signedIn, verify } from '../support/people.js';
import { seenBy } from '../support/sessions.js';

describe('Slow requests', () => {
  attack('on %s', (panel) => {
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

  describe('a slow request that saves a session back which was ended meanwhile (G3)', () => {
    describe('where the body is read after the session', () => {
      inMemoryAndOnRedis((parts) => {
        for (const path of ['disable', 'recovery-codes', 'step-up', 'setup']) {
          it(`does nothing on /${path} for a thief who began it before the owner signed out`, async () => {
            const panel = await startLatePanel(parts());
            const { client, phone } = await enrolled(panel);
            const { cookie } = client;
            const before = await panel.store.get('alice');
            const status = await panel.late(`/two-step/${path}`, cookie, { code: phone.nextCode() }, () =>
              client.post('/logout'),
            );
            expect(status).to.equal(401);
            expect(await panel.store.get('alice')).to.equal(before);
            expect(await panel.stored(cookie)).to.equal(null);
            expect((await new Client(panel).get('/secret', { cookie })).status).to.equal(401);
          });
        }

        it('confirms no set-up for a thief who began it before the owner signed out', async () => {
          const panel = await startLatePanel(parts());
          const client = await loggedIn(panel);
          const { body } = await client.post('/two-step/setup');
          const code = phoneWith(panel, String(body.key)).code();
          const { cookie } = client;
          const before = await panel.store.get('alice');
          const status = await panel.late('/two-step/setup/confirm', cookie, { code }, () =>
            client.post('/logout'),
          );
          expect(status).to.equal(401);
          expect(await panel.store.get('alice')).to.equal(before);
          expect(await panel.stored(cookie)).to.equal(null);
        });

        it('enters nobody for an actor who signed out meanwhile', async () => {
          const panel = await startLatePanel(parts());
          const client = await loggedIn(panel);
          const { cookie } = client;
          const status = await panel.late('/two-step/impersonation', cookie, { account: 'bob' }, () =>
            client.post('/logout'),
          );
          expect(status).to.equal(401);
          expect(panel.told()).to.not.include('impersonation-entered');
          expect(await panel.stored(cookie)).to.equal(null);
          expect(await seenBy(panel, cookie)).to.equal(null);
        });

        it('goes on from no acting that the actor left meanwhile', async () => {
          const panel = await startLatePanel(parts());
          const client = await loggedIn(panel);
          expect((await client.actAs('bob')).status).to.equal(200);
          const { cookie } = client;
          panel.told();
          const status = await panel.late('/two-step/impersonation', cookie, { account: 'carol' }, () =>
            client.leave(),
          );
          expect(status).to.equal(401);
          expect(panel.told()).to.deep.equal(['impersonation-left']);
          expect(await panel.stored(cookie)).to.equal(null);
          expect(await seenBy(panel, cookie)).to.equal(null);
          expect(await client.me()).to.equal('alice');
        });

        it('completes no sign-in that was cancelled meanwhile', async () => {
          const panel = await startLatePanel(parts());
          const phone = await enroll(panel);
          const client = await loggedIn(panel);
          const { cookie } = client;
          const before = await panel.store.get('alice');
          const status = await panel.late('/two-step/verify', cookie, { code: phone.nextCode() }, () =>
            client.post('/two-step/cancel'),
          );
          expect(status).to.equal(401);
          expect(await panel.store.get('alice'), 'the code was not spent').to.equal(before);
          expect(await panel.stored(cookie)).to.equal(null);
          expect(await seenBy(panel, cookie)).to.equal(null);
        });

        it('does what it asks where nothing happened meanwhile', async () => {
          const panel = await startLatePanel(parts());
          const { client, phone } = await enrolled(panel);
          const nothing = (): Promise<void> => Promise.resolve();
          const status = await panel.late(
            '/two-step/disable',
            client.cookie,
            { code: phone.nextCode() },
            nothing,
          );
          expect(status).to.equal(200);
          expect(await panel.store.get('alice')).to.equal(null);
        });
      });
    });

    for (const resave of [true, false]) {
      describe(`with resave: ${String(resave)}`, () => {
        inMemoryAndOnRedis((parts) => {
          const start = (): Promise<LatePanel> =>
            startLatePanel({
              ...parts(),
              session: { resave, rolling: resave },
              routes({ app }) {
                app.post('/slow', (req, res) => {
                  req.resume().on('end', () => res.json(Object.assign(req.session, { note: 'late' })));
                });
              },
            });
          /** A request that holds its session until the test has done something. */
          const slow = async (
            panel: LatePanel,
            cookie: string,
            between: () => Promise<unknown>,
          ): Promise<void> => {
            expect(await panel.late('/slow', cookie, { a: 1 }, between)).to.equal(200);
          };
          const staysDead = async (panel: LatePanel, cookie: string): Promise<void> => {
            expect(await panel.stored(cookie)).to.equal(null);
            expect((await new Client(panel).get('/secret', { cookie })).status).to.equal(401);
          };

          const ends: Record<string, (client: Client, phone: Phone) => Promise<unknown>> = {
            'signed out': (client) => client.post('/logout'),
            'gave a code to step up': (client, phone) =>
              client.post('/two-step/step-up', { code: phone.nextCode() }),
            'disabled the factor': (client, phone) =>
              client.post('/two-step/disable', { code: phone.nextCode() }),
          };
          for (const [what, end] of Object.entries(ends)) {
            it(`leaves nothing under the old id of a session whose owner ${what}`, async () => {
              const panel = await start();
              const { client, phone } = await enrolled(panel);
              const { cookie } = client;
              await slow(panel, cookie, () => end(client, phone));
              await staysDead(panel, cookie);
            });
          }

          it('leaves nothing under the old id of a waiting sign-in whose code came', async () => {
            const panel = await start();
            const phone = await enroll(panel);
            const client = await loggedIn(panel);
            const { cookie } = client;
            await slow(panel, cookie, () => verify(client, phone.nextCode()));
            await staysDead(panel, cookie);
            expect(await client.me()).to.equal('alice');
          });

          it('leaves nothing under the old id of an acting that its actor left', async () => {
            const panel = await start();
            const client = await loggedIn(panel);
            expect((await client.actAs('bob')).status).to.equal(200);
            const { cookie } = client;
            await slow(panel, cookie, () => client.leave());
            await staysDead(panel, cookie);
            expect(await client.me()).to.equal('alice');
          });

          it('leaves nothing under the old id of a session that a new password revoked', async () => {
            const panel = await start();
            const { client } = await enrolled(panel);
            const { cookie } = client;
            await slow(panel, cookie, async () => {
              userOf(panel).passwordChangedAt++;
              expect(await seenBy(panel, cookie)).to.equal(null);
            });
            await staysDead(panel, cookie);
          });

          it('lets nobody past the guard whose account got a factor in another session (D8)', async () => {
            const panel = await start();
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
});
