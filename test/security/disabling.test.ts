import { userInfo } from 'node:os';
import { expect } from 'chai';
import { REMEMBERS, rememberedOn } from './remembered-browsers.js';
import { asRoot, attack } from '../support/attack.js';
import { Client } from '../support/client.js';
import { runConsole } from '../support/example-process.js';
import type { Phone } from '../support/people.js';
import { enable, enrolled, give, loggedIn, pending, verify } from '../support/people.js';

/** What the store decides, or the store of the sessions. */
const ON_REDIS = ['tells who and why'];

describe('Taking the factor off', () => {
  attack(
    'on %s',
    ON_REDIS,
    (panel) => {
      describe('D6: disable with a session only, or with anything but a good code', () => {
        it('changes nothing without a code, with one of somebody else, or with one that was used', async () => {
          const { client, phone } = await enrolled(panel());
          const bob = await enrolled(panel(), 'bob');
          const tried = [
            {},
            { password: 'alice-password' },
            { code: '' },
            { code: null },
            { code: [phone.code()] },
          ];
          const codes = [
            { code: phone.code() },
            { code: bob.phone.code() },
            { confirm: true, disable: 'yes' },
          ];
          for (const body of [...tried, ...codes]) {
            const answer = await client.post('/two-step/disable', body);
            expect(answer.status, JSON.stringify(body)).to.be.oneOf([400, 401]);
          }
          expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
          expect((await new Client(panel()).login('alice')).body.code).to.equal('code-required');
        });

        it('takes from a session on a remembered browser nothing but a code', async () => {
          const owner = await enrolled(panel());
          const first = await rememberedOn(panel(), owner);
          first.cookies.delete('panel.sid');
          expect((await first.login('alice')).status).to.equal(200);
          for (const code of [undefined, '000000', owner.phone.code()]) {
            expect((await give(first, 'disable', code)).status).to.be.oneOf([400, 401]);
          }
          expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
        });

        it('takes a fresh code, and nothing less, long after the sign-in: the code itself is the fresh proof', async () => {
          const { client, phone } = await enrolled(panel());
          panel().advance(901);
          const used = phone.code();
          const waiting = await pending(panel());
          expect((await verify(waiting, used)).status).to.equal(200);
          expect((await client.post('/two-step/disable')).body.code).to.equal('code-malformed');
          const { status, body } = await give(client, 'disable', used);
          expect([status, body.code]).to.deep.equal([401, 'code-already-used']);
          expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
          expect((await give(client, 'disable', phone.nextCode())).status).to.equal(200);
          expect((await panel().secondFactor.status('alice')).enrolled).to.equal(false);
        });

        it('lets nobody disable by a code when the password changed since the session began', async () => {
          const { client, phone } = await enrolled(panel());
          panel().database.exec("UPDATE users SET stamp = 'changed' WHERE id = 'alice'");
          expect((await give(client, 'disable', phone.nextCode())).status).to.equal(401);
          expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
        });
      });

      describe('D7: disable somebody else’s factor by their id', () => {
        it('means the account of the session, whatever ids the request names', async () => {
          const { client, phone } = await enrolled(panel());
          await enrolled(panel(), 'bob');
          const before = await panel().record('bob');
          const ids = {
            account: 'bob',
            accountId: 'bob',
            user: 'bob',
            userId: 'bob',
            id: 'bob',
            username: 'bob',
          };

          for (const path of ['disable/bob', 'bob/disable', 'accounts/bob/disable']) {
            expect((await give(client, path, phone.nextCode())).status).to.equal(404);
          }
          const regenerated = await give(client, 'recovery-codes', phone.nextCode(), ids);
          expect(regenerated.status).to.equal(200);
          const disabled = await client.post(
            '/two-step/disable?account=bob&id=bob',
            { code: phone.nextCode(), ...ids },
            { 'x-user': 'bob', 'x-forwarded-user': 'bob' },
          );
          expect(disabled.status).to.equal(200);
          expect(await panel().record('alice')).to.equal(null);
          expect(await panel().record('bob')).to.equal(before);
        });

        it('does not find an authenticator or a browser of somebody else', async () => {
          const { client } = await enrolled(panel());
          const bob = await rememberedOn(panel(), await enrolled(panel(), 'bob'));
          const [authenticator] = (await bob.get('/two-step/')).body.authenticators as { id: string }[];
          const [browser] = (await bob.get('/two-step/browsers')).body.browsers as { id: string }[];
          const before = await panel().record('bob');
          for (const [path, found] of [
            ['authenticators/remove', authenticator],
            ['browsers/revoke', browser],
          ] as const) {
            expect(found, path).to.have.property('id').that.is.a('string');
            expect((await client.post(`/two-step/${path}`, { id: found?.id })).body.code, path).to.equal(
              'not-found',
            );
          }
          expect(await panel().record('bob')).to.equal(before);
          expect((await bob.get('/api/secret')).status).to.equal(200);
        });
      });

      describe('D9: what is left over after disabling or enrolling anew', () => {
        /** A client with everything an enrollment gives: verified, remembered, and a sign-in that waits. */
        async function artefacts(): Promise<{
          client: Client;
          phone: Phone;
          remembered: Client;
          waiting: Client;
          recoveryCode: string;
        }> {
          const owner = await enrolled(panel());
          const remembered = await rememberedOn(panel(), owner);
          const waiting = await pending(panel());
          return { ...owner, remembered, waiting, recoveryCode: owner.recoveryCodes[0]! };
        }

        const ways: Record<string, (client: Client, phone: Phone) => Promise<unknown>> = {
          'the owner disabled it': (client, phone) => give(client, 'disable', phone.nextCode()),
          'an operator disabled it': () => panel().secondFactor.admin.disable('alice', { by: 'test' }),
        };

        for (const [way, disable] of Object.entries(ways)) {
          it(`honours nothing of the first enrollment in a second one, after ${way}`, async () => {
            const { client, phone, remembered, waiting, recoveryCode } = await artefacts();
            await disable(client, phone);
            expect(await panel().record('alice')).to.equal(null);
            const late = await verify(waiting, phone.nextCode());
            expect(late.body.code).to.equal('sign-in-expired');
            expect(await waiting.who()).to.equal('login-required');

            const stale = remembered.copy();
            await enrolled(panel());
            expect(await stale.who()).to.be.oneOf(['code-required', 'login-required']);
            stale.cookies.delete('panel.sid');
            expect((await stale.login('alice')).body.code).to.equal('code-required');
            for (const code of [phone.nextCode(), recoveryCode]) {
              expect((await verify(stale, code)).body.code).to.equal('code-invalid');
            }
            expect((await stale.get('/api/secret')).status).to.equal(401);
            expect(await client.who()).to.be.oneOf(['code-required', 'login-required']);
          });
        }

        it('honours nothing of the old phone after a new one took its place, but the recovery codes', async () => {
          const { client, phone, remembered, waiting, recoveryCode } = await artefacts();
          await enable(panel(), client);
          panel().advance(30);
          const late = await verify(waiting, phone.code());
          expect(late.body.code).to.equal('sign-in-expired');
          expect(await remembered.who()).to.be.oneOf(['code-required', 'login-required']);
          remembered.cookies.delete('panel.sid');
          expect((await remembered.login('alice')).body.code).to.equal('code-required');
          const old = await verify(remembered, phone.code());
          expect(old.body.code).to.equal('code-invalid');
          const recovered = await verify(remembered, recoveryCode);
          expect(recovered.status).to.equal(200);
        });
      });

      describe('D15: a reset, a deactivation or a new name drops the factor', () => {
        const changes: Record<string, string> = {
          'a new password': "UPDATE users SET stamp = 'new' WHERE id = 'alice'",
          'a new login': "UPDATE users SET login = 'alicia' WHERE id = 'alice'",
          'another level': "UPDATE users SET level = 'admin' WHERE id = 'alice'",
        };

        for (const [what, statement] of Object.entries(changes)) {
          it(`still asks for the code after ${what}`, async () => {
            const { phone } = await enrolled(panel());
            const before = await panel().record('alice');
            panel().database.exec(statement);
            const client = new Client(panel());
            const login = what === 'a new login' ? 'alicia' : 'alice';
            expect((await client.login(login, 'alice-password')).body.code).to.equal('code-required');
            expect((await client.get('/api/secret')).status).to.equal(401);
            expect(await panel().record('alice')).to.equal(before);
            expect((await verify(client, phone.nextCode())).status).to.equal(200);
            expect(await client.who()).to.equal(login);
          });
        }

        it('still asks for the code after root set the password', async () => {
          await enrolled(panel());
          const root = await asRoot(panel());
          const set = await root.post('/staff/alice/edit', { password: 'a new password' });
          expect(set.status).to.equal(200);
          const client = new Client(panel());
          expect((await client.login('alice', 'a new password')).body.code).to.equal('code-required');
        });

        it('still asks for the code when the account was taken away and came back', async () => {
          const { client, phone } = await enrolled(panel());
          const before = await panel().record('alice');
          panel().database.exec("DELETE FROM users WHERE id = 'alice'");
          expect(await client.who()).to.equal('login-required');
          panel().database.exec(
            "INSERT INTO users SELECT 'alice', 'alice', 'user', password, 'back' FROM users WHERE id = 'bob'",
          );
          const back = new Client(panel());
          expect((await back.login('alice', 'bob-password')).body.code).to.equal('code-required');
          expect(await panel().record('alice')).to.equal(before);
          expect((await verify(back, phone.nextCode())).status).to.equal(200);
        });
      });

      describe('D16: the console command hits the wrong account, or leaves no trace', () => {
        it('takes exact ids, one of them, and without a terminal only with --yes', async () => {
          await enrolled(panel());
          const before = await panel().record('alice');
          const { env } = panel();
          const ended = await Promise.all([
            runConsole(env, 'disable', 'Alice', '--yes'),
            runConsole(env, 'disable', 'al%', '--yes'),
            runConsole(env, 'disable', 'alice', 'bob', '--yes'),
            runConsole(env, 'disable', 'alice'),
            runConsole(env, 'import', 'bob', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
          ]);
          expect(ended.map(({ code }) => code)).to.deep.equal([1, 1, 2, 2, 2]);
          expect(ended.map(({ out, err }) => out + err).join('')).not.to.contain('JBSWY3DPEHPK3PXP');
          expect(await panel().record('alice')).to.equal(before);
          expect(await panel().record('bob')).to.equal(null);
        });

        it('tells who and why, and leaves nothing of the enrollment that anybody could use', async () => {
          const { client, phone } = await enrolled(panel());
          const waiting = await pending(panel());
          const ended = await runConsole(panel().env, 'disable', 'alice', '--yes', '--reason', 'phone lost');
          expect(ended.code).to.equal(0);
          const line = ended.err.split('\n').find((each) => each.includes('"disabled"')) ?? '';
          expect(JSON.parse(line)).to.include({
            name: 'disabled',
            accountId: 'alice',
            reason: 'phone lost',
            by: `console:${userInfo().username}`,
          });
          expect(ended.out + ended.err).not.to.contain(phone.key);

          expect((await client.get('/api/secret')).body.code).to.equal('enrollment-required');
          expect((await verify(waiting, phone.nextCode())).status).to.equal(401);
          expect(await panel().record('alice')).to.equal(null);
          expect(await waiting.who()).to.equal('login-required');
        });
      });
    },
    REMEMBERS,
  );

  attack(
    'on %s, where admins must have one',
    [],
    (panel) => {
      describe('D21: an operator disabled what the policy requires', () => {
        it('lets the next sign-in do nothing but enroll, and the live session as well', async () => {
          const client = new Client(panel());
          expect((await client.login('admin')).body.code).to.equal('enrollment-required');
          await enable(panel(), client);
          expect((await client.get('/api/secret')).status).to.equal(200);
          await panel().secondFactor.admin.disable('admin', { by: 'test' });

          const next = await loggedIn(panel(), 'admin');
          for (const each of [client, next]) {
            for (const path of ['/', '/staff', '/settings', '/api/me', '/api/secret', '/api/danger']) {
              expect((await each.get(path)).status, path).to.be.oneOf([401, 403]);
            }
            expect((await each.actAs('alice')).status).to.be.within(400, 499);
            expect((await each.get('/two-step/')).body.state).to.equal('must-enroll');
          }
          await enable(panel(), next);
          expect(await next.who()).to.equal('admin');
        });

        it('refuses to the owner what only an operator may do, and spends no code on it', async () => {
          const client = await loggedIn(panel(), 'admin');
          const { phone } = await enable(panel(), client);
          const before = await panel().record('admin');
          const refused = await give(client, 'disable', phone.nextCode());
          expect([refused.status, refused.body.code]).to.deep.equal([403, 'disable-refused']);
          expect(await panel().record('admin')).to.equal(before);
        });
      });
    },
    { PANEL_REQUIRE_FACTOR: 'admin' },
  );
});
