import { expect } from 'chai';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';

const LEVELS = { root: 'root', admin: 'admin', alice: 'user', bob: 'user' };
const NEW = 'a-new-password';

describe('passwords in the example panel', () => {
  let panel: ExamplePanel;

  beforeEach(async () => {
    panel = await startExamplePanel();
  });
  afterEach(() => panel.end());

  async function root(): Promise<Client> {
    const client = await signedIn(panel, 'root');
    await client.leave();
    return client;
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
    it('lets root set the password of an admin, who signs in with it and their own code (M13)', async () => {
      const admin = await signedIn(panel, 'admin');
      const { phone } = await enable(panel, admin);
      const client = await signedIn(panel, 'root');
      expect(await client.who()).to.equal('root');

      const form = await client.open('/staff/admin/edit');
      expect(form.text).to.contain('New password').and.to.contain('Two-step authentication stays as it is');
      const saved = await client.submit('/staff/admin/edit', { password: NEW });
      expect([saved.status, saved.location]).to.deep.equal([303, '/staff']);
      expect((await client.open('/staff')).text).to.contain('The password of admin is changed.');
      expect((await client.open('/staff')).text).not.to.contain('is changed');

      expect(await admin.who(), 'their old session').to.equal('login-required');
      expect((await new Client(panel).login('admin')).body.code).to.equal('invalid-credentials');
      const again = new Client(panel);
      expect((await again.login('admin', NEW)).body.code).to.equal('code-required');
      expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect(await again.who()).to.equal('admin');
    });

    const allowed = ['root > admin', 'root > alice', 'root > bob', 'admin > alice', 'admin > bob'];
    for (const actor of ['root', 'admin', 'alice']) {
      it(`lets ${actor} set passwords below their level, and no others`, async () => {
        const client = actor === 'root' ? await root() : await signedIn(panel, actor);
        for (const login of Object.keys(LEVELS)) {
          const shown = await client.get(`/staff/${login}/edit`);
          const answer = await client.post(`/staff/${login}/edit`, { password: NEW });
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

    it('lets who acts as an admin set passwords of users, but of nobody in the stack', async () => {
      const client = await signedIn(panel, 'root');
      expect(await client.who()).to.equal('root > admin');
      for (const login of ['root', 'admin']) {
        const answer = await client.post(`/staff/${login}/edit`, { password: NEW });
        expect(answer.body.code, login).to.equal('not-below');
      }
      expect((await client.post('/staff/alice/edit', { password: NEW })).status).to.equal(200);
      const changed = panel.log.map((line) => JSON.parse(line) as Record<string, unknown>).at(-1);
      expect(changed).to.include({ name: 'password-changed', accountId: 'alice', actorId: 'root' });
      expect(await unchanged()).to.deep.equal(['root', 'admin', 'bob']);
    });

    it('ends acting as an account whose password is set elsewhere', async () => {
      const client = await signedIn(panel, 'admin');
      await client.actAs('alice');
      await (await root()).post('/staff/alice/edit', { password: NEW });
      expect(await client.who()).to.equal('admin');
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
        const client = await root();
        const { phone } = await enable(panel, client);
        panel.advance(HOURS);
        for (const ask of [client.post(EDIT, { password: NEW }), client.get(EDIT)]) {
          isOld(await ask, '/two-step/step-up');
        }
        for (const ask of [
          () => client.submit(EDIT, { password: NEW }, client.from(EDIT)),
          () => client.open(EDIT),
        ]) {
          expect([(await ask()).status, (await ask()).location]).to.deep.equal([303, '/two-step/step-up']);
        }
        expect(await unchanged()).to.include('admin');

        await client.submit(EDIT, { password: NEW }, client.from(EDIT));
        const back = await client.submit('/two-step/step-up', { code: phone.nextCode() });
        expect([back.status, back.location]).to.deep.equal([303, EDIT]);
        expect((await client.open(EDIT)).text).to.contain('New password');
        expect(await unchanged(), 'the step-up itself sets nothing').to.include('admin');
        expect((await client.submit(EDIT, { password: NEW }, client.from(EDIT))).location).to.equal('/staff');
        expect(await unchanged()).to.not.include('admin');
      });

      it('asks a remembered browser for a code, however fresh the password is', async () => {
        await panel.end();
        panel = await startExamplePanel(undefined, { PANEL_REMEMBER_BROWSERS: '30' });
        const { phone } = await enable(panel, await signedIn(panel, 'admin'));
        const client = await loggedIn(panel, 'admin');
        await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
        await client.post('/logout');
        expect((await client.login('admin')).status).to.equal(200);
        isOld(await client.post('/staff/alice/edit', { password: NEW }), '/two-step/step-up');
        expect(await unchanged()).to.include('alice');
      });

      it('asks root without a second factor for the password, and goes on with it (M13)', async () => {
        await enable(panel, await signedIn(panel, 'admin'));
        const client = await signedIn(panel, 'root');
        panel.advance(HOURS);
        isOld(await client.post(EDIT, { password: NEW }), '/login');
        await client.submit(EDIT, { password: NEW }, client.from(EDIT));
        const back = await client.submit('/login', { username: 'root', password: 'root-password' });
        expect(back.location).to.equal(EDIT);
        expect((await client.open(EDIT)).text).to.contain('New password');
        expect((await new Client(panel).login('admin')).body.code).to.equal('code-required');
        expect((await client.submit(EDIT, { password: NEW }, client.from(EDIT))).location).to.equal('/staff');
        expect((await new Client(panel).login('admin', NEW)).body.code).to.equal('code-required');
      });

      it('lets root go on who acts as an admin, for the hour that this lasts', async () => {
        const client = await signedIn(panel, 'root');
        expect(await client.who()).to.equal('root > admin');
        panel.advance(3599);
        expect((await client.post('/staff/alice/edit', { password: NEW })).status).to.equal(200);
        panel.advance(2);
        expect((await client.post('/staff/bob/edit', { password: NEW })).body.code).to.equal(
          'impersonation-refused',
        );
        isOld(await client.post('/staff/bob/edit', { password: NEW }), '/login');
        expect(await unchanged()).to.include('bob');
      });
    });

    for (const password of ['', 'short', 'x'.repeat(257), ['a-new-password'], { a: 1 }, 12345678, null]) {
      it(`refuses ${JSON.stringify(password).slice(0, 20)} as a password`, async () => {
        const client = await root();
        const answer = await client.post('/staff/admin/edit', { password });
        expect(answer.status).to.equal(422);
        expect(answer.body.code).to.equal('password-refused');
        expect(await unchanged()).to.include('admin');
      });
    }

    it('knows logins only as they are spelt', async () => {
      const client = await root();
      for (const login of ['Admin', 'admin%20', 'ADMIN', '%61dmin%00', 'nobody']) {
        expect((await client.post(`/staff/${login}/edit`, { password: NEW })).status, login).to.equal(404);
      }
      expect(await unchanged()).to.have.length(4);
    });

    it('keeps pending sign-ins and strangers out', async () => {
      await enable(panel, await signedIn(panel, 'admin'));
      const pending = await loggedIn(panel, 'admin');
      for (const client of [pending, new Client(panel)]) {
        expect((await client.get('/staff')).status).to.equal(401);
        expect((await client.post('/staff/alice/edit', { password: NEW })).status).to.equal(401);
      }
      expect(await unchanged()).to.include('alice');
    });
  });

  describe('one’s own', () => {
    const change = { currentPassword: 'alice-password', newPassword: NEW };

    it('takes the current one; this session goes on under a new id, the others end', async () => {
      const client = await signedIn(panel, 'alice');
      const copy = client.copy();
      const other = await signedIn(panel, 'alice');
      const answer = await client.post('/settings/password', change);
      expect(answer.body).to.deep.equal({ user: 'alice', level: 'user', actors: [] });
      expect(await client.who()).to.equal('alice');
      expect(await other.who()).to.equal('login-required');
      expect(await copy.who()).to.equal('login-required');
      expect((await new Client(panel).login('alice', NEW)).status).to.equal(200);
    });

    it('keeps both steps done for who has a second factor', async () => {
      const client = await signedIn(panel, 'alice');
      await enable(panel, client);
      const saved = await client.submit('/settings/password', change);
      expect([saved.status, saved.location]).to.deep.equal([303, '/settings']);
      expect((await client.open('/settings')).text).to.contain('Your password is changed.');
      expect((await client.get('/api/secret')).status).to.equal(200);
      expect((await new Client(panel).login('alice', NEW)).body.code).to.equal('code-required');
    });

    it('stays as it is when the current one is wrong or the new one too short', async () => {
      const client = await signedIn(panel, 'alice');
      for (const body of [
        { ...change, currentPassword: 'wrong' },
        { ...change, currentPassword: ['alice-password'] },
        { newPassword: NEW },
        { currentPassword: 'alice-password' },
        { ...change, newPassword: 'short' },
      ]) {
        expect((await client.post('/settings/password', body)).status).to.equal(422);
      }
      const page = await client.submit('/settings/password', { currentPassword: 'wrong', newPassword: NEW });
      expect(page.status).to.equal(422);
      expect(page.text).to.contain('role="alert"').and.to.contain('The current password is not right.');
      expect(await unchanged()).to.include('alice');
    });

    it('cannot be changed by somebody who acts as its owner (K11)', async () => {
      const client = await signedIn(panel, 'root');
      await client.actAs('alice');
      expect((await client.open('/settings')).text).not.to.contain('name="newPassword"');
      const answer = await client.post('/settings/password', change);
      expect(answer.status).to.equal(403);
      expect(answer.body.code).to.equal('impersonation-refused');
      expect(await unchanged()).to.include('alice');
    });
  });
});
