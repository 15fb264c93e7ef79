/** Stands for whatever origin the page has; reserved by RFC 2606. */
const HERE = 'http://here.invalid';

/** A path that every browser reads as one of this origin; `undefined` where it is anything else. */
export function samePlace(value: unknown): string | undefined {
  // Backslashes and control characters are rewritten or dropped before a URL is resolved.
  if (typeof value !== 'string' || !/^\/(?!\/)[^\\\p{Cc}\s]*$/u.test(value)) return undefined;
  if (!URL.canParse(value, HERE)) return undefined;
  const { origin, pathname } = new URL(value, HERE);
  return origin === HERE && !pathname.startsWith('//') ? value : undefined;
}

/** The same, or a URL on one of some origins. */
export function placeAt(value: unknown, origins: readonly string[]): string | undefined {
  const isThere =
    typeof value === 'string' &&
    /^https?:\/\/[^\\\p{Cc}\s]*$/iu.test(value) &&
    URL.canParse(value) &&
    origins.includes(new URL(value).origin);
  return isThere ? value : samePlace(value);
}
