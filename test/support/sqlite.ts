import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A place for a database of SQLite. */
export interface SqliteFile {
  readonly path: string;
  remove(): void;
}

const folders = new Set<string>();

/** A new name in a folder of its own, which goes when the tests are over. */
export function sqliteFile(): SqliteFile {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  if (folders.size === 0) process.once('exit', () => folders.forEach(removeFolder));
  folders.add(folder);
  return { path: join(folder, 'panel.db'), remove: () => removeFolder(folder) };
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
