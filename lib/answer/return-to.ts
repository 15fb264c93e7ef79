import { parseOrigin } from './same-origin.js';

/** Longer destinations are dropped: they would fill the session. */
const RETURN_TO_MAXIMUM_CHARACTERS = 1024;
/** Stands for whatever origin the application has; reserved by RFC 2606. */
const ANY_ORIGIN = 'http://same-origin.invalid';

/**
 * A destination that may be redirected to, or `null`: a path on the same origin that every browser reads
 * as one, or a URL on one of the given origins. Checked when it is taken and again when it is used.
 *
 * @param value what was asked for, of any type
 */
export function safeReturnTo(value: unknown, origins: ReadonlySet<string>): string | null {
  if (typeof value !== 'string' || value.length > RETURN_TO_MAXIMUM_CHARACTERS) return null;
  // Backslashes, control characters and lone surrogates are rewritten or dropped before a URL is resolved.
  if (/[\\\p{Cc}\p{Cf}\p{Cs}\s]/u.test(value)) return null;
  if (/^https?:\/\//i.test(value)) {
    const origin = parseOrigin(value.replace(/^([^:]+:\/\/[^/?#]*).*$/s, '$1'));
    return origin !== null && origins.has(origin) ? value : null;
  }
  if (!value.startsWith('/') || value.startsWith('//')) return null;
  const path = value.replace(/[?#].*$/s, '');
  // Encoded slashes and control characters are decoded by some proxies before they resolve a path.
  if (path.includes('//') || /%(2f|5c|[01][0-9a-f]|7f)/i.test(path)) return null;
  if (!URL.canParse(value, ANY_ORIGIN)) return null;
  return new URL(value, ANY_ORIGIN).origin === ANY_ORIGIN ? value : null;
}
