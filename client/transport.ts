import type { Status } from '../lib/api.js';
import type { ApiRoutes } from '../lib/api-routes.js';
import { failure, problemOf, readJson, refusal } from './refusal.js';
import { samePlace } from './same-place.js';
import type { CallOptions, SecondFactorClientOptions } from './second-factor-client.js';

/** Sends requests to one origin, and never to another. */
export interface Transport {
  /** Any request. The caller reads the answer. */
  readonly fetch: (
    path: string,
    body: unknown,
    call: CallOptions | undefined,
    redirect: RequestRedirect,
  ) => Promise<Response>;
  /**
   * A request to a route of the package.
   *
   * @param has the name of a member that the answer must have; `{}`: it must have none
   */
  readonly send: <Route extends keyof ApiRoutes>(
    route: Route,
    has: string,
    call: CallOptions | undefined,
    ...body: BodyOf<ApiRoutes[Route]>
  ) => Promise<ApiRoutes[Route]['answer']>;
}

type BodyOf<Route> = Route extends { readonly body: infer Body } ? [body: Body] : [];

type RequestRedirect = 'follow' | 'manual';

/**
 * Makes the function that calls the routes.
 *
 * @throws {TypeError} if `basePath` is not a path, or `origin` is not an origin: a code must never be sent elsewhere
 */
export function createTransport(options: SecondFactorClientOptions): Transport {
  const { basePath = '/two-step', origin = '', headers = {}, from } = options;
  const place = pathOf(basePath, 'basePath').replace(/\/+$/, '');
  if (
    origin !== '' &&
    !(/^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin)
  ) {
    throw new TypeError('origin must be like https://api.example');
  }

  const transport: Transport = {
    async fetch(path, body, { signal } = {}, redirect) {
      const url = origin + pathOf(path, 'the path');
      const isPost = body !== undefined;
      const more = typeof headers === 'function' ? await headers() : headers;
      // Called without an object: the browser's `fetch` refuses to be called as a method of another object.
      const { fetch = globalThis.fetch } = options;
      try {
        return await fetch(url, {
          method: isPost ? 'POST' : 'GET',
          headers: { ...named(more), accept: 'application/json', ...(isPost && JSON_BODY) },
          ...(isPost && { body: JSON.stringify(body) }),
          ...(origin === '' ? SAME : OTHER),
          redirect,
          signal: signal ?? null,
        });
      } catch (cause) {
        throw failure(cause, signal);
      }
    },
    async send<Route extends keyof ApiRoutes>(
      route: Route,
      has: string,
      call: CallOptions | undefined,
      ...[body]: BodyOf<ApiRoutes[Route]> | []
    ) {
      const path = (place + route.slice(route.indexOf(' ') + 1)).replace(/(.)\/$/, '$1');
      const sent = body && { ...body, from: from?.() };
      const response = await transport.fetch(path, sent, call, 'manual');
      const answer = await readJson(response, call?.signal);
      const problem = problemOf(answer);
      if (problem || !response.ok || !answer || !isOurs(answer, has)) throw refusal(response, problem ?? {});
      return answer as ApiRoutes[Route]['answer'];
    },
  };
  return transport;
}

/** The states of a session. */
const STATES = new Set<unknown>([
  'anonymous',
  'pending',
  'must-enroll',
  'signed-in',
  'remembered',
  'proven-elsewhere',
  'verified',
  'impersonating',
] satisfies Status['state'][]);

/** Whether an answer comes from the package. Others also answer with JSON, and some of them with a `state`. */
function isOurs(answer: object, has: string): boolean {
  if (has === 'state') return STATES.has((answer as Partial<Status>).state);
  return has in answer || has === JSON.stringify(answer);
}

/** Headers, with names in lower case. Otherwise a name in other letters would be sent as a second value of ours. */
function named(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

const JSON_BODY = { 'content-type': 'application/json' };

/** A request of the page's own origin never leaves it, not even by a redirect (Fetch, "request mode"). */
const SAME = { mode: 'same-origin', credentials: 'same-origin' } as const;
const OTHER = { mode: 'cors', credentials: 'include' } as const;

function pathOf(value: string, name: string): string {
  const path = samePlace(value);
  if (path === undefined) throw new TypeError(`${name} must be like /two-step`);
  return path;
}
