import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** What the panel keeps secret beside its database. */
export interface Secrets {
  /** Seals the second factors: base64 of 32 random bytes. */
  readonly secondFactorKey: string;
  /** Signs the session cookies. */
  readonly sessionSecret: string;
}

/** Where the secrets of a database are when the environment does not bring them. */
export function secretsFile(databaseFile: string): string {
  return `${databaseFile}.secrets`;
}

/**
 * The secrets from the environment (`SECOND_FACTOR_KEY`, `SESSION_SECRET`); those that are not there are
 * made once and kept beside the database, for its owner only, so that the console command finds them.
 */
export function loadSecrets(databaseFile: string, env: NodeJS.ProcessEnv): Secrets {
  // Empty is as good as not there.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { SECOND_FACTOR_KEY: secondFactorKey, SESSION_SECRET: sessionSecret } = given;
  if (secondFactorKey !== undefined && sessionSecret !== undefined) return { secondFactorKey, sessionSecret };
  const kept = keptSecrets(secretsFile(databaseFile));
  return {
    secondFactorKey: secondFactorKey ?? kept.secondFactorKey,
    sessionSecret: sessionSecret ?? kept.sessionSecret,
  };
}

function keptSecrets(file: string): Secrets {
  return readSecrets(file) ?? makeSecrets(file);
}

function makeSecrets(file: string): Secrets {
  const random = (): string => randomBytes(32).toString('base64');
  const made: Secrets = { secondFactorKey: random(), sessionSecret: random() };
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(made), { mode: 0o600, flag: 'wx' });
  try {
    // Of two processes that start at once one wins, and both read its file.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readSecrets(file) ?? made;
}

function readSecrets(file: string): Secrets | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
