import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = 'passport-second-factor';

/** The version of the package that a folder belongs to; `unknown` where nothing says it. */
export function versionIn(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === PACKAGE) return version ?? 'unknown';
  }
  const above = dirname(folder);
  return above === folder ? 'unknown' : versionIn(above);
}
