import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** The name of a content coding, and what makes it. */
export type Encoding = readonly [coding: string, encode: (body: Buffer) => Buffer];

/** Names a request, so that its server in this process can be watched. */
const NAME = 'x-in-two-parts';
const REQUESTS = 'http.server.request.start';

/**
 * Sends a JSON body in two parts, and does something when the server, which has to be in this process, waits for
 * the second one: when it has read the headers, and whatever it reads before the body.
 *
 * @returns the status
 */
export async function inTwoParts(
  url: string,
  cookie: string,
  fields: object,
  between: () => unknown,
): Promise<number> {
  return (await answerInTwoParts(url, cookie, fields, between)).status;
}

/**
 * As {@link inTwoParts}; the status, and the `code` of the answer.
 *
 * @param encode compresses the body, which then tells its own end. The request never ends
 */
export async function answerInTwoParts(
  url: string,
  cookie: string,
  fields: object,
  between: () => unknown,
  [coding, encode]: Encoding = ['identity', (body) => body],
  method = 'POST',
): Promise<{ status: number; code: unknown }> {
  const body = encode(Buffer.from(JSON.stringify(fields)));
  const name = randomUUID();
  const isWhole = coding === 'identity';
  const headers = {
    cookie,
    'content-type': 'application/json',
    'content-length': String(body.length + (isWhole ? 0 : 2)),
    ...(!isWhole && { 'content-encoding': coding }),
    accept: 'application/json',
    [NAME]: name,
  };
  const waits = bodyWanted(name);
  const sent = request(url, { method, headers, agent: false });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(body.subarray(0, 3));
  await Promise.race([waits, answered]);
  await between();
  if (isWhole) sent.end(body.subarray(3));
  else sent.write(Buffer.concat([body.subarray(3), Buffer.from('x')])); // after its end, so that its end is seen
  const [res] = await answered;
  const answer = await text(res);
  sent.destroy();
  const isJson = res.headers['content-type']?.includes('json') === true;
  return {
    status: res.statusCode ?? 0,
    code: isJson ? (JSON.parse(answer) as { code?: unknown }).code : undefined,
  };
}

/** Until somebody reads the body of the request of a name. */
function bodyWanted(name: string): Promise<void> {
  return new Promise((resolve) => {
    const watch = (message: unknown): void => {
      const { request: req } = message as { request: IncomingMessage };
      if (req.headers[NAME] !== name) return;
      unsubscribe(REQUESTS, watch);
      req.on('newListener', (event) => {
        if (event === 'data' || event === 'readable') resolve();
      });
    };
    subscribe(REQUESTS, watch);
  });
}
