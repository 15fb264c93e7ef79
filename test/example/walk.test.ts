import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import Libsql from 'libsql';
import { Secret, TOTP, URI } from 'otpauth';
import { printed } from '../support/program.js';
import { LEVELS, startWalk } from '../support/walk.js';
import type { Walk } from '../support/walk.js';

const MINUTE = 60;
const HOUR = 3600;

for (const backend of ['its own database', 'Redis'] as const) {
  describe(`a walk through the panel of npm start, on ${backend}, while the system clock jumps`, function () {
    this.timeout(300_000);
    let walk: Walk;
    before(async () => {
      walk = await startWalk(backend === 'Redis');
    });
    after(() => walk.end());

    it('signs in with login and password alone (M1)', async () => {
      for (const login of ['admin', 'alice', 'bob']) {
        const who = walk.visitor();
        expect((await walk.password(who, login, 'not it')).status).to.equal(401);
        expect(await walk.present(who)).to.equal('');
        const { status, body } = await walk.password(who, login);
        expect(status).to.equal(200);
        expect(body).to.deep.equal({ user: login, level: LEVELS[login], actors: [] });
      }
      const person = walk.visitor();
      const asked = await person.open('/settings');
      expect(asked.path).to.equal('/login');
      const there = await person.press(asked, 'Log in', { username: 'bob', password: 'bob-password' });
      expect([there.status, there.path]).to.deep.equal([200, '/settings']);
      expect((await person.press(there, 'Log out')).path).to.equal('/login');
      expect(await walk.present(person)).to.equal('');
    });

    it('enables it only with the current code, of a scanned or a typed key (M4, M5, M6, M7)', async () => {
      const person = await walk.signIn('alice');
      let page = await person.follow(await person.open('/'), 'User settings');
      page = await person.press(page, 'Enable two-step authentication');
      expect(page.words).to.contain('alice');
      const { body } = await person.get('/two-step/setup');
      expect(page.words.replaceAll(' ', '')).to.contain(String(body.key));
      expect(page.html).to.contain('<svg');
      const scanned = URI.parse(String(body.uri)) as TOTP;
      const typed = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      walk.phones.set('alice', typed);
      expect(scanned.generate({ timestamp: walk.clock.now() })).to.equal(walk.code('alice'));

      for (const wrong of ['000000', walk.code('alice', 2 * HOUR), '']) {
        const refused = await person.press(page, 'Ok', { code: wrong });
        expect(refused.status).to.be.oneOf([400, 401, 422]);
        expect((await walk.password(walk.visitor(), 'alice')).status, 'nothing changed').to.equal(200);
      }
      const late = await person.post('/two-step/setup/confirm', { code: walk.code('alice', 12 * MINUTE) });
      expect(late.status).to.equal(422);
      expect(late.body).to.include({ code: 'clock-skew', minutes: 12 });

      await person.press(page, 'Cancel');
      expect((await person.post('/two-step/setup/confirm', { code: walk.code('alice') })).status).to.equal(
        409,
      );
      expect((await walk.password(walk.visitor(), 'alice')).status, 'a closed form').to.equal(200);

      walk.clock.jump(HOUR);
      const again = await walk.signIn('alice');
      const setup = await again.post('/two-step/setup');
      expect(Date.parse(String(setup.body.serverTime))).to.equal(walk.clock.now());
      walk.clock.jump(-10 * MINUTE);
      await walk.enable(await walk.signIn('alice'), 'alice');
      const parked = await walk.password(walk.visitor(), 'alice');
      expect([parked.status, parked.body.code]).to.deep.equal([401, 'code-required']);
    });

    it('signs in with two steps, and until the second nobody is there (M2)', async () => {
      const person = walk.visitor();
      const login = await person.open('/login');
      const form = await person.press(login, 'Log in', { username: 'alice', password: 'alice-password' });
      expect(form.path).to.equal('/two-step/verify');
      for (const path of ['/api/me', '/api/secret', '/api/danger', '/', '/settings', '/staff', '/clients']) {
        expect((await person.get(path)).status, path).to.equal(401);
      }
      const wrong = await person.press(form, 'Ok', { code: '000000' });
      expect(wrong.status).to.equal(401);
      const home = await person.press(form, 'Ok', { code: walk.nextCode('alice') });
      expect([home.status, home.path]).to.deep.equal([200, '/']);
      expect(await walk.present(person)).to.equal('alice');
      expect((await person.get('/api/secret')).status).to.equal(200);
      expect((await person.get('/api/danger')).status).to.equal(200);
      walk.clock.jump(6 * MINUTE);
      expect((await person.get('/api/secret')).status).to.equal(200);
      expect((await person.get('/api/danger')).body.code).to.equal('step-up-required');
    });

    for (const [jump, what] of [
      [10 * MINUTE + 1, 'ten minutes later'],
      [-HOUR, 'when the clock was set back by an hour'],
      [-2 * MINUTE, 'when the clock was set back by two minutes'],
    ] as const) {
      it(`lets nobody finish a half-finished sign-in ${what} (M3)`, async () => {
        const who = walk.visitor();
        const { body } = await walk.password(who, 'alice');
        expect(Date.parse(String(body.until))).to.equal(walk.clock.now() + 10 * MINUTE * 1000);
        if (jump < 0) walk.clock.jump(2 * HOUR); // so that the code itself is a new one
        const parked = jump < 0 ? walk.visitor() : who;
        if (jump < 0) await walk.password(parked, 'alice');
        walk.clock.jump(jump);
        const refused = await parked.post('/two-step/verify', { code: walk.code('alice') });
        expect(refused.status).to.equal(401);
        expect(refused.body.code).to.equal('sign-in-expired');
        expect(await walk.present(parked)).to.equal('');
        expect((await parked.get('/api/secret')).status).to.equal(401);
      });
    }

    it('accepts a code once, also when the clock goes back to where it was right (M3)', async () => {
      const used = walk.nextCode('alice');
      const first = walk.visitor();
      await walk.password(first, 'alice');
      expect((await first.post('/two-step/verify', { code: used })).status).to.equal(200);
      const replay = async (): Promise<unknown> => {
        const who = walk.visitor();
        await walk.password(who, 'alice');
        const { body } = await who.post('/two-step/verify', { code: used });
        expect(await walk.present(who)).to.equal('');
        return body.code as unknown;
      };
      expect(await replay()).to.equal('code-already-used');
      walk.clock.jump(-MINUTE);
      walk.clock.jump(MINUTE + 20);
      expect(await replay()).to.equal('code-already-used');
      walk.clock.jump(-20);
      expect(await replay()).to.equal('code-already-used');
      walk.clock.jump(10 * MINUTE);
      expect(await replay()).to.equal('code-invalid');
      walk.clock.jump(-10 * MINUTE);
      expect(await replay()).to.equal('code-already-used');
      expect(await walk.present(await walk.signIn('alice'))).to.equal('alice');
    });

    it('keeps neither password nor code where the half-finished sign-in is (M3)', async () => {
      const who = walk.visitor();
      await walk.password(who, 'alice');
      const stored = walk.redis ? await walk.redis() : readFileSync(walk.databaseFile, 'latin1');
      expect(stored).not.to.contain('alice-password');
      expect(stored).not.to.contain(walk.phones.get('alice')?.secret.base32);
      if (walk.redis) expect(stored).to.contain('"pending"');
      await printed(walk, /"accountId":"alice"/);
      const events = /^\{[\s\S]*/m.exec(walk.output())?.[0] ?? '';
      expect(events).to.contain('"accountId":"alice"').and.not.to.contain('alice-password');
      expect(events).not.to.contain(walk.phones.get('alice')?.secret.base32);
    });

    it('disables it with the current code only (M8)', async () => {
      const person = await walk.signIn('alice');
      let page = await person.open('/settings');
      page = await person.follow(page, 'Disable two-step authentication');
      for (const wrong of ['', '000000', walk.code('alice')]) {
        expect((await person.post('/two-step/disable', { code: wrong })).status).to.be.oneOf([400, 401]);
        expect((await walk.password(walk.visitor(), 'alice')).status, 'nothing changed').to.equal(401);
      }
      page = await person.press(page, 'Disable two-step authentication', { code: walk.nextCode('alice') });
      expect(page.status).to.equal(200);
      expect((await walk.password(walk.visitor(), 'alice')).status).to.equal(200);
    });

    it('is disabled by the console, for root who is signed in as for anybody (M9)', async () => {
      const root = await walk.signIn('root');
      await walk.goBack(root);
      await walk.enable(root, 'root');
      await walk.enable(await walk.signIn('bob'), 'bob');
      expect((await root.get('/api/secret')).status).to.equal(200);
      const listed = await walk.console('list');
      expect(listed.out.trim().split(/\s+/)).to.have.members(['root', 'bob']);

      for (const login of ['root', 'bob']) {
        const ended = await walk.console('disable', login, '--yes', '--reason', 'phone lost');
        expect(ended.code, ended.err).to.equal(0);
        expect((await walk.password(walk.visitor(), login)).status).to.equal(200);
      }
      expect((await root.get('/api/secret')).body.code).to.equal('enrollment-required');
      expect(await walk.present(root)).to.equal('root');
      expect((await walk.console('disable', 'Root', '--yes')).code).to.equal(1);
    });

    // What comes next is the panel's own: test/example/panel-api.test.ts tries it on Redis as well.
    if (backend === 'its own database') {
      it('is disabled by deleting the account’s row from the table totp (M9)', async () => {
        const bob = await walk.signIn('bob');
        await walk.enable(bob, 'bob');
        expect((await walk.password(walk.visitor(), 'bob')).status).to.equal(401);
        const database = new Libsql(walk.databaseFile, { timeout: 2000 });
        database.prepare('delete from totp where account = ?').run('bob');
        database.close();
        expect((await walk.password(walk.visitor(), 'bob')).status).to.equal(200);
        expect((await bob.get('/api/secret')).body.code).to.equal('enrollment-required');
        expect(await walk.present(bob)).to.equal('bob');
      });

      it('takes root to admin while neither has it, and shows who is really there (M10, M15)', async () => {
        const person = walk.visitor();
        const login = await person.open('/login');
        let page = await person.press(login, 'Log in', { username: 'root', password: 'root-password' });
        expect(await walk.present(person)).to.equal('root > admin');
        expect(page.words).to.contain('root acting as admin');
        await person.press(await person.open('/clients'), 'Log in as alice');
        expect(await walk.present(person)).to.equal('root > admin > alice');
        for (const path of ['/', '/settings', '/two-step']) {
          const { words } = await person.open(path);
          // Names stand in isolates, so that none can turn the text around it.
          expect(words.replace(/[\u2068\u2069]/g, ''), path).to.match(/root,? acting as alice/);
        }
        expect((await person.get('/staff')).status).to.equal(403);
        page = await person.press(await person.open('/'), 'Return to admin');
        expect(page.words).to.contain('root acting as admin');
        page = await person.press(page, 'Return to root');
        expect(page.words).not.to.contain('acting as');
        expect(await walk.present(person)).to.equal('root');
        expect((await walk.goBack(person)).body.code).to.equal('not-impersonating');
      });

      it('lets each level act as accounts below, and as nobody else (M14)', async () => {
        for (const actor of Object.keys(LEVELS)) {
          for (const target of [...Object.keys(LEVELS), 'nobody']) {
            const who = await walk.signIn(actor);
            if (actor === 'root') await walk.goBack(who);
            const { status, body } = await walk.actAs(who, target);
            const rank = (login: string): number =>
              ['root', 'admin', 'user'].indexOf(LEVELS[login] ?? 'root');
            if (rank(target) > rank(actor)) {
              expect(status, `${actor} as ${target}`).to.equal(200);
              expect(await walk.present(who)).to.equal(`${actor} > ${target}`);
              await walk.goBack(who);
            } else {
              expect(status, `${actor} as ${target}`).to.equal(403);
              expect(body.code).to.equal('impersonation-refused');
              const isTold = target === 'nobody' && rank('alice') > rank(actor);
              expect(body.reason).to.equal(isTold ? 'account-unknown' : 'not-below');
            }
            expect(await walk.present(who)).to.equal(actor);
          }
        }
      });

      it('ends acting after an hour, and never lasts longer by setting the clock back (M15)', async () => {
        for (const jump of [HOUR + 1, -2 * HOUR]) {
          const who = await walk.signIn('root');
          await walk.actAs(who, 'alice');
          if (jump > 0) {
            walk.clock.jump(HOUR - MINUTE);
            expect(await walk.present(who)).to.equal('root > admin > alice');
            walk.clock.jump(MINUTE + 1);
          } else walk.clock.jump(jump);
          const late = await who.post('/two-step/setup');
          expect([late.status, late.body.code], 'nothing is done in a wrong name').to.deep.equal([
            403,
            'impersonation-refused',
          ]);
          expect(await walk.present(who)).to.equal('root');
          if (jump < 0) walk.clock.jump(-jump);
        }
      });

      it('leaves root with it where they are, to go on by Management → Staff (M11)', async () => {
        const root = await walk.signIn('root');
        await walk.goBack(root);
        await walk.enable(root, 'root');
        const person = await walk.signIn('root');
        expect(await walk.present(person)).to.equal('root');
        const staff = await person.follow(await person.open('/'), 'Staff');
        const home = await person.press(staff, 'Log in as admin');
        expect(home.words).to.contain('root acting as admin');
        expect(await walk.present(person)).to.equal('root > admin');
        await person.press(home, 'Return to root');

        walk.clock.jump(20 * MINUTE);
        expect((await walk.actAs(person, 'admin')).body.code).to.equal('step-up-required');
        expect((await person.post('/two-step/step-up', { code: walk.nextCode('root') })).status).to.equal(
          200,
        );
        expect((await walk.actAs(person, 'admin')).status).to.equal(200);
      });

      it('opens an account that has it with its own login, password and code only (M12)', async () => {
        await walk.enable(await walk.signIn('admin'), 'admin');
        await walk.enable(await walk.signIn('bob'), 'bob');
        const withFactor = await walk.signIn('root');
        expect((await walk.console('disable', 'root', '--yes')).code).to.equal(0);
        const withoutFactor = await walk.signIn('root');
        for (const who of [withoutFactor, withFactor]) {
          expect(await walk.present(who), 'root is not taken to admin').to.equal('root');
          for (const target of ['admin', 'bob']) {
            const { status, body } = await walk.actAs(who, target);
            expect([status, body.reason]).to.deep.equal([403, 'target-has-second-factor']);
          }
        }
        const staff = await withoutFactor.follow(await withoutFactor.open('/'), 'Staff');
        expect(staff.words).to.contain('only its own login, password and code open it');
        const refused = await withoutFactor.press(staff, 'Log in as admin');
        expect(refused.status).to.equal(403);
        expect(refused.words).to.contain('This account uses two-step authentication');
        expect((await walk.actAs(await walk.signIn('admin'), 'bob')).body.reason).to.equal(
          'target-has-second-factor',
        );
        expect(await walk.present(await walk.signIn('admin'))).to.equal('admin');
      });

      it('lets root set the password of such an admin, who signs in with it and their code (M13)', async () => {
        const root = await walk.signIn('root');
        const staff = await root.follow(await root.open('/'), 'Staff');
        const edit = await root.follow(staff, 'Edit admin');
        await root.press(edit, 'Save', { password: 'set-by-root-1' });
        expect((await walk.password(walk.visitor(), 'admin')).body.code).to.equal('invalid-credentials');
        const admin = walk.visitor();
        expect((await walk.password(admin, 'admin', 'set-by-root-1')).body.code).to.equal('code-required');
        expect(await walk.present(admin)).to.equal('');
        expect((await admin.post('/two-step/verify', { code: walk.nextCode('admin') })).status).to.equal(200);
        expect(await walk.present(admin)).to.equal('admin');
        const both = { password: 'set-by-root-2' };
        expect((await admin.post('/staff/root/edit', both)).status).to.equal(403);
        expect((await admin.post('/staff/alice/edit', both)).status).to.equal(200);
        expect(await walk.present(await walk.signIn('alice', 'set-by-root-2'))).to.equal('alice');
      });

      it('tells the operator how it stands, and unlocks (console)', async () => {
        const guesser = walk.visitor();
        await walk.password(guesser, 'bob');
        walk.clock.jump(30);
        for (let i = 0; i < 7; i++) {
          // The first wait is over before the right code is tried; the second, of a minute, is not.
          if (i === 5) walk.clock.jump(40);
          await guesser.post('/two-step/verify', { code: '000000' });
        }
        const locked = await guesser.post('/two-step/verify', { code: walk.nextCode('bob') });
        expect([locked.status, locked.body.code]).to.deep.equal([429, 'locked']);
        expect(Number(locked.headers['retry-after'])).to.be.within(1, MINUTE);
        expect((await walk.console('status', 'bob')).out).to.match(/enabled[\s\S]*codes are refused until/);
        expect((await walk.console('unlock', 'bob', '--yes')).code).to.equal(0);
        expect((await guesser.post('/two-step/verify', { code: walk.nextCode('bob') })).status).to.equal(200);
        expect((await walk.console('rekey', '--yes')).code).to.equal(0);
        expect(await walk.present(await walk.signIn('bob'))).to.equal('bob');
      });
    }

    it('finds out that the clock of this machine is wrong, where another one can tell (M7)', async () => {
      const checked = await walk.console('check');
      expect(checked.out).to.contain(`time here: ${new Date(walk.clock.now()).toISOString()}`);
      expect(Math.abs(walk.clock.now() - Date.now()), 'as this walk left it').to.be.above(MINUTE * 1000);
      const compared = checked.out.includes('store server');
      expect(checked.code).to.equal(compared ? 3 : 0);
      if (compared) expect(checked.out).to.match(/\d+ s apart/);
    });
  });
}
