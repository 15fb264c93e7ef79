import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { createPanel } from '../../example/panel/app.js';
import type { Act, Door } from './command.js';
import type { Seen } from './see.js';
import type { Made } from './world.js';
import type { Answer } from '../support/client.js';
import { Client, connectionsTo } from '../support/client.js';

/** scrypt's least: the histories sign in thousands of times. */
const PASSWORD_COST = 2;
const OPERATOR = { by: 'operator' };

/** What came of a command. */
export interface Came {
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  readonly made: Made;
}

/** Longer than any answer takes. */
const PATIENCE_MILLISECONDS = 60_000;

/** The example panel on a real socket, with several browsers before it and a clock that stands still. */
export interface DrivenPanel {
  /** Milliseconds since 1970. */
  now: number;
  /** The panel as it is seeded, and so many empty browsers. */
  reset(jars: number): void;
  do(act: Act): Promise<Came>;
  look(jar: number): Promise<Seen>;
  copy(from: number, to: number): void;
  clear(jar: number): void;
  close(): Promise<void>;
}

/** Starts it; users may remember browsers for thirty days. */
export async function startDrivenPanel(now: number): Promise<DrivenPanel> {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  const databaseFile = join(folder, 'panel.db');
  const { app, secondFactor, close } = await createPanel({
    databaseFile,
    passwordCost: PASSWORD_COST,
    clock: () => panel.now,
    env: { PANEL_REMEMBER_BROWSERS: '30' },
    log: () => undefined,
    mail: () => undefined,
    storeTimeoutMs: PATIENCE_MILLISECONDS,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const table = new Libsql(databaseFile, { timeout: PATIENCE_MILLISECONDS });
  table.exec('create table model_seed as select * from users');
  const place = { port, connections: connectionsTo(server) };
  let browsers: Client[] = [];
  const seen = new Map<Client, string[]>();

  const browser = (jar: number): Client => {
    const found = browsers[jar];
    if (!found) throw new Error(`there is no jar ${String(jar)}`);
    return found;
  };
  const panel: DrivenPanel = {
    now,
    reset(jars) {
      table.exec('delete from totp; delete from users; insert into users select * from model_seed;');
      browsers = Array.from({ length: jars }, () => new Client(place));
    },
    async do(act) {
      if ('jar' in act) return request(browser(act.jar), act, seen.get(browser(act.jar)) ?? []);
      const { account } = act;
      if (act.do === 'disable') await secondFactor.admin.disable(account, OPERATOR);
      else if (act.do === 'unlock') await secondFactor.admin.unlock(account, OPERATOR);
      else if (act.do === 'operator-revokes') await secondFactor.admin.revokeBrowsers(account, OPERATOR);
      else if (act.do === 'level')
        table
          .prepare('update users set level = ? where id in (?, ?)')
          .run(act.level, account, away(account)[0]);
      else if (act.do === 'delete')
        table.prepare('update users set id = ?, login = ? where id = ?').run(...away(account), account);
      else
        table
          .prepare('update users set id = ?, login = ? where id = ?')
          .run(account, account, away(account)[0]);
      return { outcome: 'ok', made: {} };
    },
    async look(jar) {
      const from = browser(jar);
      const { body } = await from.get('/two-step');
      const [me, secret, danger] = await Promise.all(
        ['/api/me', '/api/secret', '/api/danger'].map((path) => from.get(path)),
      );
      seen.set(
        from,
        ((body.authenticators ?? []) as { id: string }[]).map(({ id }) => id),
      );
      return {
        state: String(body.state),
        enrolled: body.enrolled as boolean | undefined,
        amr: (body.amr as string[] | undefined)?.join(),
        actors: (body.actors as { id: string }[] | undefined)?.map(({ id }) => id).join(),
        recoveryCodesLeft: body.recoveryCodesLeft as number | undefined,
        phones: (body.authenticators as unknown[] | undefined)?.length,
        me:
          me?.status === 200
            ? [...(me.body.actors as string[]), me.body.user as string].join(' > ')
            : outcomeOf(me),
        secret: outcomeOf(secret),
        danger: outcomeOf(danger),
      };
    },
    copy: (from, to) => {
      const copied = browser(from).copy();
      browsers[to] = copied;
      seen.set(copied, seen.get(browser(from)) ?? []);
    },
    clear: (jar) => {
      browsers[jar] = new Client(place);
    },
    async close() {
      table.close();
      server.closeAllConnections();
      server.close();
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return panel;
}

/** Where a deleted row waits to be restored. */
function away(account: string): [string, string] {
  return [`deleted:${account}`, `deleted:${account}`];
}

async function request(
  jar: Client,
  act: Extract<Act, { jar: number }>,
  phones: readonly string[],
): Promise<Came> {
  const before = tokensOf(jar);
  const [path, body] = messageOf(act, phones);
  const answer = await jar.post(path, body);
  const token = [...tokensOf(jar)].find(([name, value]) => before.get(name) !== value)?.[1];
  const { key, recoveryCodes: recovery } = answer.body as { key?: string; recoveryCodes?: string[] };
  return { outcome: outcomeOf(answer), made: { key, recovery, token } };
}

function messageOf(act: Extract<Act, { jar: number }>, phones: readonly string[]): [string, object] {
  switch (act.do) {
    case 'sign-in':
      return ['/login', { username: act.account, password: act.password }];
    case 'code':
      return [
        `/two-step/${act.door satisfies Door}`,
        { code: act.typed, ...(act.remember && { rememberBrowser: true }) },
      ];
    case 'set-up':
      return ['/two-step/setup', act.add ? { add: true } : {}];
    case 'confirm':
      return ['/two-step/setup/confirm', { code: act.typed }];
    case 'remove-phone':
      return ['/two-step/authenticators/remove', { id: phones[act.phone] ?? 'nothing' }];
    case 'act-as':
      return ['/two-step/impersonation', { account: act.account }];
    case 'change-password':
      return ['/settings/password', { currentPassword: act.current, newPassword: act.fresh }];
    case 'edit':
      return [`/staff/${act.account}/edit`, { password: act.fresh }];
    case 'revoke-browsers':
      return ['/two-step/browsers/revoke', { all: true }];
    case 'cancel-set-up':
      return ['/two-step/setup/cancel', {}];
    case 'cancel':
      return ['/two-step/cancel', {}];
    case 'leave':
      return ['/two-step/impersonation/leave', {}];
    case 'sign-out':
      return ['/logout', {}];
  }
}

function outcomeOf(answer: Answer | undefined): string {
  if (answer?.status === 200) return 'ok';
  return String(answer?.body.code ?? answer?.status);
}

/** The cookies that browsers are known by. */
function tokensOf(jar: Client): Map<string, string> {
  return new Map([...jar.cookies].filter(([name]) => name.startsWith('second-factor-')));
}
