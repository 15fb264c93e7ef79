import { expect } from 'chai';
import type { Express } from 'express';
import { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Spellings of one path that a router, a proxy or a cache may take for the same. */
const SPELLINGS: ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => path.toUpperCase(),
  (path) => `/${path}`,
  (path) => `/%2e${path}`,
  (path) => `/two-step/..${path}`,
  (path) => `/two-step/%2e%2e${path}`,
  (path) => `${path}?code=000000&user=alice`,
];
/** What a parked sign-in may see: forms, its own state, and the ways out. */
const OPEN = /^(GET|HEAD) \/(login|two-step|two-step\/verify)$|^POST \/(logout|two-step\/cancel)$/i;

interface Layer {
  readonly route?: { readonly path: string };
  readonly handle?: { readonly stack?: readonly Layer[] };
}

/** Every path that the application knows, its own and the package's. */
function pathsOf(app: Express): string[] {
  const { stack } = app.router as unknown as { stack: readonly Layer[] };
  const walk = (layers: readonly Layer[]): string[] =>
    layers.flatMap(({ route, handle }) => {
      if (route) return [route.path];
      const inner = walk(handle?.stack ?? []);
      return inner.includes('/setup/confirm') ? inner.map((path) => `/two-step${path}`) : inner;
    });
  return [...new Set(walk(stack))].map((path) => path.replace(':login', 'bob').replace(/(.)\/$/, '$1'));
}

describe('A1: browsing straight to the app after the password', () => {
  attack('on %s', (target) => {
    it('shows nothing but the code form and the ways out, on any path, method and spelling', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const client = await pending(target(), 'alice');
      const before = await target().record('alice');
      const paths = pathsOf(target().app);
      expect(paths).to.include.members(['/api/secret', '/staff/bob/edit', '/two-step/disable', '/']);

      const headers = { cookie: client.cookie, accept: 'application/json', 'content-length': '0' };
      for (const path of paths) {
        const tried = SPELLINGS.flatMap((spell) =>
          METHODS.filter((method) => !OPEN.test(`${method} ${path}`)).map((method) => ({
            method,
            path: spell(path),
          })),
        );
        const answers = await Promise.all(
          tried.map(async ({ method, path }) => ({
            what: `${method} ${path}`,
            ...(await new Client(target()).send(method, path, headers)),
          })),
        );
        for (const { what, status, headers, text } of answers) {
          if (what.startsWith('OPTIONS')) expect(text, what).to.match(/^[A-Z, ]*$|"type":/);
          else expect(status, what).to.be.within(300, 499);
          if (headers.location !== undefined) {
            expect(headers.location, what).to.be.oneOf(['/two-step/verify', '/login']);
          }
          expect(headers, what).not.to.have.property('set-cookie');
          expect(text, what).not.to.match(/Only with|otpauth|alice-ceramics|"user"/);
        }
      }
      expect(await target().record('alice'), 'nothing changed').to.equal(before);
      expect((await verify(client, phone.nextCode())).status, 'the sign-in waits as before').to.equal(200);
    });

    it('sends a browser to the code form from every page', async () => {
      await enrolled(target(), 'admin');
      const client = await pending(target(), 'admin');
      for (const path of ['/', '/clients', '/staff', '/staff/alice/edit', '/settings', '/api/secret']) {
        const { status, location } = await client.open(path);
        expect([status, location], path).to.deep.equal([303, '/two-step/verify']);
      }
      await isOut(client);
    });
  });
});
