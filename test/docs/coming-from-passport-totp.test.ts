import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { Secret } from 'otpauth';
import { Client } from '../support/client.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { phoneWith } from '../support/people.js';
import type { RunningProgram } from '../support/program.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { makeSystemClock } from '../support/system-clock.js';
import type { SystemClock } from '../support/system-clock.js';
import { DATABASE_COMMONJS } from './panel-database.js';

/** A key as passport-totp takes it: text whose bytes are the secret. */
const KEY = 'twenty random bytes.';
/** Alice has a key, and so have the users of MORE_KEYS. */
const TABLES = `${DATABASE_COMMONJS}
for (const [id, login] of [['2', 'bob'], ['3', 'carol'], ['4', 'dave']]) {
  table.set(id, { id, login, password: 'password', passwordChangedAt: new Date(1) });
}
const mayNot = (id) => id === process.env.BLOCKED;
users.byIdEvenIfBlocked = users.byId;
users.byId = async (id) => (mayNot(id) ? null : users.byIdEvenIfBlocked(id));
const keys = new Map([['1', { key: process.env.ALICE_KEY ?? '${KEY}', period: 30 }]]);
const more = process.env.MORE_KEYS?.split(',') ?? [];
for (const id of more) keys.set(id, { key: id === 'empty' ? null : '${KEY}', period: 30 });
exports.totpKeys = {
  of: async (id) => keys.get(id),
  all: async () => [...keys].map(([userId, row]) => ({ userId, ...row })),
};
`;

describe('docs/coming-from-passport-totp.md', () => {
  let redis: RedisServer;
  let folder: ProgramFolder;
  let running: RunningProgram | undefined;
  let clock: SystemClock;
  let env: Record<string, string>;

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  beforeEach(() => {
    folder = programOf('docs/coming-from-passport-totp.md', { 'database.cjs': TABLES });
    const key = randomBytes(32).toString('base64');
    clock = makeSystemClock();
    env = { ...clock.env, REDIS_URL: redis.url, SECOND_FACTOR_KEY: key, SESSION_SECRET: 'for tests' };
  });
  afterEach(async () => {
    await running?.stop('SIGKILL');
    folder.remove();
    clock.remove();
    const client = new Redis(redis.port);
    await client.flushall();
    client.disconnect();
  });

  /** Ends the program that runs, and starts another one in its place. */
  async function deploy(file: string): Promise<RunningProgram> {
    await running?.stop('SIGKILL');
    running = await folder.start(file, env);
    return running;
  }

  /** What it printed; rejects where the exit code is not 0. */
  async function importKeys(more: Record<string, string> = {}): Promise<string> {
    const options = { env: { ...process.env, ...env, ...more } };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(folder.compile(), 'import-keys.cjs')],
      options,
    );
    return stdout.trim();
  }

  /** Where the password alone leads, for each of them. */
  async function passwordAlone(...logins: string[]): Promise<unknown[]> {
    const program = await deploy('after.cjs');
    const answers = await Promise.all(logins.map((login) => signIn(login, program)));
    return answers.map(([, location]) => location);
  }

  /** A browser after the password, and where it was sent. */
  async function signIn(login: string, program: RunningProgram): Promise<[Client, string | undefined]> {
    const client = new Client(program);
    return [client, (await client.submit('/login', { username: login, password: 'password' })).location];
  }

  /** What the phone shows at this moment. */
  const code = (): string => phoneWith({ now: clock.now() }, Secret.fromUTF8(KEY).base32).code();
  const home = async (client: Client): Promise<string> => {
    const { text, location } = await client.open('/');
    return location ?? text;
  };

  it('begins with an application that works with passport-totp', async () => {
    const program = await deploy('before.cjs');
    const [alice, location] = await signIn('alice', program);
    expect(location).to.equal('/login-otp');
    expect(await home(alice)).to.equal('/login-otp');
    expect((await alice.submit('/login-otp', { code: 'wrong' })).location).to.equal('/login-otp');
    expect((await alice.submit('/login-otp', { code: code() })).location).to.equal('/');
    expect(await home(alice)).to.equal('Hello alice');
    const [bob] = await signIn('bob', program);
    expect(await home(bob)).to.equal('Hello bob');
  });

  it('takes the same phone after the import, and asks nobody to enroll again', async () => {
    const former = await deploy('before.cjs');
    const [alice] = await signIn('alice', former);
    const [bob] = await signIn('bob', former);
    const used = code();
    await alice.submit('/login-otp', { code: used });
    expect(await importKeys()).to.equal('1 imported');
    expect(await importKeys()).to.equal('1 was there already');
    expect(await home(alice), 'the old application goes on').to.equal('Hello alice');

    const program = await deploy('after.cjs');
    const bobAgain = new Client(program, bob.cookies);
    expect(await home(bobAgain)).to.equal('Hello bob');
    const again = new Client(program, alice.cookies);
    expect(await home(again), 'signed in before').to.equal('/login');
    expect((await again.submit('/two-step/verify', { code: used })).status, 'used before').to.equal(401);
    clock.jump(90);
    expect((await again.submit('/two-step/verify', { code: code() })).location).to.equal('/');
    expect(await home(again)).to.equal('Hello alice');

    const [other, location] = await signIn('alice', program);
    expect(location).to.equal('/two-step/verify');
    expect((await other.open('/login-otp')).location).to.equal('/two-step/verify');
    expect(await home(other), 'nobody before the code').to.equal('/login');
    clock.jump(30);
    expect((await other.submit('/two-step/code', { code: 'wrong' })).location).to.equal('/two-step/verify');
    expect((await other.submit('/two-step/code', { code: code() })).location).to.equal('/');
    expect(await home(other)).to.equal('Hello alice');
    const [, withoutFactor] = await signIn('bob', program);
    expect(withoutFactor).to.equal('/');

    const back = await deploy('before.cjs');
    expect(await home(new Client(back, bobAgain.cookies)), 'back in the old application').to.equal(
      'Hello bob',
    );
    expect(await home(new Client(back, other.cookies))).to.equal('/login-otp');
  });

  it('refuses a key that is too short until it is told to take it', async () => {
    const refused = await importKeys({ ALICE_KEY: 'ten chars.' }).catch((error: unknown) => String(error));
    expect(refused).to.contain('dangerouslyAllowShortSecret');
  });

  it('imports the key of a blocked user too, who needs a code once unblocked', async () => {
    const lines = (await importKeys({ BLOCKED: '3', MORE_KEYS: '3,4' })).split('\n');
    expect(lines).to.deep.equal(['1 imported', '3 imported', '4 imported']);
    const asked = '/two-step/verify';
    expect(await passwordAlone('carol', 'dave', 'bob')).to.deep.equal([asked, asked, '/']);
  });

  it('goes on after an account that cannot be imported, lists it, and fails', async () => {
    const failed: unknown = await importKeys({ MORE_KEYS: 'deleted,empty,4' }).catch(
      (error: unknown) => error,
    );
    expect(failed).to.include({ code: 1, stdout: '1 imported\n4 imported\n' });
    expect(failed)
      .to.have.property('stderr')
      .that.matches(/NOT imported:\ndeleted: .*findUser.*\nempty: TypeError.*\n$/);
    expect(await passwordAlone('dave')).to.deep.equal(['/two-step/verify']);
  });
});
