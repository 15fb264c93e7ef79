import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { Policy, Store } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
import { BACKENDS } from '../adapters/sql-backends.js';
import { connectRedis, startRedis } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { KEYS, addKey, askedBy } from '../support/key-panel.js';
import { loggedIn, burst } from '../support/people.js';

/** Guesses of a stranger at once; each is a connection of its own. */
const STRANGERS = 60;
/** The wrong codes that bring the first wait. */
const FIRST_WAIT = 5;
const BY = { by: 'test' };

interface RunningStore {
  readonly store: Store;
  end(): Promise<unknown>;
}

const STORES: readonly { readonly name: string; start(): Promise<RunningStore> }[] = [
  {
    name: 'Redis',
    async start() {
      const server = await startRedis();
      const redis = connectRedis(server);
      return { store: redisStore(redis), end: () => redis.quit().then(() => server.stop()) };
    },
  },
  ...BACKENDS.map((backend) => ({
    name: backend.name,
    async start() {
      const running = await backend.start();
      const db = running.open();
      await createTotpTable(db);
      return { store: sqlStore(db), end: () => running.end() };
    },
  })),
];

for (const { name, start } of STORES) {
  describe(`session: what everybody asks for, on ${name}`, function () {
    let running: RunningStore;
    let panel: Panel;
    let policy: Policy;
    let login: string;
    let people = 0;

    before(async () => {
      running = await start();
    });
    after(() => running.end());

    beforeEach(async () => {
      policy = 'optional';
      login = `person ${++people}`; // the records of earlier tests stay where they are
      panel = await startPanel({
        store: running.store,
        users: [user(login)],
        options: {
          rememberBrowsers: { days: 30 },
          recentActivity: true,
          policy: () => policy,
          storeTimeoutMs: 60_000,
          webauthn: KEYS,
        },
      });
    });
    afterEach(stopPanels);

    const totpOf = (key: unknown): TOTP => new TOTP({ secret: Secret.fromBase32(String(key)) });
    const codeOf = (totp: TOTP): string => {
      panel.now += 30_000;
      return totp.generate({ timestamp: panel.now });
    };
    /** A code that is right at no moment near. */
    const wrongOf = (totp: TOTP): string => {
      const near = [-2, -1, 0, 1, 2].map((step) => totp.generate({ timestamp: panel.now + step * 30_000 }));
      return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
        (each) => !near.includes(each),
      )!;
    };
    const recordOf = (): Promise<string | null> => running.store.get(login);

    async function setUp(client: Client, wish: object = {}): Promise<{ totp: TOTP; body: Answer['body'] }> {
      const totp = totpOf((await client.post('/two-step/setup', wish)).body.key);
      const { body } = await client.post('/two-step/setup/confirm', { code: codeOf(totp) });
      expect(body).to.include({ state: 'verified' });
      return { totp, body };
    }

    async function enrolled(): Promise<{ client: Client; totp: TOTP; codes: string[] }> {
      const client = await loggedIn(panel, login);
      const { totp, body } = await setUp(client);
      return { client, totp, codes: body.recoveryCodes as string[] };
    }

    /** A client that typed the password. */
    async function waiting(client = new Client(panel)): Promise<Client> {
      await client.login(login);
      return client;
    }

    const verify = async (client: Client, code: string, rememberBrowser = false): Promise<unknown> => {
      const { body } = await client.post('/two-step/verify', { code, rememberBrowser });
      return body.code ?? body.state;
    };

    it('remembers a browser, lets it come back without a code, and forgets it', async () => {
      const { client, totp } = await enrolled();
      const browser = await waiting();
      expect(await verify(browser, codeOf(totp), true)).to.equal('verified');
      await browser.post('/logout');
      expect((await browser.login(login)).status).to.equal(200);
      expect((await browser.get('/two-step')).body).to.deep.include({ state: 'remembered', amr: ['pwd'] });

      const { browsers } = (await client.get('/two-step/browsers')).body as { browsers: { id: string }[] };
      expect(browsers).to.have.length(1);
      expect((await client.post('/two-step/browsers/revoke', { id: browsers[0]?.id })).status).to.equal(200);
      expect(await browser.me()).to.equal(null);
      expect((await browser.login(login)).body.code).to.equal('code-required');
    });

    it('lets only enroll who must, and refuses to disable then', async () => {
      policy = 'required';
      const client = new Client(panel);
      expect((await client.login(login)).body.code).to.equal('enrollment-required');
      expect((await client.get('/secret')).body.code).to.equal('enrollment-required');
      const { totp } = await setUp(client);
      expect((await client.get('/secret')).status).to.equal(200);
      const before = await recordOf();
      const refused = await client.post('/two-step/disable', { code: codeOf(totp) });
      expect(refused.body.code).to.equal('disable-refused');
      expect(await recordOf()).to.equal(before);
    });

    it('adds, removes and replaces authenticators', async () => {
      const { client, totp: first } = await enrolled();
      const { totp: second } = await setUp(client, { add: true, name: 'Tablet' });
      panel.now += 60_000;
      for (const totp of [first, second])
        expect(await verify(await waiting(), codeOf(totp))).to.equal('verified');
      const { authenticators } = (await client.get('/two-step')).body as { authenticators: { id: string }[] };
      const { id } = authenticators[0]!;
      expect((await client.post('/two-step/authenticators/remove', { id })).status).to.equal(200);
      panel.now += 60_000;
      expect(await verify(await waiting(), codeOf(first))).to.equal('code-invalid');
      const { totp: third } = await setUp(client);
      panel.now += 60_000;
      expect(await verify(await waiting(), codeOf(second))).to.equal('code-invalid');
      expect(await verify(await waiting(), codeOf(third))).to.equal('verified');
    });

    it('has keys beside an app or alone, each assertion of which counts once, from many at once too', async () => {
      const client = new Client(panel);
      await client.login(login);
      const key = await addKey(client);
      const spare = await addKey(client);
      const thieves = await burst(10, async () => {
        const thief = new Client(panel);
        return { thief, asked: askedBy(await thief.login(login)) };
      });
      const { asked } = thieves[0]!;
      const { cookie } = thieves[0]!.thief;
      const credential = key.get(asked);
      const answers = await Promise.all(
        thieves.map(({ thief }) => thief.post('/two-step/verify', { credential }, { cookie })),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      for (const { status } of answers) expect(status).to.be.oneOf([200, 401]);

      const owner = await loggedIn(panel, login);
      const proof = spare.get(askedBy(await owner.get('/two-step/verify')));
      expect((await owner.post('/two-step/verify', { credential: proof })).body).to.include({
        state: 'verified',
      });
      const { totp } = await setUp(owner, { add: true });
      expect(await verify(await waiting(), codeOf(totp))).to.equal('verified');
      for (const { id } of [key, spare]) {
        const removed = await owner.post('/two-step/security-keys/remove', { id });
        expect(removed.status, removed.text).to.equal(200);
      }
      expect((await new Client(panel).login(login)).body.methods).to.deep.equal(['otp', 'recovery-code']);
    });

    it('takes a secret over from elsewhere, once', async () => {
      const totp = new TOTP({ secret: new Secret({ size: 20 }) });
      const secret = totp.secret.base32;
      const imports = Array.from({ length: 5 }, () =>
        panel.secondFactor.admin.import(login, { secret, ...BY }),
      );
      expect((await Promise.all(imports)).filter(Boolean)).to.have.length(1);
      expect(await verify(await waiting(), totp.generate({ timestamp: panel.now }))).to.equal(
        'code-already-used',
      );
      panel.now += 30_000; // what could be read when it was imported is void, also by a phone that is ahead
      expect(await verify(await waiting(), codeOf(totp))).to.equal('verified');
    });

    it('takes each recovery code once, from many at once too, and none of an old set (E2)', async () => {
      const { totp, codes } = await enrolled();
      const thieves = await burst(10, () => waiting());
      const answers = await Promise.all(thieves.map((thief) => verify(thief, codes[0]!)));
      expect(answers.filter((answer) => answer === 'verified')).to.have.length(1);
      expect((await panel.secondFactor.status(login)).recoveryCodesLeft).to.equal(9);

      panel.now += 30_000; // what could be read when the recovery code was used is void
      const client = await waiting();
      await verify(client, codeOf(totp));
      const { body } = await client.post('/two-step/recovery-codes', { code: codeOf(totp) });
      const fresh = body.recoveryCodes as string[];
      expect(await verify(await waiting(), codes[1]!)).to.equal('code-invalid');
      expect(await verify(await waiting(), fresh[0]!)).to.equal('verified');
    });

    it('gives copies of a former device cookie, all at once, no budget beside that of the browser (B1)', async () => {
      const { totp } = await enrolled();
      const owner = await waiting();
      await verify(owner, codeOf(totp));
      const former = /second-factor-[^;]+/.exec(owner.cookie)![0];
      await owner.post('/logout');
      expect(await verify(await waiting(owner), codeOf(totp))).to.equal('verified');
      await owner.post('/logout');

      const { cookie } = await waiting();
      const guesses = Array.from({ length: STRANGERS }, () =>
        new Client(panel).post(
          '/two-step/verify',
          { code: wrongOf(totp) },
          { cookie: `${cookie}; ${former}` },
        ),
      );
      const told = (await Promise.all(guesses)).map(({ body }) => body.code as unknown);
      expect(told.filter((each) => each === 'code-invalid')).to.have.length(FIRST_WAIT);
      expect(await verify(await waiting(owner), totp.generate({ timestamp: panel.now }))).to.equal('locked');
      expect((await panel.secondFactor.status(login)).failures).to.equal(0);
    });

    it('tells a burst of strangers five outcomes, and lets the owner in beside it on their own browser (B1, B7)', async () => {
      const { totp } = await enrolled();
      const owner = await waiting();
      await verify(owner, codeOf(totp));
      await owner.post('/logout');
      await waiting(owner);
      panel.now += 30_000;
      const right = totp.generate({ timestamp: panel.now });
      const code = wrongOf(totp);

      const stranger = await waiting();
      const { cookie } = stranger;
      const guesses = Array.from({ length: STRANGERS }, () =>
        new Client(panel).post('/two-step/verify', { code }, { cookie }),
      );
      const [owners, ...strangers] = await Promise.all([verify(owner, right), ...guesses]);
      expect(owners).to.equal('verified');
      const told = strangers.map(({ body }) => body.code as unknown);
      expect(told.filter((each) => each === 'code-invalid')).to.have.length(FIRST_WAIT);
      expect(new Set(told)).to.deep.equal(new Set(['code-invalid', 'locked']));
      expect((await panel.secondFactor.status(login)).failures).to.equal(FIRST_WAIT);
      panel.now += 30_000;
      const next = totp.generate({ timestamp: panel.now });
      panel.now -= 30_000;
      expect(await verify(await waiting(), next)).to.equal('locked');
    });
  });
}
