import { createRequire } from 'node:module';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';
import passport from 'passport';
import type { SecondFactorEvent } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { startPanel } from '../docs/trap-panel.js';
import type { Panel, PanelParts, User } from '../docs/trap-panel.js';
import { startRedis } from './redis-server.js';
import type { RedisServer } from './redis-server.js';
import { Client } from './client.js';

const require = createRequire(import.meta.url);
const EXPRESS = { 4: require('express4') as typeof express, 5: express };
const PASSPORT = { 0.6: require('passport06') as typeof passport, 0.7: passport };

/** A panel whose sessions and events can be looked at. */
export interface SessionPanel extends Panel {
  /** Every event so far, in order. */
  readonly events: SecondFactorEvent[];
  readonly sessionStore: session.Store;
  /** What the store has of the session of a client, or of a cookie; `null`: nothing. */
  stored(of: Client | string): Promise<StoredSession | null>;
  /** The names of the events since the last call. */
  told(): string[];
}

/** A session as it lies in the store. */
export type StoredSession = Record<string, unknown> & {
  readonly cookie: { readonly originalMaxAge?: number | null };
  readonly secondFactor?: Record<string, unknown>;
  readonly passport?: { readonly user?: unknown };
};

/** How many minutes a session lasts; express-session looks at the clock twice, so the milliseconds are chance. */
export function minutesOf(session: StoredSession | null): number {
  return Math.round(Number(session?.cookie.originalMaxAge) / 60_000);
}

/** What a test chooses of its panel, beside the parts. */
export interface SessionPanelParts extends PanelParts {
  readonly express?: 4 | 5;
  readonly passport?: 0.6 | 0.7;
  /** Keeps sessions and records there; by default both are in memory. */
  readonly redis?: Redis;
}

/** Starts a panel; see {@link startPanel}. */
export async function startSessionPanel(parts: SessionPanelParts = {}): Promise<SessionPanel> {
  const { express: expressVersion = 5, passport: passportVersion = 0.7, redis } = parts;
  const sessionStore =
    parts.session?.store ?? (redis ? new RedisStore({ client: redis }) : new session.MemoryStore());
  const panel = await startPanel({
    create: EXPRESS[expressVersion],
    authenticator: new PASSPORT[passportVersion].Passport(),
    ...(redis && { store: redisStore(redis) }),
    ...parts,
    session: { ...parts.session, store: sessionStore },
  });
  const events: SecondFactorEvent[] = [];
  panel.secondFactor.events.on('*', (event) => events.push(event));
  let seen = 0;
  return Object.assign(panel, {
    events,
    sessionStore,
    stored: (of: Client | string) =>
      new Promise<StoredSession | null>((resolve, reject) => {
        void sessionStore.get(sessionId(of), (error: unknown, found?: object | null) => {
          if (error) reject(error instanceof Error ? error : new Error('the session store failed'));
          else resolve(found ? (JSON.parse(JSON.stringify(found)) as StoredSession) : null);
        });
      }),
    told() {
      const names = events.slice(seen).map(({ name }) => name);
      seen = events.length;
      return names;
    },
  });
}

/** Connects to a Redis server as a panel should: a Redis that is away fails fast. */
export function connectRedis(server: RedisServer): Redis {
  const redis = new Redis(server.url, {
    maxRetriesPerRequest: 1,
    retryStrategy: () => 50,
  });
  redis.on('error', () => undefined);
  return redis;
}

/** A client of a Redis server that the tests of a `describe` have to themselves, from their `before` to their `after`. */
export function redisForTests(): () => Redis {
  let server: RedisServer;
  let redis: Redis;
  before(async () => {
    server = await startRedis();
    redis = connectRedis(server);
  });
  after(async () => {
    redis.disconnect();
    await server.kill();
  });
  return () => redis;
}

/** The id of the session that a client has a cookie of. */
export function sessionId(of: Client | string): string {
  const cookie = typeof of === 'string' ? of : of.cookie;
  return decodeURIComponent(/connect\.sid=([^;]*)/.exec(cookie)?.[1] ?? '').replace(/^s:([^.]*)\..*$/s, '$1');
}

/** Whom the panel sees in a session, by a cookie; the client that made it keeps its own. */
export async function seenBy(panel: Panel, cookie: string): Promise<unknown> {
  const copy = new Client(panel);
  return (await copy.get('/me', { cookie })).body.user;
}

/** A client that signed in with the password; an account with a second factor is parked then. */
export async function loggedIn(panel: Panel, login = 'alice'): Promise<Client> {
  const client = new Client(panel);
  await client.login(login);
  return client;
}

/** One of the panel's users, to change. */
export function userOf(panel: Panel, login = 'alice'): User {
  const found = panel.users.find((known) => known.login === login);
  if (!found) throw new Error(`there is no ${login}`);
  return found;
}
