import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/**
 * Who asks, by how an answer gets before a person: a `browser` that navigates; `turbo`, `htmx` or `unpoly`, scripts of the
 * application that send forms and follow links by `fetch` and show pages; and every other `program`, which gets JSON.
 */
export type Client = 'browser' | 'turbo' | 'htmx' | 'unpoly' | 'program';

/** Who asks. A script counts as one only where its page is of this origin. */
export function clientOf({ headers }: Pick<IncomingMessage, 'headers'>): Client {
  const accept = headers.accept ?? '';
  const site = headers['sec-fetch-site'];
  const script = site === undefined || site === 'same-origin' ? scriptOf(headers, accept) : undefined;
  if (script) return script;
  const type = headers['content-type'] ?? '';
  const mode = headers['sec-fetch-mode'];
  const navigates =
    listsHtml(accept) &&
    !/^\s*[\w.-]+\/([\w.-]+\+)?json\b/i.test(type) &&
    (mode === undefined || mode === 'navigate' || isSentAgain({ headers }));
  return navigates ? 'browser' : 'program';
}

/**
 * Whether a service worker of the application has sent a navigation again as a request of its own. Its
 * `Sec-Fetch-Site` and `Origin` are then those of the worker, so the server cannot tell which site the navigation came from.
 * The worker passes on the headers of the navigation: `Accept` lists XHTML as in the Fetch standard ("document
 * `Accept` header value"), and browsers send `Upgrade-Insecure-Requests` with navigations alone.
 */
export function isSentAgain({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { accept = '', 'sec-fetch-mode': mode } = headers;
  if (mode === undefined || mode === 'navigate' || scriptOf(headers, accept)) return false;
  const accepts = listsHtml(accept) && /\bapplication\/xhtml\+xml\b/i.test(accept);
  return headers['upgrade-insecure-requests'] !== undefined || (mode === 'same-origin' && accepts);
}

/** Whether the request is answered with a page. Everything else gets JSON: programs, `fetch`, and who sends JSON. */
export function wantsHtml(req: Pick<IncomingMessage, 'headers'>): boolean {
  return clientOf(req) !== 'program';
}

/**
 * Whether a browser, or a script, loads a page ahead that its user may never go to. Refused by status, it is asked for
 * anew when they do. No script can set the header of browsers, so Turbo and htmx have their own.
 */
export function isLoadedAhead({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const purpose = headers['sec-purpose'] ?? headers['x-sec-purpose'] ?? '';
  return /^\s*prefetch\b/i.test(String(purpose)) || headers['hx-preloaded'] === 'true';
}

/** Whether a script asks for a part of a page, whose address is no place to go to. */
export function wantsFragment(req: Pick<IncomingMessage, 'headers'>): boolean {
  const client = clientOf(req);
  if (client === 'htmx') return req.headers['hx-boosted'] !== 'true' && !isRestored(req);
  return client === 'turbo' && req.headers['turbo-frame'] !== undefined;
}

/** Whether htmx asks for a page because its user goes back, and puts whatever comes into the present one. */
export function isRestored({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['hx-history-restore-request'] === 'true';
}

/**
 * The status under which a page is shown: htmx shows no page of an error, and Turbo none of a form that is answered with
 * 200 and no redirect.
 */
export function shownStatus(req: Pick<IncomingMessage, 'headers' | 'method'>, status: number): number {
  const client = clientOf(req);
  if (client === 'htmx') return 200;
  return client === 'turbo' && status === 200 && req.method !== 'GET' ? 201 : status;
}

function scriptOf(headers: IncomingHttpHeaders, accept: string): Client | undefined {
  if (/\bjson\b/i.test(accept)) return undefined;
  if (headers['hx-request'] === 'true' || isRestored({ headers })) return 'htmx';
  if (headers['x-up-version'] !== undefined) return 'unpoly';
  const turbo =
    headers['x-turbo-request-id'] !== undefined || /\btext\/vnd\.turbo-stream\.html\b/i.test(accept);
  return turbo && listsHtml(accept) ? 'turbo' : undefined;
}

function listsHtml(accept: string): boolean {
  return /(^|[\s,])text\/html\s*($|[;,])/i.test(accept);
}
