import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { RunningProgram } from '../support/program.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { DATABASE, DATABASE_COMMONJS } from './panel-database.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { User } from '../support/panel.js';

const PAGE = 'docs/add-to-an-app.md';
const COMMONJS = { page: 'docs/commonjs.md', file: 'app.cjs' };
const HTML = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' };
const withoutNewLines = (code: string): string => code.replace(/^.*\/\/ new\b.*$/gm, '');
const onExpress4 = (code: string): string => code.replace("from 'express';", "from 'express4';");

describe('docs/add-to-an-app.md', function () {
  this.timeout(120_000); // starts the application several times

  let redis: RedisServer;
  let folder: ProgramFolder | undefined;
  let app: RunningProgram | undefined;

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  afterEach(async () => {
    await app?.stop();
    folder?.remove();
    const client = new Redis(redis.port);
    await client.flushall();
    client.disconnect();
  });

  async function startApp(
    edit?: (code: string) => string,
    { page, file } = { page: PAGE, file: 'app.ts' },
  ): Promise<Browser> {
    folder = programOf(page, { 'database.ts': DATABASE, 'database.cjs': DATABASE_COMMONJS }, edit);
    const key = randomBytes(32).toString('base64');
    const env = { REDIS_URL: redis.url, SECOND_FACTOR_KEY: key, SESSION_SECRET: 'for tests' };
    app = await folder.start(file, env);
    return new Browser(app.port);
  }

  it('begins with an application that signs in with the password and guards its forms', async () => {
    const browser = await startApp(withoutNewLines);
    expect((await browser.signIn()).headers.location).to.equal('/');
    expect((await browser.open('/')).text).to.contain('Hello alice');
    expect((await browser.open('/backups')).text).to.equal('All backups');
    expect((await browser.submit('/logout', {}, 'forged')).status).to.equal(403);
    expect((await browser.open('/two-step')).status).to.equal(404);
  });

  it('tells who compares ids that are numbers with the string what to write', async () => {
    const account = ({ login }: User) => ({ id: 7, name: login });
    for (const [findUser, status] of [
      [(id: unknown) => (id === 7 ? user('alice') : null), 401],
      [(id: string) => (Number(id) === 7 ? user('alice') : null), 200],
    ] as const) {
      const panel = await startPanel({ options: { account, findUser } });
      expect((await new Client(panel).login('alice')).status).to.equal(status);
      if (status === 401) expect((panel.errors[0] as Error).message).to.contain('accountId is a string');
    }
    await stopPanels();
  });

  it('keeps sessions from before the deployment, and asks for the password before a set-up', async () => {
    const before = await startApp(withoutNewLines);
    await before.signIn();
    const { cookie } = before;
    await app?.stop();
    folder?.remove();

    const after = await startApp();
    expect((await after.open('/', { cookie })).text).to.contain('Hello alice');
    await after.open('/two-step', { cookie });
    expect((await after.submit('/two-step/setup', {}, undefined, { cookie })).headers.location).to.equal(
      '/login',
    );
    expect((await after.signIn()).status).to.equal(302);
    await after.open('/two-step');
    expect((await after.submit('/two-step/setup')).headers.location).to.equal('/two-step/setup');
  });

  for (const [name, edit, program] of [
    ['Express 5', (code: string) => code, undefined],
    ['Express 4', onExpress4, undefined],
    ['Express 5 in CommonJS', (code: string) => code, COMMONJS],
  ] as const) {
    it(`ends with one that enables, asks for the code, and disables, on ${name}`, async () => {
      const browser = await startApp(edit, program);
      expect((await browser.signIn()).headers.location).to.equal('/');
      expect((await browser.open('/backups')).headers.location).to.equal('/two-step');

      expect((await browser.open('/settings')).text).to.contain('href="/two-step"');
      await browser.open('/two-step');
      expect((await browser.submit('/two-step/setup', {}, 'forged')).status).to.equal(403);
      expect((await browser.submit('/two-step/setup')).headers.location).to.equal('/two-step/setup');
      const phone = phoneOf(keyOn((await browser.open('/two-step/setup')).text));
      const { text } = await browser.submit('/two-step/setup/confirm', { code: phone.first });
      const [, recoveryCode = ''] = /<li>(?:<code>)?([A-Z0-9-]{20,})/.exec(text) ?? [];
      expect(recoveryCode).to.match(/-/);
      expect((await browser.open('/backups')).text).to.equal('All backups');

      const second = new Browser(app!.port);
      expect((await second.signIn()).headers.location).to.equal('/two-step/verify');
      expect((await second.open('/')).headers.location).to.equal('/login');
      await second.open('/two-step/verify');
      expect((await second.submit('/two-step/verify', { code: phone.first })).status).to.equal(401);
      expect((await second.submit('/two-step/verify', { code: phone.next() })).headers.location).to.equal(
        '/',
      );
      expect((await second.open('/')).text).to.contain('Hello alice');

      await second.open('/settings');
      expect((await second.submit('/settings/password', { password: 'changed' })).headers.location).to.equal(
        '/settings',
      );
      expect((await second.open('/backups')).text).to.equal('All backups');
      expect((await browser.open('/')).headers.location).to.equal('/login');

      await second.open('/two-step');
      expect((await second.submit('/two-step/disable', { code: recoveryCode })).status).to.equal(303);
      expect((await new Browser(app!.port).signIn('changed')).headers.location).to.equal('/');
    });
  }
});

function keyOn(page: string): string {
  const [, key = ''] = /([A-Z2-7]{4}(?: [A-Z2-7]{4}){7}|[A-Z2-7]{32})/.exec(page) ?? [];
  return key;
}

/** A browser that remembers the CSRF token of the page it saw last. */
class Browser {
  readonly #client: Client;
  #token = '';

  constructor(port: number) {
    this.#client = new Client({ port });
  }

  get cookie(): string {
    return this.#client.cookie;
  }

  async open(path: string, headers = {}): Promise<Answer> {
    return this.#seen(await this.#client.get(path, { ...HTML, ...headers }));
  }

  async submit(path: string, fields = {}, token = this.#token, headers = {}): Promise<Answer> {
    const form = new URLSearchParams({ ...fields, _csrf: token });
    return this.#seen(await this.#client.post(path, form, { ...HTML, ...headers }));
  }

  async signIn(password = 'password'): Promise<Answer> {
    await this.open('/login');
    return this.submit('/login', { username: 'alice', password });
  }

  #seen(answer: Answer): Answer {
    this.#token = /name="_csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? this.#token;
    return answer;
  }
}
