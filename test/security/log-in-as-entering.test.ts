import { expect } from 'chai';
import { REMEMBERS, rememberedOn } from './remembered-browsers.js';
import { asRoot, attack, enrolledRoot } from '../support/attack.js';
import { Client } from '../support/client.js';
import { enrolled, give, pending, signedIn } from '../support/people.js';

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  root: ['admin', 'alice', 'bob'],
  admin: ['alice', 'bob'],
  alice: [],
  'root > admin': ['alice', 'bob'],
  'root > alice': [],
  'admin > bob': [],
};

const TARGETS = ['root', 'admin', 'admin2', 'alice', 'bob', 'gone'];

describe('Log in as: who enters, and who gets back', () => {
  attack(
    'on %s',
    [],
    (panel) => {
      describe('K1: leave by a parameter, or without ever having entered', () => {
        const wishes = [
          {},
          { account: 'root' },
          { actor: 'root', actors: ['root'] },
          { user: 'root', id: 'root', to: 'root' },
        ];

        it('changes nobody who acts as nobody', async () => {
          const { client } = await enrolled(panel());
          const bob = await signedIn(panel(), 'bob');
          for (const body of wishes) {
            for (const [each, login] of [
              [client, 'alice'],
              [bob, 'bob'],
            ] as const) {
              const { status, body: answer } = await each.post(
                '/two-step/impersonation/leave?account=root',
                body,
              );
              expect([status, answer.code]).to.deep.equal([409, 'not-impersonating']);
              expect(await each.who()).to.equal(login);
            }
          }
        });

        it('brings nobody in who is pending or not there at all', async () => {
          await enrolledRoot(panel());
          for (const client of [await pending(panel(), 'root'), new Client(panel())]) {
            for (const body of wishes) {
              expect((await client.post('/two-step/impersonation/leave', body)).status).to.be.oneOf([
                401, 409,
              ]);
            }
            expect(await client.who()).to.be.oneOf(['code-required', 'login-required']);
          }
        });

        it('goes to who acted before and nowhere else, whatever is asked for', async () => {
          const client = await signedIn(panel(), 'root');
          await client.actAs('alice');
          await client.post('/two-step/impersonation/leave', { account: 'root', to: 'root', actors: [] });
          expect(await client.who()).to.equal('root > admin');
        });
      });

      describe('K2: enter without permission, or by a link', () => {
        const targets = ['root', 'admin', 'alice', 'bob'];

        it('refuses users, and who is pending or not there', async () => {
          const alice = await signedIn(panel());
          for (const target of targets) {
            expect((await alice.actAs(target)).status, target).to.equal(403);
            expect(await alice.who()).to.equal('alice');
          }
          await enrolledRoot(panel());
          for (const client of [await pending(panel(), 'root'), new Client(panel())]) {
            for (const target of targets) expect((await client.actAs(target)).status).to.equal(401);
            expect(await client.who()).to.be.oneOf(['code-required', 'login-required']);
          }
        });

        it('knows no link and no token: nothing but a POST with a body of one’s own session', async () => {
          const client = await signedIn(panel(), 'admin');
          const query = 'account=alice&token=x&_method=POST';
          for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
            await client.peek(method, `/two-step/impersonation?${query}`);
            expect(await client.who(), method).to.equal('admin');
          }
          expect((await client.post(`/two-step/impersonation?${query}`, {})).status).to.equal(403);
          expect((await client.get('/two-step/impersonation/alice')).status).to.equal(404);
          expect(await client.who()).to.equal('admin');
          expect(panel().told()).not.to.include('impersonation-entered');
        });

        it('takes no list, object or number for an account', async () => {
          const client = await signedIn(panel(), 'admin');
          for (const account of [
            ['alice'],
            { id: 'alice' },
            0,
            true,
            null,
            'alice ',
            'ALICE',
            'alice\u0000',
            '',
          ]) {
            expect((await client.actAs(account)).status).to.equal(403);
            expect(await client.who()).to.equal('admin');
          }
        });
      });

      describe('K3: climb to somebody above, an equal or oneself', () => {
        for (const [from, allowed] of Object.entries(ALLOWED)) {
          it(`lets ${from} enter ${allowed.join(', ') || 'nobody'} only`, async () => {
            panel().database.exec(
              "INSERT INTO users SELECT 'admin2', 'admin2', 'admin', password, stamp FROM users WHERE id = 'bob'",
            );
            const [first = '', second] = from.split(' > ');
            for (const target of TARGETS) {
              const client = first === 'root' ? await asRoot(panel()) : await signedIn(panel(), first);
              if (second !== undefined) await client.actAs(second);
              const may = allowed.includes(target) || (target === 'admin2' && from === 'root');
              expect((await client.actAs(target)).status, target).to.equal(may ? 200 : 403);
              expect(await client.who()).to.equal(may ? `${from} > ${target}` : from);
            }
          });
        }

        it('lets root not choose an admin above them when levels changed meanwhile', async () => {
          const client = await asRoot(panel());
          panel().database.exec(
            "UPDATE users SET level = CASE id WHEN 'root' THEN 'admin' WHEN 'admin' THEN 'root' ELSE level END",
          );
          expect((await client.actAs('admin')).status).to.equal(403);
          expect(await client.who()).to.equal('root');
        });
      });

      describe('K4: hop in a circle until a clean-looking account remains', () => {
        it('enters nobody of the stack again, and unwinds exactly as it was wound', async () => {
          const client = await signedIn(panel(), 'root');
          await client.actAs('alice');
          for (const target of ['root', 'admin', 'alice', 'bob']) {
            expect((await client.actAs(target)).status, target).to.equal(403);
            expect(await client.who()).to.equal('root > admin > alice');
          }
          await client.leave();
          expect(await client.who()).to.equal('root > admin');
          for (const target of ['root', 'admin']) expect((await client.actAs(target)).status).to.equal(403);
          await client.actAs('bob');
          expect(await client.who()).to.equal('root > admin > bob');
          await client.leave();
          await client.leave();
          expect(await client.who()).to.equal('root');
          expect((await client.leave()).status).to.equal(409);
        });

        it('kills the cookie of every stage: none is there to go back to', async () => {
          const client = await signedIn(panel(), 'root');
          const stages = [client.copy()];
          await client.actAs('alice');
          stages.push(client.copy());
          await client.leave();
          stages.push(client.copy());
          await client.leave();
          for (const stage of stages) expect(await stage.who()).to.equal('login-required');
          expect(await client.who()).to.equal('root');
        });

        it('refuses to sign in as the target while acting as them, which would drop the actors', async () => {
          const client = await signedIn(panel(), 'root');
          expect((await client.login('admin')).status).to.equal(403);
          expect(await client.who()).to.be.oneOf(['root > admin', 'login-required']);
        });
      });

      describe('K17: enter with an old session or from a remembered browser', () => {
        it('asks for a fresh code first, and enters with it', async () => {
          const { client, phone } = await enrolledRoot(panel());
          panel().advance(901);
          const refused = await client.actAs('admin');
          expect([refused.status, refused.body.code]).to.deep.equal([401, 'step-up-required']);
          expect(await client.who()).to.equal('root');
          await give(client, 'step-up', phone.nextCode());
          expect((await client.actAs('admin')).status).to.equal(200);
        });

        it('asks a remembered browser for a code, however fresh the password is', async () => {
          const client = await rememberedOn(panel(), await enrolledRoot(panel()));
          client.cookies.delete('panel.sid');
          expect((await client.login('root')).status).to.equal(200);
          expect((await client.get('/two-step/')).body.state).to.equal('remembered');
          for (const target of ['admin', 'alice']) {
            expect((await client.actAs(target)).body.code).to.equal('step-up-required');
          }
          expect(await client.who()).to.equal('root');
        });

        it('sends an actor without a factor to sign in again', async () => {
          const client = await signedIn(panel(), 'admin');
          panel().advance(901);
          expect((await client.actAs('alice')).body.code).to.equal('step-up-required');
          const page = await client.submit('/two-step/impersonation', { account: 'alice' });
          expect([page.status, page.location]).to.deep.equal([303, '/login']);
          expect(await client.who()).to.equal('admin');
        });
      });
    },
    REMEMBERS,
  );

  attack(
    'on %s, where users must have one',
    [],
    (panel) => {
      it('K9: lets the actor in and out of a target that must enroll, and enrolls nobody', async () => {
        const client = await signedIn(panel(), 'admin');
        expect((await client.actAs('alice')).status).to.equal(200);
        expect(await client.who()).to.equal('admin > alice');
        expect((await client.open('/')).status).to.equal(200);
        expect((await client.post('/two-step/setup')).body.code).to.equal('impersonation-refused');
        expect((await give(client, 'setup/confirm', '000000')).status).to.equal(403);
        expect(await panel().record('alice')).to.equal(null);
        expect((await client.leave()).status).to.equal(200);
        expect(await client.who()).to.equal('admin');
        expect((await new Client(panel()).login('alice')).body.code).to.equal('enrollment-required');
      });
    },
    { PANEL_REQUIRE_FACTOR: 'user' },
  );
});
