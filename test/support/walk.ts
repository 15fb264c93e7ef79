import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { dumpRedis, startRedis } from './redis-server.js';
import { makeSystemClock } from './system-clock.js';
import type { SystemClock } from './system-clock.js';
import { Visitor } from './visitor.js';
import type { Answer } from './client.js';
import { runConsole, startPanelProcess } from './example-process.js';
import type { Ended } from './example-process.js';

/** The levels of the seeded accounts; their passwords are `<login>-password`. */
export const LEVELS: Readonly<Record<string, string>> = {
  root: 'root',
  admin: 'admin',
  alice: 'user',
  bob: 'user',
};

/** The panel of `npm start` with a system clock that jumps, and what strangers do there. */
export interface Walk {
  readonly clock: SystemClock;
  readonly port: number;
  readonly databaseFile: string;
  /** All that Redis holds, as one text; `null` where there is none. */
  readonly redis: (() => Promise<string>) | null;
  /** The authenticator of each account that has one. */
  readonly phones: Map<string, TOTP>;
  /** What the panel printed. */
  output(): string;
  visitor(): Visitor;
  /** The code that a phone shows, some seconds from now. */
  code(login: string, seconds?: number): string;
  /** A code that was not used yet: the phone's owner waits for the next one. */
  nextCode(login: string): string;
  /** Sends login and password. */
  password(who: Visitor, login: string, typed?: string): Promise<Answer>;
  /** Signs in with whatever the account asks for. */
  signIn(login: string, typed?: string): Promise<Visitor>;
  /** Enables two-step authentication. */
  enable(who: Visitor, login: string): Promise<void>;
  /** Who is there, from who signed in on; empty when nobody is. */
  present(who: Visitor): Promise<string>;
  actAs(who: Visitor, account: string): Promise<Answer>;
  goBack(who: Visitor): Promise<Answer>;
  /** The console command, as an operator types it, on the same machine. */
  console(...args: string[]): Promise<Ended>;
  end(): Promise<void>;
}

/** Starts the panel as `npm start` does, on its own database or on a Redis server. */
export async function startWalk(withRedis: boolean): Promise<Walk> {
  const clock = makeSystemClock();
  const server = withRedis ? await startRedis() : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'walk-'));
  const databaseFile = join(folder, 'panel.db');
  const env = { ...clock.env, PANEL_DB: databaseFile, ...(server && { REDIS_URL: server.url }) };
  const panel = await startPanelProcess(env);
  const phones = new Map<string, TOTP>();

  const walk: Walk = {
    clock,
    port: panel.port,
    databaseFile,
    redis: server ? () => dumpRedis(server.url) : null,
    phones,
    output: panel.output,
    visitor: () => new Visitor(panel),
    code(login, seconds = 0) {
      const phone = phones.get(login);
      if (!phone) throw new Error(`${login} has no phone`);
      return phone.generate({ timestamp: clock.now() + seconds * 1000 });
    },
    nextCode(login) {
      clock.jump(30);
      return walk.code(login);
    },
    password: (who, login, typed = `${login}-password`) =>
      who.post('/login', { username: login, password: typed }),
    async signIn(login, typed) {
      const who = walk.visitor();
      const first = await walk.password(who, login, typed);
      if (first.status === 401) await who.post(String(first.body.verify), { code: walk.nextCode(login) });
      return who;
    },
    async enable(who, login) {
      const { body } = await who.post('/two-step/setup');
      phones.set(login, new TOTP({ secret: Secret.fromBase32(String(body.key)) }));
      const confirmed = await who.post('/two-step/setup/confirm', { code: walk.code(login) });
      expect(confirmed.body.recoveryCodes).to.be.an('array').with.length.above(0);
    },
    async present(who) {
      const { status, body } = await who.get('/api/me');
      if (status === 401) return '';
      expect(body.level).to.equal(LEVELS[String(body.user)]);
      return [...(body.actors as string[]), body.user as string].join(' > ');
    },
    actAs: (who, account) => who.post('/two-step/impersonation', { account }),
    goBack: (who) => who.post('/two-step/impersonation/leave'),
    console: (...args) => runConsole(env, ...args),
    async end() {
      await panel.stop();
      await server?.stop();
      clock.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return walk;
}
