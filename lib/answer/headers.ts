import type { ServerResponse } from 'node:http';

/**
 * The headers of every answer of ours: never cached, never framed, no referrer to other sites. With
 * `no-referrer` a browser would send `Origin: null` with our own forms, so it is `same-origin`.
 */
export function setAnswerHeaders(res: ServerResponse): void {
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Referrer-Policy', 'same-origin');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  // Not hasHeader: the response of a protocol upgrade has no such method.
  if (res.getHeader('Content-Security-Policy') === undefined) {
    res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  }
  varyByCookie(res);
}

function varyByCookie(res: ServerResponse): void {
  const vary = [res.getHeader('Vary') ?? []].flat().map(String).join(', ');
  if (!/(^|[\s,])(\*|cookie)($|[\s,])/i.test(vary))
    res.setHeader('Vary', vary ? `${vary}, Cookie` : 'Cookie');
}
