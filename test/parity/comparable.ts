const HOUR = 3_600_000;
const HTTP_DATE = /[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/g;
/** Where a file lies that is named in a message. */
const FOLDER = /'\/[^']*\//g;
const ISO_DATE = /\d{4}-\d{2}-\d{2}T[\d:.]{12}Z/g;

/** Numbers that depend on the millisecond: express-session's, and session-file-store's. */
const ROUNDED = ['originalMaxAge', 'original', '__lastAccess'];

/** Headers that are of the moment. */
const OF_THE_MOMENT = ['date', 'etag'];

/**
 * What was seen in a shape that two runs can be compared in: without our own key of the session, with moments as
 * hours from now, and errors by name, message and code.
 */
export function comparable(seen: unknown): unknown {
  if (typeof seen === 'string')
    return seen.replace(HTTP_DATE, fromNow).replace(ISO_DATE, fromNow).replace(FOLDER, "'");
  if (typeof seen === 'function') return 'function';
  if (typeof seen !== 'object' || seen === null) return seen;
  if (seen instanceof Error) {
    return { error: seen.name, message: comparable(seen.message), code: (seen as { code?: unknown }).code };
  }
  if (seen instanceof Date) return fromNow(seen.toISOString());
  if (Array.isArray(seen)) return seen.map(comparable);
  if (typeof (seen as { toJSON?: unknown }).toJSON === 'function') {
    return comparable((seen as { toJSON(): unknown }).toJSON());
  }
  const entries = Object.entries(seen).filter(
    ([key]) => key !== 'passportSecondFactor' && !OF_THE_MOMENT.includes(key),
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [key, ROUNDED.includes(key) ? rounded(value) : comparable(value)]),
  );
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? `about ${String(Math.round(value / HOUR))} h` : value;
}

function fromNow(date: string): string {
  return `${String(Math.round((new Date(date).getTime() - Date.now()) / HOUR))} h`;
}
