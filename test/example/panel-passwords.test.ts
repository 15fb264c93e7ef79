import { expect } from 'chai';
import { startExamplePanel } from '../support/panel-process.js';
import type { RunningPanel } from '../support/panel-process.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';

const LEVELS = { root: 'root', admin: 'admin', alice: 'user', bob: 'user' };
const NEW = 'a-new-password';

describe('passwords in the example panel', () => {
  let panel: RunningPanel;

  beforeEach(async () => {
    panel = await startExamplePanel();
  });
  afterEach(() => panel.end());

  async function root(): Promise<Client> {
    const jar = await panel.signedIn('root');
    await jar.leave();
    return jar;
  }

  /** Accounts whose password is still the seeded one. */
  async function unchanged(): Promise<string[]> {
    const same: string[] = [];
    for (const login of Object.keys(LEVELS)) {
      if ((await new Client(panel).login(login)).status === 200) same.push(login);
    }
    return same;
  }

  describe('of others', () => {
    it('lets root set the password of an admin, who signs in with it and his own code (M13)', async () => {
      const admin = await panel.signedIn('admin');
      const phone = await panel.enroll(admin);
      const jar = await panel.signedIn('root');
      expect(await jar.who()).to.equal('root');

      const form = await jar.open('/staff/admin/edit');
      expect(form.text).to.contain('New password').and.to.contain('Two-step authentication stays as it is');
      const saved = await jar.submit('/staff/admin/edit', { password: NEW });
      expect([saved.status, saved.location]).to.deep.equal([303, '/staff']);
      expect((await jar.open('/staff')).text).to.contain('The password of admin is changed.');
      expect((await jar.open('/staff')).text).not.to.contain('is changed');

      expect(await admin.who(), 'his old session').to.equal('login-required');
      expect((await new Client(panel).login('admin')).body.code).to.equal('invalid-credentials');
      const again = new Client(panel);
      expect((await again.login('admin', NEW)).body.code).to.equal('code-required');
      expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect(await again.who()).to.equal('admin');
    });

    const allowed = ['root > admin', 'root > alice', 'root > bob', 'admin > alice', 'admin > bob'];
    for (const actor of ['root', 'admin', 'alice']) {
      it(`lets ${actor} set passwords below his level, and no others`, async () => {
        const jar = actor === 'root' ? await root() : await panel.signedIn(actor);
        for (const login of Object.keys(LEVELS)) {
          const shown = await jar.get(`/staff/${login}/edit`);
          const answer = await jar.post(`/staff/${login}/edit`, { password: NEW });
          const may = allowed.includes(`${actor} > ${login}`);
          expect([shown.status, answer.status], login).to.deep.equal(may ? [200, 200] : [403, 403]);
          if (may) expect(answer.body).to.deep.equal({ user: login });
        }
        const below = allowed
          .filter((each) => each.startsWith(`${actor} >`))
          .map((each) => each.split(' > ')[1]);
        expect(await unchanged()).to.deep.equal(
          Object.keys(LEVELS).filter((login) => !below.includes(login)),
        );
      });
    }

    it('lets whoever acts as an admin set passwords of users, but of nobody in the stack', async () => {
      const jar = await panel.signedIn('root');
      expect(await jar.who()).to.equal('root > admin');
      for (const login of ['root', 'admin']) {
        const answer = await jar.post(`/staff/${login}/edit`, { password: NEW });
        expect(answer.body.code, login).to.equal('not-below');
      }
      expect((await jar.post('/staff/alice/edit', { password: NEW })).status).to.equal(200);
      const changed = panel.log.map((line) => JSON.parse(line) as Record<string, unknown>).at(-1);
      expect(changed).to.include({ name: 'password-changed', accountId: 'alice', actorId: 'root' });
      expect(await unchanged()).to.deep.equal(['root', 'admin', 'bob']);
    });

    it('ends acting as an account whose password is set elsewhere', async () => {
      const jar = await panel.signedIn('admin');
      await jar.actAs('alice');
      await (await root()).post('/staff/alice/edit', { password: NEW });
      expect(await jar.who()).to.equal('admin');
    });

    describe('with an old proof', () => {
      const HOURS = 8 * 3600;
      const EDIT = '/staff/admin/edit';
      const isOld = (answer: Answer, way: string) => {
        expect([answer.status, answer.body.code, answer.body.location]).to.deep.equal([
          401,
          'step-up-required',
          way,
        ]);
      };

      it('asks root for a code of the last 15 minutes first, and changes nothing before', async () => {
        const jar = await root();
        const phone = await panel.enroll(jar);
        panel.advance(HOURS);
        for (const ask of [jar.post(EDIT, { password: NEW }), jar.get(EDIT)]) {
          isOld(await ask, '/two-step/step-up');
        }
        for (const ask of [() => jar.submit(EDIT, { password: NEW }, jar.from(EDIT)), () => jar.open(EDIT)]) {
          expect([(await ask()).status, (await ask()).location]).to.deep.equal([303, '/two-step/step-up']);
        }
        expect(await unchanged()).to.include('admin');

        await jar.submit(EDIT, { password: NEW }, jar.from(EDIT));
        const back = await jar.submit('/two-step/step-up', { code: phone.nextCode() });
        expect([back.status, back.location]).to.deep.equal([303, EDIT]);
        expect((await jar.open(EDIT)).text).to.contain('New password');
        expect(await unchanged(), 'the step-up itself sets nothing').to.include('admin');
        expect((await jar.submit(EDIT, { password: NEW }, jar.from(EDIT))).location).to.equal('/staff');
        expect(await unchanged()).to.not.include('admin');
      });

      it('asks a remembered browser for a code, however fresh the password is', async () => {
        await panel.end();
        panel = await startExamplePanel(undefined, { PANEL_REMEMBER_BROWSERS: '30' });
        const phone = await panel.enroll(await panel.signedIn('admin'));
        const jar = new Client(panel);
        await jar.login('admin');
        await jar.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
        await jar.post('/logout');
        expect((await jar.login('admin')).status).to.equal(200);
        isOld(await jar.post('/staff/alice/edit', { password: NEW }), '/two-step/step-up');
        expect(await unchanged()).to.include('alice');
      });

      it('asks root without a second factor for the password, and goes on with it (M13)', async () => {
        await panel.enroll(await panel.signedIn('admin'));
        const jar = await panel.signedIn('root');
        panel.advance(HOURS);
        isOld(await jar.post(EDIT, { password: NEW }), '/login');
        await jar.submit(EDIT, { password: NEW }, jar.from(EDIT));
        const back = await jar.submit('/login', { username: 'root', password: 'root-password' });
        expect(back.location).to.equal(EDIT);
        expect((await jar.open(EDIT)).text).to.contain('New password');
        expect((await new Client(panel).login('admin')).body.code).to.equal('code-required');
        expect((await jar.submit(EDIT, { password: NEW }, jar.from(EDIT))).location).to.equal('/staff');
        expect((await new Client(panel).login('admin', NEW)).body.code).to.equal('code-required');
      });

      it('lets root go on who acts as an admin, for the hour that this lasts', async () => {
        const jar = await panel.signedIn('root');
        expect(await jar.who()).to.equal('root > admin');
        panel.advance(3599);
        expect((await jar.post('/staff/alice/edit', { password: NEW })).status).to.equal(200);
        panel.advance(2);
        expect((await jar.post('/staff/bob/edit', { password: NEW })).body.code).to.equal(
          'impersonation-refused',
        );
        isOld(await jar.post('/staff/bob/edit', { password: NEW }), '/login');
        expect(await unchanged()).to.include('bob');
      });
    });

    for (const password of ['', 'short', 'x'.repeat(257), ['a-new-password'], { a: 1 }, 12345678, null]) {
      it(`refuses ${JSON.stringify(password).slice(0, 20)} as a password`, async () => {
        const jar = await root();
        const answer = await jar.post('/staff/admin/edit', { password });
        expect(answer.status).to.equal(422);
        expect(answer.body.code).to.equal('password-refused');
        expect(await unchanged()).to.include('admin');
      });
    }

    it('knows logins only as they are spelt', async () => {
      const jar = await root();
      for (const login of ['Admin', 'admin%20', 'ADMIN', '%61dmin%00', 'nobody']) {
        expect((await jar.post(`/staff/${login}/edit`, { password: NEW })).status, login).to.equal(404);
      }
      expect(await unchanged()).to.have.length(4);
    });

    it('keeps pending sign-ins and strangers out', async () => {
      await panel.enroll(await panel.signedIn('admin'));
      const pending = new Client(panel);
      await pending.login('admin');
      for (const jar of [pending, new Client(panel)]) {
        expect((await jar.get('/staff')).status).to.equal(401);
        expect((await jar.post('/staff/alice/edit', { password: NEW })).status).to.equal(401);
      }
      expect(await unchanged()).to.include('alice');
    });
  });

  describe('one’s own', () => {
    const change = { currentPassword: 'alice-password', newPassword: NEW };

    it('takes the current one; this session goes on under a new id, the others end', async () => {
      const jar = await panel.signedIn('alice');
      const copy = jar.copy();
      const other = await panel.signedIn('alice');
      const answer = await jar.post('/settings/password', change);
      expect(answer.body).to.deep.equal({ user: 'alice', level: 'user', actors: [] });
      expect(await jar.who()).to.equal('alice');
      expect(await other.who()).to.equal('login-required');
      expect(await copy.who()).to.equal('login-required');
      expect((await new Client(panel).login('alice', NEW)).status).to.equal(200);
    });

    it('keeps both steps done for who has a second factor', async () => {
      const jar = await panel.signedIn('alice');
      await panel.enroll(jar);
      const saved = await jar.submit('/settings/password', change);
      expect([saved.status, saved.location]).to.deep.equal([303, '/settings']);
      expect((await jar.open('/settings')).text).to.contain('Your password is changed.');
      expect((await jar.get('/api/secret')).status).to.equal(200);
      expect((await new Client(panel).login('alice', NEW)).body.code).to.equal('code-required');
    });

    it('stays as it is when the current one is wrong or the new one too short', async () => {
      const jar = await panel.signedIn('alice');
      for (const body of [
        { ...change, currentPassword: 'wrong' },
        { ...change, currentPassword: ['alice-password'] },
        { newPassword: NEW },
        { currentPassword: 'alice-password' },
        { ...change, newPassword: 'short' },
      ]) {
        expect((await jar.post('/settings/password', body)).status).to.equal(422);
      }
      const page = await jar.submit('/settings/password', { currentPassword: 'wrong', newPassword: NEW });
      expect(page.status).to.equal(422);
      expect(page.text).to.contain('role="alert"').and.to.contain('The current password is not right.');
      expect(await unchanged()).to.include('alice');
    });

    it('cannot be changed by somebody who acts as its owner (K11)', async () => {
      const jar = await panel.signedIn('root');
      await jar.actAs('alice');
      expect((await jar.open('/settings')).text).not.to.contain('name="newPassword"');
      const answer = await jar.post('/settings/password', change);
      expect(answer.status).to.equal(403);
      expect(answer.body.code).to.equal('impersonation-refused');
      expect(await unchanged()).to.include('alice');
    });
  });
});
