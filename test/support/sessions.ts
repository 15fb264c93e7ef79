import type { Store } from 'express-session';
import { Client } from './client.js';
import type { Address } from './client.js';

/** A session as it lies in the store. */
export type StoredSession = Record<string, unknown> & {
  readonly cookie: { readonly originalMaxAge?: number | null };
  readonly passportSecondFactor?: Record<string, unknown>;
  readonly passport?: { readonly user?: unknown };
};

/** How many minutes a session lasts; express-session looks at the clock twice, so the milliseconds are chance. */
export function minutesOf(session: StoredSession | null): number {
  return Math.round(Number(session?.cookie.originalMaxAge) / 60_000);
}

/** The id of the session that a client has a cookie of. */
export function sessionId(of: Client | string): string {
  const cookie = typeof of === 'string' ? of : of.cookie;
  return decodeURIComponent(/\b(?:connect|panel)\.sid=([^;]*)/.exec(cookie)?.[1] ?? '').replace(
    /^s:([^.]*)\..*$/s,
    '$1',
  );
}

/** What a store has of the session of a client, or of a cookie; `null`: nothing. */
export function storedSession(store: Store, of: Client | string): Promise<StoredSession | null> {
  return new Promise((resolve, reject) => {
    store.get(sessionId(of), (error: unknown, found?: object | null) => {
      if (error) reject(error instanceof Error ? error : new Error('the session store failed'));
      else resolve(found ? (JSON.parse(JSON.stringify(found)) as StoredSession) : null);
    });
  });
}

/** Whom the small panel sees in a session, by a cookie; the client that made it keeps its own. */
export async function seenBy(panel: Address, cookie: string): Promise<unknown> {
  return (await new Client(panel).get('/me', { cookie })).body.user as unknown;
}
