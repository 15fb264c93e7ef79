import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { Passport } from 'passport';
import type { Policy, SecondFactor, SecondFactorOptions } from 'passport-second-factor';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { Client } from '../support/client.js';
import { knows, startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { loggedIn, phoneWith } from '../support/people.js';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** The secrets and the check of before: a code works as long as it is shown, and is the word "old" for short. */
const OLD_SECRETS = `
const table = new Map([['alice', { secret: '${SECRET}', moved: false }]]);
const unmoved = (id) => (table.get(id)?.moved === false ? table.get(id) : undefined);
export const oldSecrets = {
  has: async (id) => unmoved(id) !== undefined,
  secretOf: async (id) => unmoved(id)?.secret,
  isRight: async (id, code) => (await oldSecrets.asked(), unmoved(id) !== undefined && code === 'old'),
  markMoved: async (id) => void (table.has(id) && (table.get(id).moved = true)),
  deleteMoved: async (id) => void (table.get(id)?.moved && table.delete(id)),
  asked: async () => {},
  isInTable: (id) => table.has(id),
};
`;

interface OldSecrets {
  has(id: string): Promise<boolean>;
  markMoved(id: string): Promise<void>;
  /** Called before the old check answers. */
  asked(): Promise<void>;
  /** What the old version looks at. */
  isInTable(id: string): boolean;
}
type ImportAll = (
  secondFactor: Pick<SecondFactor, 'admin'>,
  rows: readonly { accountId: string; secret: string }[],
) => Promise<void>;
type Upgrade = Required<Pick<SecondFactorOptions<User>, 'account' | 'setEnrolled'>>;
type PolicyOption = NonNullable<SecondFactorOptions<User>['policy']>;

describe('docs/upgrading.md', () => {
  let folder: ProgramFolder;
  let old: {
    oldCheck: RequestHandler;
    oldCode: (secondFactor: Pick<SecondFactor, 'admin'>) => RequestHandler;
    oldSecrets: OldSecrets;
    importOldSecrets: ImportAll;
    upgrade: Upgrade;
  };
  let panel: Panel;

  beforeEach(async () => {
    folder = programOf('docs/upgrading.md', { 'old-secrets.ts': OLD_SECRETS });
    const load = (file: string): Promise<object> =>
      import(pathToFileURL(join(folder.path, file)).href) as Promise<object>;
    const files = ['old-check.ts', 'old-secrets.ts', 'upgrade-options.ts', 'import-old-secrets.ts'];
    old = Object.assign({}, ...(await Promise.all(files.map(load)))) as typeof old;
  });
  afterEach(async () => {
    await stopPanels();
    folder.remove();
  });

  /** @param mounted whether the old check stands before the router, as the page says */
  async function start(options: Partial<SecondFactorOptions<User>> = {}, mounted = true): Promise<void> {
    panel = await startPanel({
      options: { ...old.upgrade, ...options },
      beforeRouter({ app, secondFactor }) {
        if (mounted) app.use(old.oldCheck);
        app.post('/old-code', express.json(), old.oldCode(secondFactor));
        app.get('/lenient', requireSecondFactor({ unenrolled: 'allow' }), (_req, res) => res.json({}));
      },
    });
  }

  /** The policy of docs/enforcement.md, word for word. */
  async function enforcement(): Promise<PolicyOption> {
    const page = programOf('docs/enforcement.md');
    const { policy } = (await import(pathToFileURL(join(page.path, 'policy.ts')).href)) as {
      policy: PolicyOption;
    };
    page.remove();
    return policy;
  }

  /** Everything that who knows only the password can try. */
  async function attack(): Promise<void> {
    const thief = new Client(panel);
    expect((await thief.login('alice')).status).to.equal(200);
    for (const path of ['/two-step/setup', '/two-step/setup/confirm', '/two-step/disable', '/old-code']) {
      for (const body of [{}, { code: '000000' }, { code: ['old'] }]) {
        expect((await thief.post(path, body)).status, path).to.be.oneOf([303, 401, 403, 409]);
      }
    }
    for (const path of ['/two-step', '/two-step/setup', '/secret']) {
      const { status, body } = await thief.get(path);
      expect([status, body.key], path).to.deep.equal([status, undefined]);
      expect(body).to.not.have.property('secret');
    }
    const parallel = Array.from({ length: 5 }, () => new Client(panel));
    await Promise.all(
      parallel.map(async (each) => {
        await each.login('alice');
        await each.post('/two-step/setup');
      }),
    );
    expect(await panel.secondFactor.verify('alice', '000000')).to.deep.equal({
      ok: false,
      reason: 'other-factor',
    });
    expect(await old.oldSecrets.has('alice'), 'the old secret').to.equal(true);
    expect(await panel.store.get('alice'), 'no record').to.equal(null);
  }

  const policies: Record<string, (page: PolicyOption) => Partial<SecondFactorOptions<User>>> = {
    'where nothing is required': () => ({}),
    'where the policy of docs/enforcement.md requires it of the level': (policy) => ({
      policy: (account) => policy({ ...account, level: 'admin' }),
    }),
    'where its day is over': (policy) => ({ policy, clock: () => Date.UTC(2032, 0, 1) }),
  };
  for (const [where, optionsOf] of Object.entries(policies)) {
    for (const mounted of [true, false]) {
      it(`gives the password alone nothing ${where}${mounted ? '' : ', the old check forgotten'}`, async () => {
        await start(optionsOf(await enforcement()), mounted);
        await attack();
      });
    }
  }

  it('holds back whom a strategy signs in on any request, where the old check comes after it too', async () => {
    panel = await startPanel({
      options: old.upgrade,
      beforeRouter: ({ app }) => void app.use(old.oldCheck),
      routes(made) {
        knows(made, 'remember-me', () => 'alice');
        made.app.use(made.passport.authenticate('remember-me') as RequestHandler, old.oldCheck);
        made.app.get('/invoices', (_req, res) => res.json({}));
      },
    });
    const { status, headers } = await new Client(panel).get('/invoices');
    expect([status, headers.location]).to.deep.equal([303, '/old-code']);
  });

  it('would let a thief enable a phone without otherFactor, once one is required', async () => {
    const account: Upgrade['account'] = async (user) => {
      const { otherFactor: _flag, ...others } = await old.upgrade.account(user);
      return others;
    };
    await start({ account, policy: (): Policy => 'required' });
    const thief = new Client(panel);
    expect((await thief.login('alice')).body.code).to.equal('enrollment-required');
    expect((await thief.post('/two-step/setup')).status).to.equal(200);
  });

  for (const policy of ['optional', 'required'] as const) {
    it(`moves a user by the old code to the same entry on the phone (${policy})`, async () => {
      await start({ policy: () => policy });
      const alice = await loggedIn(panel);
      for (const path of ['/me', '/two-step']) {
        expect((await alice.get(path)).headers.location, path).to.equal('/old-code');
      }
      expect((await alice.post('/old-code', { code: 'wrong' })).status).to.equal(401);
      expect((await alice.post('/old-code', { code: 'old' })).headers.location).to.equal('/two-step/verify');
      expect(await old.oldSecrets.has('alice')).to.equal(false);
      expect(await alice.me(), 'one more code is asked for').to.equal(null);
      panel.now += 60_000;
      const code = phoneWith(panel, SECRET).code();
      expect((await alice.post('/two-step/verify', { code })).body).to.include({ state: 'verified' });
      expect(await alice.me()).to.equal('alice');
      expect((await alice.get('/secret')).status).to.equal(200);
      expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
    });
  }

  for (const [when, waits] of [
    ['at the same moment', false],
    ['the second looked at when the first is done', true],
  ] as const) {
    it(`moves a user whose old code was sent twice, ${when}`, async () => {
      await start();
      const alice = await loggedIn(panel);
      const hears = new EventEmitter();
      let asked = 0;
      old.oldSecrets.asked = async () => {
        if (++asked === 1) await once(hears, 'second');
        else if (hears.emit('second') && waits) await once(hears, 'done');
      };
      const twice = [1, 2].map(() => alice.post('/old-code', { code: 'old' }));
      await Promise.race(twice);
      hears.emit('done');
      const locations = (await Promise.all(twice)).map(({ headers }) => headers.location);
      expect(locations).to.deep.equal(['/two-step/verify', '/two-step/verify']);
      expect(await old.oldSecrets.has('alice')).to.equal(false);
    });
  }

  for (const marked of [false, true]) {
    const what = marked ? 'was marked, but the answer lost' : 'could not be marked';
    it(`leaves nobody without a second factor where the old secret ${what}`, async () => {
      await start();
      const { oldSecrets } = old;
      const mark = oldSecrets.markMoved.bind(oldSecrets);
      const hears = new EventEmitter();
      const clicks = marked ? [1] : [1, 2];
      let asked = 0;
      oldSecrets.asked = async () => {
        if (++asked < clicks.length) await once(hears, 'all');
        else hears.emit('all');
      };
      oldSecrets.markMoved = async (id) => {
        oldSecrets.markMoved = async (again) => {
          await mark(again);
          hears.emit('second');
        };
        if (marked) await mark(id);
        else await once(hears, 'second');
        throw new Error('Connection terminated unexpectedly');
      };
      const alice = await loggedIn(panel);
      panel.told();
      const answers = await Promise.all(clicks.map(() => alice.copy().post('/old-code', { code: 'old' })));
      expect(answers.map(({ status }) => status)).to.include(503);
      expect(panel.told().filter((name) => name === 'imported')).to.have.length(1);
      const thief = new Client(panel);
      expect((await thief.login('alice')).body.code).to.equal('code-required');
      expect((await thief.post('/two-step/setup')).status).to.equal(401);
      panel.now += 60_000;
      const code = phoneWith(panel, SECRET).code();
      const owner = await loggedIn(panel);
      expect((await owner.post('/two-step/verify', { code })).body).to.include({ state: 'verified' });
      expect(await oldSecrets.has('alice'), 'marked with the next code at the latest').to.equal(false);
    });
  }

  /** The application as it was, on the same sessions: the old code, where there is a secret, and a flag in the session. */
  async function startOld(): Promise<Panel> {
    return startPanel({
      bare: true,
      options: { passport: new Passport() }, // the package is not there
      session: { store: panel.sessionStore },
      users: panel.users,
      routes({ app }) {
        app.post('/old-code', express.json(), (req, res) => {
          const isRight = (req.body as { code?: unknown }).code === 'old';
          if (req.user && isRight) Object.assign(req.session, { secondFactor: true });
          res.sendStatus(isRight ? 200 : 401);
        });
        app.use('/me', (req, res, next) => {
          const { id } = (req.user ?? {}) as { id?: string };
          if (id === undefined || !old.oldSecrets.isInTable(id) || 'secondFactor' in req.session) next();
          else res.redirect('/old-code');
        });
      },
    });
  }

  /** Moves alice by her old code, and signs her in by both steps. */
  async function moved(): Promise<Client> {
    const alice = await loggedIn(panel);
    await alice.post('/old-code', { code: 'old' });
    panel.now += 60_000;
    await alice.post('/two-step/verify', { code: phoneWith(panel, SECRET).code() });
    expect(await alice.me()).to.equal('alice');
    return alice;
  }

  it('has processes of the old version ask for the old code, also of who has moved', async () => {
    await start();
    const oldPanel = await startOld();
    const before = await loggedIn(oldPanel);
    await before.post('/old-code', { code: 'old' });
    expect(await before.me(), 'not moved').to.equal('alice');
    const byPassword = await loggedIn(panel);
    const alice = await moved();
    for (const [who, client] of [
      ['a session by the password alone here', new Client(oldPanel, byPassword.cookies)],
      ['the password alone', await loggedIn(oldPanel)],
      ['a session by both steps here', new Client(oldPanel, alice.cookies)],
    ] as const) {
      const { location } = await client.get('/me');
      expect(location, who).to.equal('/old-code');
      expect((await client.post('/old-code', { code: 'wrong' })).status).to.equal(401);
      await client.post('/old-code', { code: 'old' });
      expect(await client.me(), who).to.equal('alice');
    }
    expect(await new Client(panel, before.cookies).me(), 'a session by the old code there').to.equal(null);
    expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
  });

  for (const by of ['their owner', 'an operator']) {
    it(`has neither version ask for an old secret again, once ${by} has disabled the second factor`, async () => {
      await start();
      const oldPanel = await startOld();
      const alice = await moved();
      const code = phoneWith(panel, SECRET).nextCode();
      if (by === 'an operator') await panel.secondFactor.admin.disable('alice', { by: 'support' });
      else expect((await alice.post('/two-step/disable', { code })).status).to.equal(200);
      expect(await (await loggedIn(panel)).me()).to.equal('alice');
      expect(await (await loggedIn(oldPanel)).me(), 'in the old version').to.equal('alice');
      expect((await (await loggedIn(panel)).post('/two-step/setup')).status).to.equal(200);
    });
  }

  it('keeps the old secret of who has not moved where an operator disables the second factor', async () => {
    await start();
    expect(await panel.secondFactor.admin.disable('alice', { by: 'support' })).to.equal(false);
    await attack();
    expect((await (await loggedIn(await startOld())).get('/me')).location).to.equal('/old-code');
  });

  describe('the import of all', () => {
    const names = ['alice', 'bob', 'carol'];
    const rows = names.map((accountId) => ({ accountId, secret: SECRET }));
    const keys = [randomBytes(32).toString('base64')];
    const [exitCode, { error }] = [process.exitCode, console];
    let blocked: string[];
    let printed: string;

    beforeEach(async () => {
      [blocked, printed] = [['bob'], ''];
      console.error = (text: string) => void (printed += text);
      const findUser = (id: string): User | null =>
        names.includes(id) && !blocked.includes(id) ? user(id) : null;
      panel = await startPanel({ users: names.map((name) => user(name)), options: { keys, findUser } });
    });
    afterEach(() => {
      [process.exitCode, console.error] = [exitCode, error];
    });

    /** What the login route answers to the password alone, once nobody is blocked any more. */
    async function passwordAlone(): Promise<unknown[]> {
      blocked = [];
      const answers = await Promise.all(names.map((name) => new Client(panel).login(name)));
      return answers.map(({ status, body }) => (body as { code?: string }).code ?? status);
    }

    it('goes on after an account that is blocked, lists it, and fails', async () => {
      await old.importOldSecrets(panel.secondFactor, rows);
      expect(printed).to.match(/NOT imported:\nbob: .*findUser/);
      expect(printed).to.not.match(/alice|carol/);
      expect(process.exitCode).to.equal(1);
      expect(await passwordAlone()).to.deep.equal(['code-required', 200, 'code-required']);
    });

    it('takes blocked accounts too with an instance that finds them', async () => {
      const { passport, store } = panel;
      const options = {
        passport,
        store,
        keys,
        issuer: 'Import',
        account: ({ id }: User) => ({ id, name: id, securityStamp: 1 }),
      };
      await old.importOldSecrets(createSecondFactor<User>({ ...options, findUser: (id) => user(id) }), rows);
      expect([printed, process.exitCode]).to.deep.equal(['', exitCode]);
      expect(await passwordAlone()).to.deep.equal(names.map(() => 'code-required'));
    });
  });

  it('asks nothing of users who never had one, and moves nobody who is not there', async () => {
    await start();
    const bob = await loggedIn(panel, 'bob');
    expect(await bob.me()).to.equal('bob');
    expect((await bob.post('/old-code', { code: 'old' })).headers.location).to.equal('/');
    expect((await new Client(panel).post('/old-code', { code: 'old' })).headers.location).to.equal('/');
    expect((await bob.post('/two-step/setup')).status).to.equal(200);
    expect(await panel.store.get('alice')).to.equal(null);
  });
});
