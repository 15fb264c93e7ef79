/** Stands for the page's origin. Reserved by RFC 2606. */
const HERE = 'http://here.invalid';

/** A path that every browser resolves to the same origin; `undefined`: it is anything else. */
export function samePlace(value: unknown): string | undefined {
  // Browsers rewrite backslashes, and drop control characters, before they resolve a URL.
  if (typeof value !== 'string' || !/^\/(?!\/)[^\\\p{Cc}\s]*$/u.test(value)) return undefined;
  if (!URL.canParse(value, HERE)) return undefined;
  const { origin, pathname } = new URL(value, HERE);
  return origin === HERE && !pathname.startsWith('//') ? value : undefined;
}

/** The same, or a URL on one of the given origins. */
export function placeAt(value: unknown, origins: readonly string[]): string | undefined {
  const isThere =
    typeof value === 'string' &&
    /^https?:\/\/[^\\\p{Cc}\s]*$/iu.test(value) &&
    URL.canParse(value) &&
    origins.includes(new URL(value).origin);
  return isThere ? value : samePlace(value);
}
