import type { IncomingMessage } from 'node:http';

/**
 * Whether the request is answered with a page: a browser that navigates. Everything else gets JSON:
 * programs, `fetch`, and whoever sends JSON.
 */
export function wantsHtml(req: IncomingMessage): boolean {
  const accept = req.headers.accept ?? '';
  const type = req.headers['content-type'] ?? '';
  const mode = req.headers['sec-fetch-mode'];
  return (
    /(^|[\s,])text\/html\s*($|[;,])/i.test(accept) &&
    !/^\s*[\w.-]+\/([\w.-]+\+)?json\b/i.test(type) &&
    (mode === undefined || mode === 'navigate')
  );
}
