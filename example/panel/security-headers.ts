import type { RequestHandler } from 'express';
import { sendOnce } from 'passport-second-factor';
import type { PageContent } from 'passport-second-factor';
import { SHOW_PASSWORD_HASH } from './views/show-password.js';

/** What pages of the panel may load and run: its style and pictures, the script that sends forms once, and what is named. */
export function contentSecurityPolicy(more: Partial<PageContent['policy']> = {}): string {
  const { styles = [], scripts = [], formAction = [] } = more;
  return [
    "default-src 'none'",
    `style-src ${["'self'", ...styles].join(' ')}`,
    `script-src ${[...new Set([sendOnce.hash, ...scripts])].join(' ')}`,
    "img-src 'self'",
    `form-action ${["'self'", ...formAction].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const PLAIN = contentSecurityPolicy({ scripts: [SHOW_PASSWORD_HASH] });

/** Headers of every answer: no scripts but the panel's own, no frames, nothing cached. The style sheet may be kept. */
export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy': PLAIN,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    Vary: 'Cookie, Accept',
  });
  next();
};
