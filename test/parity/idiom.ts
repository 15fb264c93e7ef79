import type { NextFunction, Request, Response } from 'express';
import type { SessionOptions } from 'express-session';
import { asTold } from '../../lib/session/regenerate.js';
import type { Panel } from '../support/panel.js';

/** A function of a library as plain JavaScript calls it: with what arguments it likes. */
export type Loose = (...args: unknown[]) => unknown;

/** `req.session` as plain JavaScript sees it. */
export interface LooseSession {
  [key: string]: unknown;
  readonly id: string;
  cookie: Record<string, unknown>;
  save: Loose;
  destroy: Loose;
  regenerate: Loose;
  reload: Loose;
  touch: Loose;
  resetMaxAge: Loose;
}

/** A request as plain JavaScript sees it, and where an idiom notes what it saw. */
export interface LooseRequest extends Omit<Request, 'session' | 'sessionStore' | 'user'> {
  session: LooseSession;
  sessionStore: Record<
    'get' | 'set' | 'destroy' | 'clear' | 'all' | 'length' | 'touch' | 'regenerate' | 'load',
    Loose
  >;
  user?: unknown;
  account?: unknown;
  logIn: Loose;
  login: Loose;
  logOut: Loose;
  logout: Loose;
  note(...seen: unknown[]): unknown;
}

/** A response as plain JavaScript sees it. */
export interface LooseResponse extends Omit<Response, 'redirect'> {
  redirect: Loose;
}

/** What an application does in a route. */
export type Act = (req: LooseRequest, res: LooseResponse, next: NextFunction, panel: Panel) => unknown;

/** What one idiom needs beside its route. */
export interface IdiomParts {
  /** Called by a stranger, and not by bob, who signed in. */
  readonly anonymous?: boolean;
  readonly session?: Partial<SessionOptions>;
  /** What is mounted first. */
  readonly first?: (panel: Panel) => void;
  /** What is sent to the route. */
  readonly body?: object;
  /** How often the route is called, one request after the other; default once. */
  readonly times?: number;
}

/** One way in which applications use express-session and Passport. */
export type Idiom = readonly [title: string, act: Act, parts?: IdiomParts];

/** What a callback was told. */
export function told(call: (done: Loose) => unknown): Promise<unknown[]> {
  return new Promise((resolve) => {
    call((...said) => {
      resolve(said);
    });
  });
}

/** A callback function as `util.promisify` makes a promise of it. */
export function promise(call: (done: Loose) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error) reject(asTold(error));
      else resolve(value);
    });
  });
}

/** What a call returned or threw. */
export function tried(call: () => unknown): unknown {
  try {
    return { returned: call() };
  } catch (thrown) {
    return { thrown };
  }
}

/** Until a response was sent to its end. */
export function sent(res: LooseResponse): Promise<unknown> {
  return new Promise<void>((resolve) => {
    if (res.writableFinished) resolve();
    else res.once('finish', resolve);
  });
}

/** The users of the panel: nobody has a second factor. */
export const BOB = { id: 'bob', login: 'bob' };
export const CAROL = { id: 'carol', login: 'carol' };
