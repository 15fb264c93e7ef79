import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSync } from 'esbuild';
import { expect } from 'chai';
import { browserForTests } from '../support/browser-for-tests.js';

const CLIENT = buildSync({
  ...{
    entryPoints: ['client/index.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'secondFactor',
    write: false,
  },
}).outputFiles[0]!.text;
/** What a page calls, and what that rejects with. */
const CODE_OF = (call: string): string =>
  `secondFactor.createSecondFactorClient().${call}.then(() => 'done', ({ code }) => code)`;

describe('client/transport in a browser', () => {
  const { openAt } = browserForTests({ mayComplain: true });
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  for (const [call, code] of [
    ["verify('123456')", 'unexpected-answer'],
    ["login('/login', { password: 'secret' })", 'network'],
  ] as const) {
    for (const status of [302, 307, 308]) {
      it(`sends nothing to another site that ${call} is redirected to with ${String(status)}`, async () => {
        const heard: string[] = [];
        const elsewhere = await serve((req, res) => {
          heard.push(`${String(req.method)} ${String(req.url)}`);
          const cors = {
            'access-control-allow-origin': req.headers.origin ?? '*',
            'access-control-allow-headers': '*',
          };
          res.writeHead(200, { ...cors, 'access-control-allow-credentials': 'true' }).end('{}');
        });
        const here = await serve((req, res) => {
          if (req.method === 'POST') res.writeHead(status, { location: `${elsewhere}/caught` }).end();
          else res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Page</title>');
        });
        const { page } = await openAt(here);
        await page.goto('/');
        await page.evaluate(CLIENT + ';globalThis.secondFactor = secondFactor');
        expect(await page.evaluate<string>(CODE_OF(call))).to.equal(code);
        expect(heard).to.deep.equal([]);
      });
    }
  }
});
