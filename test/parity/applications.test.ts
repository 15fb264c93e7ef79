import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { phoneOf } from '../support/doc-program.js';
import { startProvider } from './provider.js';
import type { Provider } from './provider.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';

const MAXIMUM_NEW_LINES = 15;
const NEW_BLOCK = /^\/\/ <new>\n([\s\S]*?)^\/\/ <\/new>\n/gm;
const NEW_LINE = /^.*\/\/ new$\n/gm;
const NAVIGATES = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' };
const root = resolve(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'applications');
const require = createRequire(import.meta.url);

/** A public kind of application, and what its users do. */
interface Application {
  readonly name: string;
  /** A page that only somebody who is signed in sees, and a word of it. */
  readonly home: string;
  readonly word: string;
  register(user: User): Promise<unknown>;
  signIn(user: User, password?: string): Promise<Answer>;
  signOut(user: User): Promise<unknown>;
}

/** A browser of somebody; a program where the application talks JSON. Tells what it was answered. */
class User {
  readonly answers: unknown[] = [];
  readonly #client: Client;
  readonly #html: boolean;
  #token = '';

  constructor(port: number, html: boolean) {
    this.#client = new Client({ port });
    this.#html = html;
  }

  get cookie(): string {
    return this.#client.cookie;
  }

  async open(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#seen(await this.#client.get(path, { ...(this.#html && NAVIGATES), ...headers }));
  }

  async send(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    const body = this.#html ? new URLSearchParams({ ...fields, _csrf: this.#token }) : fields;
    return this.#seen(await this.#client.post(path, body, this.#html ? NAVIGATES : {}));
  }

  #seen(answer: Answer): Answer {
    this.#token = /name="_csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? this.#token;
    const { status, headers, text } = answer;
    const cookies = headers['set-cookie']?.map((line) =>
      line.replace(/^([^=]+)=[^;]+/, '$1=…').replace(/Expires=[^;]+/, 'Expires=…'),
    );
    const words = text
      .replace(/value="[0-9a-f]+"/g, 'value="…"')
      .replace(/<br> &nbsp; &nbsp;at .*?<\/pre>/s, '');
    this.answers.push({ status, location: headers.location, type: headers['content-type'], cookies, words });
    return answer;
  }
}

const APPLICATIONS: readonly Application[] = [
  {
    name: 'todos',
    home: '/',
    word: "'s todos",
    async register(user) {
      await user.open('/login');
      return user.send('/signup', { username: 'alice', password: 'right' });
    },
    async signIn(user, password = 'right') {
      await user.open('/login');
      return user.send('/login/password', { username: 'alice', password });
    },
    async signOut(user) {
      await user.open('/');
      return user.send('/logout');
    },
  },
  {
    name: 'notes',
    home: '/dashboard',
    word: 'Welcome alice',
    async register(user) {
      await user.send('/users/register', { email: 'alice@notes.example', password: 'right' });
      await user.open('/users/login');
      return this.signIn(user);
    },
    async signIn(user, password = 'right') {
      const answer = await user.send('/users/login', { email: 'alice@notes.example', password });
      if (answer.headers.location === '/users/login') await user.open('/users/login');
      return answer;
    },
    signOut: (user) => user.open('/users/logout'),
  },
  {
    name: 'shop',
    home: '/api/me',
    word: '"user":"alice"',
    register: (user) => user.send('/auth/register', { username: 'alice', password: 'right' }),
    signIn: (user, password = 'right') => user.send('/auth/login', { username: 'alice', password }),
    signOut: (user) => user.send('/auth/logout'),
  },
];

describe('applications of public kinds', () => {
  let provider: Provider;
  let scratch: string;
  const running: Server[] = [];

  before(async () => {
    provider = await startProvider();
    mkdirSync(join(root, '.tmp'), { recursive: true });
    scratch = mkdtempSync(join(root, '.tmp/applications-'));
    copyFileSync(join(folder, 'document-store.cjs'), join(scratch, 'document-store.cjs'));
    process.env.SECOND_FACTOR_KEY = randomBytes(32).toString('base64');
    process.env.GOOGLE = provider.url;
  });
  after(() => {
    delete process.env.SECOND_FACTOR_KEY;
    delete process.env.GOOGLE;
    provider.stop();
    rmSync(scratch, { recursive: true, force: true });
  });
  afterEach(() => {
    for (const server of running.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A new run of an application; every look at it begins with no users. */
  async function start(name: string, edit = (code: string) => code): Promise<(html?: boolean) => User> {
    const file = join(scratch, `${name}-${randomBytes(4).toString('hex')}.cjs`);
    writeFileSync(file, edit(codeOf(name)));
    const server = createServer((require(file) as { app: RequestListener }).app);
    running.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return (html = name !== 'shop') => new User(port, html);
  }

  for (const application of APPLICATIONS) {
    const { name, home, word } = application;

    describe(name, () => {
      it(`takes at most ${String(MAXIMUM_NEW_LINES)} new lines`, () => {
        const code = codeOf(name);
        const blocks = [...code.matchAll(NEW_BLOCK)].flatMap(([, lines = '']) => lines.trim().split('\n'));
        const lines = code.match(NEW_LINE) ?? [];
        expect(withoutNew(code)).not.to.match(/second.?factor|two-step/i);
        expect(blocks.length + lines.length).to.be.within(1, MAXIMUM_NEW_LINES);
      });

      it('answers an account without a second factor as it does without the package', async () => {
        const told: unknown[][] = [];
        for (const edit of [withoutNew, (code: string) => code]) {
          const newUser = await start(name, edit);
          const user = newUser();
          await application.register(user);
          await user.open(home);
          await application.signOut(user);
          await user.open(home);
          await application.signIn(user, 'wrong');
          await application.signIn(user);
          await user.open(home);
          await user.open(home, { cookie: 'connect.sid=s%3Anobody.knows' });
          await application.signOut(user);
          await application.signOut(user);
          await user.open(home);
          told.push(user.answers);
        }
        expect(told[1]).to.deep.equal(told[0]);
        expect(JSON.stringify(told[0])).to.contain(JSON.stringify(word).slice(1, -1));
      });

      it('asks an account with a second factor for the code, and lets nobody in before', async () => {
        const newUser = await start(name);
        const first = newUser();
        await application.register(first);
        const phone = await enable(first);
        expect((await first.open(home)).text).to.contain(word);
        await application.signOut(first);
        expect((await first.open(home)).text).not.to.contain(word);

        const second = newUser();
        const parked = await application.signIn(second);
        expect(parked.headers.location ?? parked.body.verify).to.equal('/two-step/verify');
        expect((await second.open(home)).text).not.to.contain(word);
        await second.open('/two-step/verify');
        const wrong = await second.send('/two-step/verify', { code: phone.first });
        expect(wrong.status).to.equal(401);
        const right = await second.send('/two-step/verify', { code: phone.next() });
        expect(right.status).to.be.oneOf([200, 303]);
        expect((await second.open(home)).text).to.contain(word);

        const { cookie } = second;
        await application.signOut(second);
        expect((await second.open(home, { cookie })).text).not.to.contain(word);
      });
    });
  }

  it('keeps flash messages on the way (notes)', async () => {
    const newUser = await start('notes');
    const user = newUser();
    await user.open('/dashboard');
    expect((await user.open('/users/login')).text).to.contain('Please log in to view that resource');
    await APPLICATIONS[1]?.signIn(user, 'wrong');
    expect(JSON.stringify(user.answers.at(-1))).to.contain('That email is not registered');
  });

  it('asks for the code after Google as well, where an account has no password (shop)', async () => {
    const newUser = await start('shop');
    const byGoogle = async (user: User): Promise<Answer> => {
      const sent = await user.open('/auth/google');
      const back = await fetch(sent.headers.location ?? '', { redirect: 'manual' });
      const { pathname, search } = new URL(back.headers.get('location') ?? '');
      return user.open(pathname + search);
    };
    const first = newUser(true);
    expect((await byGoogle(first)).headers.location).to.equal('/app');
    expect((await first.open('/api/me')).text).to.equal('{"user":"gwen"}');
    const phone = await enable(first);

    const second = newUser(true);
    expect((await byGoogle(second)).headers.location).to.equal('/two-step/verify');
    expect((await second.open('/api/me')).status).to.equal(401);
    expect((await second.send('/two-step/verify', { code: phone.next() })).headers.location).to.equal('/app');
    expect((await second.open('/api/me')).text).to.equal('{"user":"gwen"}');
  });
});

const codeOf = (name: string): string => readFileSync(join(folder, `${name}.cjs`), 'utf8');
const withoutNew = (code: string): string => code.replace(NEW_BLOCK, '').replace(NEW_LINE, '');

/** Enables the second factor on the pages or by JSON; the phone's first code is spent. */
async function enable(user: User): Promise<ReturnType<typeof phoneOf>> {
  await user.open('/two-step');
  await user.send('/two-step/setup');
  const { body, text } = await user.open('/two-step/setup');
  const key = typeof body.key === 'string' ? body.key : /[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}/.exec(text)?.[0];
  const phone = phoneOf(String(key));
  await user.send('/two-step/setup/confirm', { code: phone.first });
  return phone;
}
