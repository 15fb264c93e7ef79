import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { withRedis } from '../../test/support/redis-server.js';
import { OPERATE, withCapacity } from './capacity.js';
import { DOCUMENT, PICTURE, documentOf } from './document.js';
import { rowsOf } from './figures.js';
import type { Figures, Machine, Section } from './figures.js';
import { pictureOf } from './picture.js';

/** What was measured last, from which the document is made. */
export const KEPT = 'scripts/bench/figures.json';

/** On what it is measured. */
export async function machine(redis: string): Promise<Machine> {
  const version = await withRedis(redis, (client) => client.info('server'));
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.replace(/\s+/g, ' ').trim() ?? 'unknown',
    node: process.versions.node,
    redis: /^redis_version:(\S+)/m.exec(version)?.[1] ?? 'unknown',
  };
}

/** Prints a section as a table. */
export function show(section: Section): void {
  const rows = rowsOf(section);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log(`\n${section.title}\n`);
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** What was kept. */
export function kept(): Figures {
  return JSON.parse(readFileSync(KEPT, 'utf8')) as Figures;
}

/** Keeps what was measured, and writes the pages and the picture of it anew. */
export function keep(measured: Partial<Figures>): void {
  const figures = { ...kept(), ...measured };
  writeFileSync(KEPT, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(DOCUMENT, documentOf(figures));
  writeFileSync(OPERATE, withCapacity(readFileSync(OPERATE, 'utf8'), figures.bench));
  writeFileSync(PICTURE, pictureOf(figures.bench));
  spawnSync('npx', ['oxfmt', KEPT], { stdio: 'inherit' });
}
