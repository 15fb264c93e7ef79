import { createHash } from 'node:crypto';

/** The source expression for an inline style or script in a Content-Security-Policy (CSP Level 3 §2.3.1). */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
