import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A place for a database of SQLite. */
export interface SqliteFile {
  readonly path: string;
  remove(): void;
}

/** A new name in a folder of its own, which goes when the tests are over. */
export function sqliteFile(): SqliteFile {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  return { path: join(folder, 'panel.db'), remove };
}
