import type { Status } from '../lib/api.js';
import type { ApiRoutes } from '../lib/api-routes.js';
import { failure, problemOf, readJson, refusal } from './refusal.js';
import { samePlace } from './same-place.js';
import { SecondFactorClientError } from './second-factor-client-error.js';
import type { CallOptions, SecondFactorClientOptions } from './second-factor-client.js';

/** Sends requests to one origin, and to no other. */
export interface Transport {
  /** Any request; what comes is the caller's to read. */
  readonly fetch: (
    path: string,
    body: unknown,
    call: CallOptions | undefined,
    redirect: RequestRedirect,
  ) => Promise<Response>;
  /**
   * A request to a route of the package.
   *
   * @param has a member that its answer has; empty: none
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
 * Opens the way to the routes.
 *
 * @throws {TypeError} where `basePath` is no path, or `origin` no origin: a code must never go elsewhere
 */
export function createTransport(options: SecondFactorClientOptions): Transport {
  const { basePath = '/two-step', origin = '', headers = {} } = options;
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
      // A function of nothing: `fetch` of a browser refuses to be one of another object.
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
      const response = await transport.fetch(path, body, call, 'manual');
      const answer = await readJson(response, call?.signal);
      const problem = problemOf(answer);
      if (problem) throw refusal(problem, response);
      if (!response.ok || answer === null || !isOurs(answer, has)) {
        throw new SecondFactorClientError('unexpected-answer', { status: response.status });
      }
      return answer as ApiRoutes[Route]['answer'];
    },
  };
  return transport;
}

/** What a session can be. */
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

/** Whether an answer is of the package: others answer by JSON too, and some of them by a `state`. */
function isOurs(answer: object, has: string): boolean {
  if (has === 'state') return STATES.has((answer as Partial<Status>).state);
  return has === '' || has in answer;
}

/** Headers by names in lower case: one that was given in other letters would be sent beside ours, as one of two values. */
function named(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

const JSON_BODY = { 'content-type': 'application/json' };

/** A request of the page's own origin never leaves it, not even by a redirect (Fetch, "request mode"). */
const SAME = { mode: 'same-origin', credentials: 'same-origin' } as const;
const OTHER = { mode: 'cors', credentials: 'include' } as const;

function pathOf(value: string, name: string): string {
  const path = samePlace(value);
  if (path === undefined) throw new TypeError(`${name} must be a path such as /two-step`);
  return path;
}
