import { expect } from 'chai';
import type { AttackedPanel } from '../support/attack.js';
import { asRoot, attack, enrolledRoot } from '../support/attack.js';
import { Client } from '../support/client.js';
import { inTwoParts } from '../support/in-two-parts.js';
import type { LevelPanel } from '../support/level-panel.js';
import { startLevelPanel } from '../support/level-panel.js';
import { onEachPlace } from '../support/on-each-place.js';
import { enable, enrolled, loggedIn, pending, signedIn, verify } from '../support/people.js';

type Change = (panel: AttackedPanel) => unknown;

const changed =
  (statement: string): Change =>
  (panel) =>
    panel.database.exec(statement);

const PLAIN: Record<string, [change: Change, ends: string]> = {
  'was demoted': [changed("UPDATE users SET level = 'user' WHERE id = 'root'"), 'root'],
  'has another password': [changed("UPDATE users SET stamp = 'x' WHERE id = 'root'"), 'login-required'],
  'was deleted': [changed("DELETE FROM users WHERE id = 'root'"), 'login-required'],
  'enabled a second factor elsewhere': [(panel) => enrolledRoot(panel), 'login-required'],
};

const LEVELS = ['root', 'admin', 'user'];

/** What the store decides, or the store of the sessions. */
const ON_REDIS = [
  'ends at the next request after the target has enabled one',
  'never leaves an admin',
  'never acts for an actor who was',
  'gives of many hops',
  'lets no hop whose body',
];

describe('Log in as: what ends it', () => {
  attack('on %s', ON_REDIS, (panel) => {
    describe('K5: the actor loses their rights while they act', () => {
      for (const [what, [change, ends]] of Object.entries(PLAIN)) {
        it(`ends with the next request when the actor ${what}`, async () => {
          const client = await asRoot(panel());
          await client.actAs('alice');
          await change(panel());
          const refused = await client.post('/settings/password', { newPassword: 'x'.repeat(12) });
          expect(refused.status, 'nothing is done in a wrong name').to.be.oneOf([401, 403]);
          expect(await client.who()).to.equal(ends);
          expect(
            (await new Client(panel()).login('alice')).status,
            'the password of alice is the same',
          ).to.equal(200);
        });
      }

      it('ends with the next request when their second factor was taken off or replaced', async () => {
        const { client } = await enrolledRoot(panel());
        await client.actAs('alice');
        await panel().secondFactor.admin.disable('root', { by: 'test' });
        expect(await client.who()).to.equal('login-required');
        const again = await enrolledRoot(panel());
        await again.client.actAs('alice');
        await panel().secondFactor.admin.disable('root', { by: 'test' });
        await enrolledRoot(panel());
        expect(await again.client.who()).to.equal('login-required');
        expect((await again.client.leave()).status).to.be.oneOf([401, 409]);
      });

      it('goes on, and the way back works, when a stranger with the password locks the actor: that cuts no live session', async () => {
        const { client, phone } = await enrolledRoot(panel());
        await client.actAs('alice');
        const stranger = await pending(panel(), 'root');
        const [last = '', ...wrong] = phone.wrongCodes(6);
        for (const code of wrong) expect((await verify(stranger, code)).body.code).to.equal('code-invalid');
        for (const code of [last, phone.code(1)]) {
          expect((await verify(stranger, code)).body.code).to.equal('locked');
        }
        expect(await client.who()).to.equal('root > alice');
        expect((await client.leave()).status).to.equal(200);
        expect(await client.who()).to.equal('root');
      });

      it('goes past an admin in between who changed, to the first actor', async () => {
        const client = await signedIn(panel(), 'root');
        await client.actAs('alice');
        panel().database.exec("UPDATE users SET stamp = 'x' WHERE id = 'admin'");
        expect((await client.leave()).status).to.equal(200);
        expect(await client.who()).to.equal('root');
      });
    });

    describe('K10: the target enables a factor, is promoted or goes meanwhile', () => {
      const changes: Record<string, [change: () => unknown, ends: string]> = {
        'enables a second factor': [() => enrolled(panel()), 'root'],
        'is promoted to the actor’s level': [
          () => panel().database.exec("UPDATE users SET level = 'root' WHERE id = 'alice'"),
          'root',
        ],
        'changes the password': [
          () => panel().database.exec("UPDATE users SET stamp = 'x' WHERE id = 'alice'"),
          'root',
        ],
        'is deleted': [() => panel().database.exec("DELETE FROM users WHERE id = 'alice'"), 'login-required'],
      };

      for (const [what, [change, ends]] of Object.entries(changes)) {
        it(`ends with the next request when the target ${what}`, async () => {
          const { client } = await enrolledRoot(panel());
          await client.actAs('alice');
          await change();
          expect((await client.get('/api/secret')).body.user ?? null).not.to.equal('alice');
          expect(await client.who()).to.equal(ends);
          expect((await client.actAs('alice')).status).to.be.oneOf([
            401,
            ...(what.startsWith('changes') ? [200] : [403]),
          ]);
        });
      }

      it('falls back by one level when the lowest was promoted to that of the one in between', async () => {
        const client = await signedIn(panel(), 'root');
        await client.actAs('alice');
        panel().database.exec("UPDATE users SET level = 'admin' WHERE id = 'alice'");
        expect(await client.who()).to.equal('root > admin');
      });

      it('ends at the next request after the target has enabled one, in a race with requests', async () => {
        const client = await asRoot(panel());
        await client.actAs('alice');
        const alice = await signedIn(panel());
        const race = { over: false, asked: 0 };
        const enabling = enable(panel(), alice).finally(() => (race.over = true));
        while (!race.over) {
          expect(await client.who()).to.be.oneOf(['root > alice', 'root', 'login-required']);
          race.asked++;
        }
        await enabling;
        expect(race.asked).to.be.at.least(1);
        expect(await client.who()).to.be.oneOf(['root', 'login-required']);
        expect(await alice.who()).to.equal('alice');
      });

      it('refuses what is sent first after the target enabled one, and does nothing of it', async () => {
        panel().database.exec("UPDATE users SET level = 'admin' WHERE id = 'bob'");
        const client = await asRoot(panel());
        await client.actAs('bob');
        expect((await client.post('/staff/alice/edit', { password: 'set before it' })).status).to.equal(200);
        await enrolled(panel(), 'bob');
        const copies = Array.from({ length: 8 }, () => client.copy());
        const answers = await Promise.all(
          copies.map((copy) => copy.post('/staff/alice/edit', { password: 'set after it' })),
        );
        for (const { status } of answers) expect(status).to.be.oneOf([401, 403]);
        for (const copy of [...copies, client])
          expect(await copy.who()).to.be.oneOf(['root', 'login-required']);
        expect((await new Client(panel()).login('alice', 'set after it')).status).to.equal(401);
        expect((await new Client(panel()).login('alice', 'set before it')).status).to.equal(200);
      });
    });

    describe('K14: acting never ends, or lengthens the life of the actor', () => {
      it('ends after the hour although it is used all the time, and hops do not add to it', async () => {
        const client = await asRoot(panel());
        await client.actAs('admin');
        for (let minutes = 0; minutes < 55; minutes += 11) {
          panel().advance(11 * 60);
          expect(await client.who()).to.equal('root > admin');
        }
        const hop = await client.actAs('alice');
        expect(hop.status, 'the proof of root is too old for another hop').to.be.within(400, 499);
        panel().advance(5 * 60 + 1);
        expect((await client.post('/staff/alice/edit', { password: 'a new password' })).status).to.equal(403);
        expect(await client.who()).to.equal('root');
        expect(panel().told().join()).to.contain('impersonation-ended');
        expect((await new Client(panel()).login('alice')).status).to.equal(200);
      });

      it('ends a deeper hop with the first one', async () => {
        const client = await asRoot(panel());
        await client.actAs('admin');
        panel().advance(800);
        expect((await client.actAs('alice')).status).to.equal(200);
        panel().advance(3600 - 799);
        expect(await client.who()).to.equal('root');
      });

      it('gives the actor their proof back with its age: acting makes nothing fresh', async () => {
        const { client } = await enrolledRoot(panel());
        await client.actAs('alice');
        panel().advance(600);
        await client.leave();
        expect((await client.get('/api/danger')).body.code).to.equal('step-up-required');
        panel().advance(400);
        expect((await client.actAs('alice')).body.code).to.equal('step-up-required');
      });
    });

    describe('K21: enter, leave, sign out and demote at once', () => {
      /** Somebody with rights over others is there under their own name, or with root named before. */
      async function expectNamed(clients: readonly { who(): Promise<string> }[]): Promise<void> {
        const allowed = [
          'root',
          'root > admin',
          'root > admin > alice',
          'root > admin > bob',
          'root > alice',
        ];
        for (const client of clients) expect(await client.who()).to.be.oneOf([...allowed, 'login-required']);
      }

      it('never leaves an admin without their actor', async () => {
        for (let round = 0; round < 2; round++) {
          const client = await signedIn(panel(), 'root');
          const clients = Array.from({ length: 20 }, () => client.copy());
          await Promise.all(
            clients.map((each, i) => {
              if (i % 4 === 0) return each.leave();
              if (i % 10 === 7 + round) return each.post('/logout');
              return each.actAs(i % 4 === 1 ? 'alice' : 'bob');
            }),
          );
          await expectNamed([...clients, client]);
        }
      });

      it('never acts for an actor who was demoted meanwhile', async () => {
        const client = await asRoot(panel());
        const clients = Array.from({ length: 16 }, () => client.copy());
        const entering = clients.map((each, i) => each.actAs(i % 2 === 0 ? 'admin' : 'alice'));
        await Promise.race(entering);
        panel().database.exec("UPDATE users SET level = 'user' WHERE id = 'root'");
        expect((await Promise.all(entering)).some(({ status }) => status === 200)).to.equal(true);
        for (const each of [client, ...clients])
          expect(await each.who()).to.be.oneOf(['root', 'login-required']);
      });

      it('gives of many hops at once no session that does not name its actor, and kills the old cookie', async () => {
        const client = await asRoot(panel());
        const [old, ...clients] = Array.from({ length: 17 }, () => client.copy());
        const answers = await Promise.all(clients.map((each) => each.actAs('alice')));
        const entered = answers.filter(({ status }) => status === 200).length;
        expect(entered).to.be.at.least(1);
        const there = await Promise.all(clients.map((each) => each.who()));
        for (const who of there) expect(who).to.be.oneOf(['root > alice', 'login-required']);
        // Session stores delete without telling whether there was something: hops within one round trip all hold.
        expect(await old?.who()).to.equal('login-required');
      });

      it('lets no hop whose body was cut in two outlive a sign-out in between', async () => {
        const client = await asRoot(panel());
        const other = client.copy();
        panel().log.length = 0;
        const url = `${panel().url}/two-step/impersonation`;
        const cookie = `panel.sid=${client.cookies.get('panel.sid') ?? ''}`;
        const status = await inTwoParts(url, cookie, { account: 'alice' }, () => other.post('/logout'));
        expect(status).to.equal(401);
        expect(await client.who()).to.equal('login-required');
        expect(panel().told()).not.to.include('impersonation-entered');
      });
    });
  });

  onEachPlace((empty) => {
    describe('K18: the feature is off, but its sessions still work', () => {
      let panel: LevelPanel;

      afterEach(() => panel.close());

      it('ends live impersonations with the restart, and knows no route of it', async () => {
        panel = await startLevelPanel({ levels: LEVELS }, await empty());
        const before = await loggedIn(panel, 'root');
        await before.actAs('alice');
        expect((await before.get('/me')).body).to.include({ user: 'alice', state: 'impersonating' });

        panel = await panel.restart(undefined);
        const client = new Client(panel);
        for (const [name, value] of before.cookies) client.cookies.set(name, value);
        expect((await client.post('/me')).status).to.equal(403);
        expect((await client.get('/me')).body).to.deep.include({ user: 'root', actors: [] });
        expect((await client.actAs('alice')).status).to.equal(404);
        expect((await client.leave()).status).to.equal(404);
        expect((await client.get('/me')).body.user).to.equal('root');
        expect(panel.events.find(({ name }) => name === 'impersonation-ended')).to.include({
          reason: 'switched-off',
          accountId: 'alice',
          actorId: 'root',
        });
      });

      it('ends those that a narrower rule no longer allows', async () => {
        panel = await startLevelPanel({ levels: LEVELS }, await empty());
        const before = await loggedIn(panel, 'root');
        await before.actAs('alice');
        panel = await panel.restart({ levels: LEVELS, canActAs: (_actor, target) => target.id !== 'alice' });
        const client = new Client(panel);
        for (const [name, value] of before.cookies) client.cookies.set(name, value);
        expect((await client.get('/me')).body).to.deep.include({ user: 'root', actors: [] });
      });
    });
  });
});
