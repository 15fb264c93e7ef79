import { expect } from 'chai';
import { REMEMBERS } from './remembered-browsers.js';
import { MANAGING, asRoot, attack, enrolledRoot } from '../support/attack.js';
import { Client } from '../support/client.js';
import { give, pending, said, signedIn, verify } from '../support/people.js';
import { dumpRedis } from '../support/redis-server.js';

const ROUTES = [...MANAGING, 'verify', 'cancel'];

/** What the store decides, or the store of the sessions. */
const ON_REDIS = ['gives no session id of the actor'];

describe('Log in as: rights and traces', () => {
  attack(
    'on %s',
    ON_REDIS,
    (panel) => {
      describe('K7: the target gains from being acted as', () => {
        it('gives no session id of the actor to the target, and no cookie that outlives the hop', async () => {
          const client = await asRoot(panel());
          const actor = client.copy();
          await client.actAs('alice');
          const acting = client.copy();
          const alice = await signedIn(panel());
          const ids = [actor, acting].map(({ cookies }) =>
            decodeURIComponent(cookies.get('panel.sid') ?? ''),
          );
          for (const path of ['/', '/settings', '/api/me', '/two-step/', '/two-step/browsers']) {
            const { text, headers } = await alice.get(path);
            for (const id of ids) expect(text + JSON.stringify(headers)).not.to.contain(id.slice(2, 20));
          }
          await client.leave();
          for (const copy of [actor, acting]) expect(await copy.who()).to.equal('login-required');
        });

        it('carries nothing that was left in the session of the target back to the actor', async () => {
          const client = await signedIn(panel(), 'root');
          const edited = await client.submit('/staff/alice/edit', { password: 'a new password' });
          expect(edited.location).to.equal('/staff');
          await client.leave();
          expect((await client.open('/')).text).not.to.contain('The password of alice is changed');
          const server = panel().redisServer;
          if (server) expect(await dumpRedis(server.url)).not.to.contain('The password of alice is changed');
        });

        it('leaves the target’s own session alone when the actor signs out', async () => {
          const alice = await signedIn(panel());
          const client = await signedIn(panel(), 'admin');
          await client.actAs('alice');
          await client.post('/logout');
          expect(await alice.who()).to.equal('alice');
          expect(await client.who()).to.equal('login-required');
        });
      });

      describe('K8: pass a guard on the wrong factor while acting', () => {
        it('opens what needs a factor on that of who signed in, and what needs a fresh code to nobody', async () => {
          const { client } = await enrolledRoot(panel());
          for (const target of ['admin', 'alice']) {
            expect((await client.actAs(target)).status).to.equal(200);
            expect((await client.get('/api/secret')).body).to.include({ user: target });
            const danger = await client.get('/api/danger');
            expect([danger.status, danger.body.code]).to.deep.equal([403, 'impersonation-refused']);
            const { amr, state } = (await client.get('/two-step/')).body;
            expect([state, amr]).to.deep.equal(['impersonating', []]);
          }
        });

        it('opens neither to an actor without a factor, and asks for none of the target', async () => {
          const client = await signedIn(panel(), 'root');
          for (const path of ['/api/secret', '/api/danger']) {
            expect((await client.get(path)).body.code, path).to.equal('impersonation-refused');
          }
          expect(await client.who()).to.equal('root > admin');
        });

        it('takes no code while acting, of nobody: step-up is refused', async () => {
          const { client, phone } = await enrolledRoot(panel());
          await client.actAs('alice');
          await client.open('/api/danger');
          const code = phone.nextCode();
          expect((await give(client, 'step-up', code)).body.code).to.equal('impersonation-refused');
          await client.leave();
          const { status, body } = await give(client, 'step-up', code);
          expect(status, 'the code is not spent').to.equal(200);
          expect(body.returnTo, 'nothing of the time of acting').to.equal('/');
        });
      });

      describe('K15: acting leaves no trace, or shows the target as the doer', () => {
        it('names target and actor in every event of the span, with entered, left, refused and expired', async () => {
          const { client, phone } = await enrolledRoot(panel());
          panel().log.length = 0;
          await client.actAs('admin');
          await client.actAs('root');
          await client.actAs('alice');
          await give(client, 'disable', phone.nextCode());
          await client.leave();
          panel().advance(3601);
          await client.get('/api/me');

          const span = panel()
            .events()
            .map(({ name, accountId, actorId }) => `${name} ${accountId} by ${actorId ?? 'nobody'}`);
          expect(span).to.deep.equal([
            'impersonation-entered admin by root',
            'impersonation-refused root by root',
            'impersonation-entered alice by root',
            'impersonation-left alice by root',
            'impersonation-ended admin by root',
          ]);
        });

        for (const [how, expected] of Object.entries({
          'signing out': ['impersonation-ended admin by root signed-out', 'signed-out admin by root'],
          'signing in to another account': [
            'impersonation-ended admin by root new-sign-in',
            'signed-in bob by nobody',
          ],
        })) {
          it(`tells that ${how} ended it, and who it was`, async () => {
            const client = await signedIn(panel(), 'root');
            panel().log.length = 0;
            if (how === 'signing out') await client.post('/logout');
            else await client.login('bob');
            const told = panel()
              .events()
              .map(({ name, accountId, actorId, ...rest }) =>
                [name, accountId, 'by', actorId ?? 'nobody', ...('reason' in rest ? [rest.reason] : [])].join(
                  ' ',
                ),
              );
            expect(told).to.deep.equal(expected);
          });
        }

        it('tells who asked when acting is refused to who acts as nobody', async () => {
          const alice = await signedIn(panel());
          panel().log.length = 0;
          await alice.actAs('root');
          expect(panel().events()).to.have.length(1);
          expect(panel().events()[0]).to.include({
            name: 'impersonation-refused',
            accountId: 'root',
            actorId: 'alice',
            reason: 'not-below',
          });
        });

        it('names the actor behind a password that was changed while acting', async () => {
          const client = await signedIn(panel(), 'root');
          await client.post('/staff/alice/edit', { password: 'a new password' });
          const line = panel().log.find((each) => each.includes('password-changed')) ?? '';
          expect(JSON.parse(line)).to.include({ accountId: 'alice', actorId: 'root' });
        });
      });

      describe('K19: the rights of actor and target together', () => {
        it('leaves an actor as alice nothing but what alice may', async () => {
          const { client } = await enrolledRoot(panel());
          await client.actAs('alice');
          for (const path of ['/staff', '/staff/admin/edit', '/staff/bob/edit', '/clients']) {
            expect((await client.get(path)).status, path).to.equal(403);
          }
          for (const login of ['admin', 'bob', 'alice', 'root']) {
            const answer = await client.post(`/staff/${login}/edit`, { password: 'a new password' });
            expect(answer.status, login).to.equal(403);
            expect(said(await new Client(panel()).login(login))).to.equal(
              login === 'root' ? 'code-required' : '200',
            );
          }
          const own = await signedIn(panel());
          const { text } = await client.open('/');
          expect(text).to.contain('alice-ceramics.example').and.not.to.contain('bobs-bikes.example');
          expect((await client.get('/api/me')).body.level).to.equal((await own.get('/api/me')).body.level);
        });

        it('shows neither phones nor browsers nor recovery codes of the actor', async () => {
          const { client } = await enrolledRoot(panel());
          await client.actAs('alice');
          const { body } = await client.get('/two-step/');
          expect(body).to.include({ enrolled: false, recoveryCodesLeft: 0, verifiedAt: null });
          expect(body.authenticators).to.deep.equal([]);
          expect(body.actors).to.deep.equal([{ id: 'root', name: 'root' }]);
        });
      });

      describe('K20: acting counts as the target’s own sign-in', () => {
        it('tells of no sign-in of the target, writes no record and gives no cookie of a browser', async () => {
          const { client } = await enrolledRoot(panel());
          panel().log.length = 0;
          const names = new Set(client.cookies.keys());
          await client.actAs('admin');
          await client.actAs('alice');
          await client.get('/api/me');
          await client.leave();
          await client.leave();
          const events = panel().events();
          expect(events.filter(({ name }) => !name.startsWith('impersonation-'))).to.deep.equal([]);
          for (const account of ['admin', 'alice']) expect(await panel().record(account)).to.equal(null);
          expect(new Set(client.cookies.keys())).to.deep.equal(names);
        });

        it('resets no wrong codes of the first actor, and leaves their record as it was', async () => {
          const { client, phone } = await enrolledRoot(panel());
          const stranger = await pending(panel(), 'root');
          for (let i = 0; i < 3; i++) await verify(stranger, '000000');
          const before = await panel().record('root');
          await client.actAs('alice');
          await give(client, 'step-up', phone.nextCode());
          await client.leave();
          expect(await panel().record('root')).to.equal(before);
          expect((await panel().secondFactor.status('root')).failures).to.equal(3);
        });
      });

      describe('K11: the actor changes the factor, the password or the browsers of the target', () => {
        for (const first of ['root with a factor', 'root without']) {
          it(`refuses every verb and form to ${first}, and changes nothing`, async () => {
            const withFactor = first === 'root with a factor';
            const enrolled = withFactor ? await enrolledRoot(panel()) : null;
            const client = enrolled?.client ?? (await asRoot(panel()));
            await client.actAs('alice');
            const before = [await panel().record('root'), await panel().record('alice')];
            const code = enrolled?.phone.nextCode() ?? '000000';
            for (const route of ROUTES) {
              for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET']) {
                for (const [type, body] of [
                  ['application/json', JSON.stringify({ code, all: true, id: 'x' })],
                  ['application/x-www-form-urlencoded', `code=${code}&all=true`],
                ] as const) {
                  const answer = await client.peek(
                    method,
                    `/two-step/${route}`,
                    { 'content-type': type },
                    body,
                  );
                  expect(answer.text, `${method} ${route}`).not.to.match(/otpauth|recoveryCodes"|"key"/);
                  // These two say who is there, and change nothing.
                  const may = route === 'verify' || route === 'cancel';
                  if (!may) expect(answer.status, `${method} ${route}`).to.be.oneOf([403, 404, 409]);
                }
              }
            }
            expect([await panel().record('root'), await panel().record('alice')]).to.deep.equal(before);
            expect(await client.who()).to.equal('root > alice');
          });
        }

        it('changes no password of the target by the target’s own settings', async () => {
          const client = await signedIn(panel(), 'admin');
          await client.actAs('alice');
          const fields = { currentPassword: 'alice-password', newPassword: 'by the actor' };
          expect((await client.post('/settings/password', fields)).status).to.equal(403);
          expect((await client.submit('/settings/password', fields)).status).to.be.oneOf([303, 403]);
          expect((await new Client(panel()).login('alice')).status).to.equal(200);
        });
      });
    },
    REMEMBERS,
  );
});
