import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { compiled } from '../support/compiled.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';

/** What an application makes of the store of the page. */
const CONFIG = `
import passport from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import { store } from './stores-node-redis.js';
export default createSecondFactor<string>({
  passport,
  issuer: 'Acme Panel',
  account: (id) => ({ id, name: id }),
  findUser: (id) => id,
  store,
  keys: ['${randomBytes(32).toString('base64')}'],
});`;

describe('docs/stores.md: node-redis', () => {
  let redis: RedisServer;
  let folder: ProgramFolder;

  before(async () => {
    redis = await startRedis();
    folder = programOf('docs/stores.md', { 'second-factor.config.ts': CONFIG });
  });
  after(async () => {
    folder.remove();
    await redis.stop();
  });

  async function check(): Promise<{ code: unknown; out: string; err: string }> {
    const child = spawn(process.execPath, [compiled('lib/cli/bin.ts'), 'check', '--json'], {
      cwd: folder.compile(),
      env: { ...process.env, REDIS_URL: redis.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((done) => child.on('close', done));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, err };
  }

  it('has the nightly check say why when Redis is down, and read the records when it is there', async () => {
    const up = await check();
    expect(JSON.parse(up.out)).to.deep.include({ records: { firstKey: 0, oldKey: 0, unreadable: 0 } });
    await redis.kill();
    const { code, out, err } = await check();
    expect(err).to.match(/^second-factor: .*the Redis client has no connection, .*ECONNREFUSED/m);
    expect({ code, out }).to.deep.equal({ code: 3, out: '' });
  });
});
