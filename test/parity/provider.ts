import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OAuth provider in the manner of Google: who comes is Gwen, and each code works once. */
export interface Provider {
  readonly url: string;
  stop(): void;
}

export async function startProvider(): Promise<Provider> {
  const codes = new Set<string>();
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://provider');
    const json = (status: number, body: object): void => {
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (pathname === '/authorize') {
      const code = randomBytes(8).toString('hex');
      codes.add(code);
      res.writeHead(302, { location: `${searchParams.get('redirect_uri') ?? ''}?code=${code}` }).end();
    } else if (pathname === '/token') {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        const right = codes.delete(new URLSearchParams(body).get('code') ?? '');
        if (right) json(200, { access_token: 'token', token_type: 'Bearer' });
        else json(400, { error: 'invalid_grant' });
      });
    } else {
      json(200, { sub: 'google-1', name: 'gwen' });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
