import { expect } from 'chai';
import { Redis } from 'ioredis';
import Libsql from 'libsql';
import { Secret, TOTP } from 'otpauth';
import { startExamplePanel } from '../../support/panel-process.js';
import type { Phone, RunningPanel } from '../../support/panel-process.js';
import { sharedRedis } from '../../support/redis-server.js';
import type { RedisServer } from '../../support/redis-server.js';
import { Client } from '../../support/client.js';
import type { Answer } from '../../support/client.js';

/** The example panel under attack, and what lies in its stores. */
export interface Target extends RunningPanel {
  /** The panel's own database. */
  readonly database: Libsql.Database;
  /** Sessions and records; `null` where there is no Redis. */
  readonly redis: Redis | null;
  /** An account with a second factor: a jar that gave both steps, and the phone. */
  enrolled(login: string): Promise<{ jar: Client; phone: Phone }>;
  /** A jar that gave the password of an account with a second factor, and no code. */
  pending(login: string, password?: string): Promise<Client>;
  /** What the store holds of an account, sealed; `null`: no second factor. */
  record(account: string): Promise<string | null>;
  /** Puts something else there; `null` deletes it. */
  setRecord(account: string, sealed: string | null): Promise<void>;
  /** The events since the last reset, as `name` or `name:reason`. */
  told(): string[];
}

/** Runs tests against the example panel, on SQLite and on Redis; every test begins with nobody enrolled. */
export function onEachStore(tests: (target: () => Target) => void): void {
  for (const store of ['SQLite', 'Redis'] as const) {
    describe(`on ${store}`, () => {
      let server: RedisServer | undefined;
      let target: Target;

      before(async () => {
        server = store === 'Redis' ? await sharedRedis() : undefined;
        target = await open(server);
      });
      beforeEach(() => target.reset());
      after(async () => {
        target.database.close();
        target.redis?.disconnect();
        await target.end();
      });
      tests(() => target);
    });
  }
}

async function open(server: RedisServer | undefined): Promise<Target> {
  const panel = await startExamplePanel(server?.url);
  const database = new Libsql(panel.databaseFile, { timeout: 2000 });
  const redis = server ? new Redis(server.url) : null;
  const keyOf = (account: string): string => `second-factor:${account}`;
  const target: Target = {
    ...panel,
    database,
    redis,
    async enrolled(login) {
      const jar = await panel.signedIn(login);
      return { jar, phone: await panel.enroll(jar) };
    },
    async pending(login, password) {
      const jar = new Client(panel);
      const { body } = await jar.login(login, password);
      expect(body.code).to.equal('code-required');
      return jar;
    },
    async record(account) {
      if (redis) return redis.get(keyOf(account));
      const row = database.prepare('select sealed from totp where account = ?').get(account);
      return (row as { sealed: string } | undefined)?.sealed ?? null;
    },
    async setRecord(account, sealed) {
      if (redis) await (sealed === null ? redis.del(keyOf(account)) : redis.set(keyOf(account), sealed));
      else if (sealed === null) database.prepare('delete from totp where account = ?').run(account);
      else database.prepare('update totp set sealed = ? where account = ?').run(sealed, account);
    },
    told: () =>
      panel.log.map((line) => {
        const { name, reason } = JSON.parse(line) as { name: string; reason?: string };
        return reason === undefined ? name : `${name}:${reason}`;
      }),
  };
  return target;
}

/** Nobody is in with these cookies. */
export async function isOut(jar: Client): Promise<void> {
  for (const path of ['/api/secret', '/api/me', '/api/danger']) {
    const { status, text } = await jar.get(path);
    expect(status, path).to.equal(401);
    expect(text, path).not.to.contain('"user"').and.not.to.contain('Only with');
  }
}

/** The code form, sent. */
export function verify(jar: Client, code: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return jar.post('/two-step/verify', { code }, headers);
}

/** Codes of six digits that a phone shows within no step near now. */
export function wrongCodes({ now }: RunningPanel, { key }: Phone, count: number): string[] {
  const totp = new TOTP({ secret: Secret.fromBase32(key) });
  const near = Array.from({ length: 31 }, (_, step) =>
    totp.generate({ timestamp: now() + (step - 15) * 30_000 }),
  );
  const some = Array.from({ length: count + near.length }, (_, place) => String(100_000 + place));
  return some.filter((code) => !near.includes(code)).slice(0, count);
}

/** A code of the phone, some time steps from now. */
export function codeAt(
  { now }: Pick<RunningPanel, 'now'>,
  { key }: Pick<Phone, 'key'>,
  steps: number,
): string {
  const totp = new TOTP({ secret: Secret.fromBase32(key) });
  return totp.generate({ timestamp: now() + steps * 30_000 });
}
