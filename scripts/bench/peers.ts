import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type passport from 'passport';

/** Only the benchmark needs them, so that nobody else installs them: autocannon alone brings forty packages. */
const PACKAGES = { autocannon: '8.0.0', 'passport-totp': '0.0.2' };
const PLACE = resolve('.tmp/bench-peers');
/** How often autocannon looks whether its time is over. */
const STOP_MILLISECONDS = 100;
const load = createRequire(join(PLACE, 'package.json'));

/** What autocannon is told here. */
export interface LoadSettings {
  readonly url: string;
  readonly connections: number;
  /** Seconds. */
  readonly duration: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What it answers, as far as it is read. */
export interface LoadResult {
  /** Seconds. */
  readonly duration: number;
  readonly non2xx: number;
  readonly errors: number;
  readonly requests: { readonly total: number };
}

/** The secret of a user, and the seconds that a code lasts. */
type KeyOf = (user: unknown, done: (error: null, key: Uint8Array, period: number) => void) => void;

/** Installs the packages that ours is compared with and measured by, in a folder of their own. */
export function installPeers(): void {
  if (Object.keys(PACKAGES).every((name) => existsSync(join(PLACE, 'node_modules', name)))) return;
  mkdirSync(PLACE, { recursive: true });
  writeFileSync(join(PLACE, 'package.json'), '{ "private": true }\n');
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...wanted], {
    cwd: PLACE,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`npm install ${wanted.join(' ')} failed`);
}

/** Sends requests for a while, over many connections. */
export function autocannon(settings: LoadSettings): Promise<LoadResult> {
  const run = load('autocannon') as (settings: LoadSettings & { sampleInt: number }) => Promise<LoadResult>;
  return run({ ...settings, sampleInt: STOP_MILLISECONDS });
}

/** The strategy of passport-totp. */
export function passportTotp(keyOf: KeyOf): passport.Strategy {
  const { Strategy } = load('passport-totp') as { Strategy: new (keyOf: KeyOf) => passport.Strategy };
  return new Strategy(keyOf);
}
