import type { ServerResponse } from 'node:http';
import { setAnswerHeaders } from './headers.js';

/** Stands for whatever origin the application has; reserved by RFC 2606. */
const RELATIVE = 'http://relative.invalid';

/** Sends the browser to another page with GET (303, RFC 9110 §15.4.4). */
export function redirect(res: ServerResponse, location: string): void {
  setAnswerHeaders(res);
  res.statusCode = 303;
  res.setHeader('Location', encoded(location));
  res.setHeader('Content-Length', '0');
  res.end();
}

/** The location in ASCII: a header holds nothing else. */
function encoded(location: string): string {
  if (/^[\x21-\x7e]*$/.test(location)) return location;
  const url = new URL(location, RELATIVE);
  return url.origin === RELATIVE ? url.pathname + url.search + url.hash : url.href;
}
