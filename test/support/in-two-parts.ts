import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Until the server has read the headers, and the session they name. */
const HEADERS_READ_MILLISECONDS = 60;

/**
 * Sends half of a JSON body, does something, and sends the rest.
 *
 * @returns the status
 */
export async function inTwoParts(
  url: string,
  cookie: string,
  fields: object,
  between: () => Promise<unknown>,
): Promise<number> {
  const body = JSON.stringify(fields);
  const headers = {
    cookie,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    accept: 'application/json',
  };
  const sent = request(url, { method: 'POST', headers, agent: false });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(body.slice(0, 5));
  await sleep(HEADERS_READ_MILLISECONDS);
  await between();
  sent.end(body.slice(5));
  const [res] = await answered;
  res.resume();
  return res.statusCode ?? 0;
}
