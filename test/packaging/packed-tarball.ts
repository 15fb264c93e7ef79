import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
let packed: string | undefined;

/** The packed package: the one that `npm test` made, else one packed now, once. */
export function packedTarball(): string {
  packed ??= process.env.PACKED_TARBALL ?? pack();
  return packed;
}

/** The paths in the packed package, relative to its root. */
export function packedFiles(): string[] {
  const listing = execFileSync('tar', ['-tzf', packedTarball()], { encoding: 'utf8' });
  return listing
    .split('\n')
    .filter(Boolean)
    .map((path) => path.replace(/^package\//, ''));
}

function pack(): string {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const { status, stdout } = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm pack failed:\n${stdout}`);
  return join(folder, stdout.trim().split('\n').at(-1) ?? '');
}
