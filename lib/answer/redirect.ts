import type { ServerResponse } from 'node:http';
import { setAnswerHeaders } from './headers.js';

/** Sends the browser to another page with GET (303, RFC 9110 §15.4.4). */
export function redirect(res: ServerResponse, location: string): void {
  setAnswerHeaders(res);
  res.statusCode = 303;
  res.setHeader('Location', location);
  res.setHeader('Content-Length', '0');
  res.end();
}
