import { userInfo } from 'node:os';
import type { Run } from './run.js';

/** Who is at the console, and why, as events tell it. */
export function operator({ command: { reason } }: Run): { by: string; reason?: string } {
  const by = `console:${systemUser()}`;
  return reason === undefined ? { by } : { by, reason };
}

/** Who is at the console. Containers may run under a number that has no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${String(process.getuid?.())}`;
  }
}
