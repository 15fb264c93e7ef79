/**
 * A database of Kysely 0.28 or 0.29, `new Kysely({ dialect })`, as far as TypeScript is told. Declarations in CommonJS cannot
 * name the types of a package that is ESM only, so that this stands in a file that imports none.
 */
export interface KyselyDatabase {
  /** What runs its statements. */
  getExecutor(): object;
}
