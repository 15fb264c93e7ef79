import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a held request waits: before the server has heard of it, or with the answer to it. */
export type Held = 'requests' | 'answers';

/** A slow network in front of a server: what is posted is held until it is told to go on. */
export interface SlowProxy {
  readonly url: string;
  /** From now on POSTs are held. */
  hold(what: Held): void;
  /** Until so many POSTs are held, or were since the last {@link SlowProxy.hold}. */
  held(count: number): Promise<void>;
  /** Lets go on what is held and still wanted, and holds nothing any more. */
  release(): void;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface, and leads to a server there. */
export async function startSlowProxy(port: number): Promise<SlowProxy> {
  let holding: Held | null = null;
  let count = 0;
  let waiting: (() => void)[] = [];
  let heard: (() => void)[] = [];

  function wait(place: Held, { method }: IncomingMessage, goOn: () => void): void {
    if (holding !== place || method !== 'POST') {
      goOn();
      return;
    }
    count += 1;
    waiting.push(goOn);
    for (const tell of heard.splice(0)) tell();
  }

  const listener = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      wait('requests', req, () => {
        if (res.destroyed) return;
        forward(port, req, Buffer.concat(chunks), (answer, body) => {
          wait('answers', req, () => {
            give(res, answer, body);
          });
        });
      });
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    url: `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}`,
    hold(what) {
      holding = what;
      count = 0;
    },
    async held(wanted) {
      while (count < wanted) await new Promise<void>((resolve) => heard.push(resolve));
    },
    release() {
      holding = null;
      for (const goOn of waiting.splice(0)) goOn();
    },
    async close() {
      waiting = [];
      heard = [];
      listener.closeAllConnections();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** The host header stays the browser's: the server compares it with the origin of what is posted. */
function forward(
  port: number,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  answered: (answer: IncomingMessage, body: Buffer) => void,
): void {
  const sent = request({ port, method, path: url, headers, agent: false }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      answered(answer, Buffer.concat(chunks));
    });
  });
  sent.on('error', () => undefined);
  sent.end(body);
}

function give(res: ServerResponse, { statusCode = 502, headers }: IncomingMessage, body: Buffer): void {
  if (!res.destroyed) res.writeHead(statusCode, headers).end(body);
}
