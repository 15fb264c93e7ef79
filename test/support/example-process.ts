import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { databaseFileOf } from '../../example/panel/settings.js';
import { compiled } from './compiled.js';
import { passwordOf } from './example-panel.js';
import { startProgram } from './program.js';
import type { RunningProgram } from './program.js';

/** So that they wait for their stores, however slow the machine is. */
const PATIENT = { PANEL_TIMEOUT_MS: '60000' } as const;

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the console command on a panel's own config, as a process of its own. */
export function runConsole(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const config = ['--config', compiled('example/panel/second-factor.config.ts')];
  return new Promise((done) => {
    const options = { env: { ...withoutPanel(), ...PATIENT, ...env } };
    const command = [compiled('lib/cli/bin.ts'), ...config, ...args];
    const child = execFile(process.execPath, command, options, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    child.stdin?.end();
  });
}

/** The example panel as `npm start` starts it. */
export interface PanelProcess extends RunningProgram {
  readonly passwordOf: (login: string) => string;
}

/** Starts the example panel as a process of its own; patient, and on a free port, unless told otherwise. */
export async function startPanelProcess(env: Record<string, string> = {}): Promise<PanelProcess> {
  const given = { ...withoutPanel(), ...PATIENT, PORT: '0', ...env };
  const panel = await startProgram(
    compiled('example/panel/server.ts'),
    given,
    /Acme Panel: http:\/\/\S+:(\d+)\//,
  );
  const { port } = panel;
  return {
    ...panel,
    passwordOf,
    async stop() {
      await panel.stop();
      if (!env.PANEL_DB) rmSync(dirname(databaseFileOf({}, port)), { recursive: true, force: true });
    },
  };
}

/** The environment of the tests, without what would lead to another panel. */
export function withoutPanel(): NodeJS.ProcessEnv {
  const { HOST: _host, PORT: _port, PANEL_DB: _db, REDIS_URL: _redis, ...given } = process.env;
  const {
    PANEL_REMEMBER_BROWSERS: _days,
    PANEL_REQUIRE_FACTOR: _levels,
    PANEL_TIMEOUT_MS: _ms,
    ...others
  } = given;
  const { SECOND_FACTOR_KEY: _key, SESSION_SECRET: _secret, ...rest } = others;
  return rest;
}
