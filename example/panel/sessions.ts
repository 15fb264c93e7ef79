import { RedisStore } from 'connect-redis'; // 8.1 goes with ioredis, 9 and later with node-redis only
import session from 'express-session';
import type { RequestHandler } from 'express';
import type { SessionData } from 'express-session';
import type { Redis } from 'ioredis';
import { HttpError } from './http-error.js';
import type { Notice } from './views/layout.js';

declare module 'express-session' {
  interface SessionData {
    /** Told once, on the next page. */
    notice?: Notice;
  }
}

type Callback = (error?: unknown, data?: SessionData | null) => unknown;

/** Sessions: in Redis where there is one, else in this process. */
export function createSessions(secret: string, redis: Redis | undefined): RequestHandler {
  return session({
    name: 'panel.sid',
    secret,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
    store: redis ? new PanelSessions({ client: redis }) : new session.MemoryStore(),
  });
}

/** Sessions in Redis; while it is away requests are refused with 503. */
class PanelSessions extends RedisStore {
  override get(sid: string, done?: Callback): Promise<unknown> {
    return super.get(sid, done && told(done));
  }

  override set(sid: string, data: SessionData, done?: Callback): Promise<unknown> {
    return super.set(sid, data, done && told(done));
  }

  override touch(sid: string, data: SessionData, done?: Callback): Promise<unknown> {
    return super.touch(sid, data, done && told(done));
  }

  override destroy(sid: string, done?: Callback): Promise<unknown> {
    return super.destroy(sid, done && told(done));
  }
}

function told(done: Callback): Callback {
  return (error, data) => {
    const away = new HttpError(503, 'sessions-unavailable', 'Sessions cannot be read right now. Try again.');
    return done(error ? Object.assign(away, { cause: error }) : error, data);
  };
}
