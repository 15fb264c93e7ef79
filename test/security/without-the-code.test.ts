import { expect } from 'chai';
import type { Express } from 'express';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { onEachPanel } from '../support/on-each-place.js';
import { enroll, enrolled, loggedIn, pending, verify } from '../support/people.js';
import { sessionId } from '../support/sessions.js';

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

/** Every text of an answer that could be a token. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const HEADERS = {
  'x-forwarded-for': '127.0.0.1',
  forwarded: 'for=127.0.0.1;proto=https',
  'x-real-ip': '127.0.0.1',
  'true-client-ip': '127.0.0.1',
  'x-internal': '1',
  'x-skip-2fa': 'true',
  'x-otp': 'not-required',
  'x-otp-required': 'false',
  'x-original-url': '/login',
  'x-rewrite-url': '/login',
  'x-http-method-override': 'GET',
  'x-requested-with': 'XMLHttpRequest',
};

describe('Getting in without the code', () => {
  attack('on %s', [], (panel) => {
    describe('A1: browsing straight to the app after the password', () => {
      it('shows nothing but the code form and the ways out, on any path, method and spelling', async () => {
        const { phone } = await enrolled(panel());
        const client = await pending(panel());
        const before = await panel().record('alice');
        const paths = pathsOf(panel().app);
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
              ...(await new Client(panel()).send(method, path, headers)),
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
        expect(await panel().record('alice'), 'nothing changed').to.equal(before);
        expect((await verify(client, phone.nextCode())).status, 'the sign-in waits as before').to.equal(200);
      });

      it('sends a browser to the code form from every page', async () => {
        await enrolled(panel(), 'admin');
        const client = await pending(panel(), 'admin');
        for (const path of ['/', '/clients', '/staff', '/staff/alice/edit', '/settings', '/api/secret']) {
          const { status, location } = await client.open(path);
          expect([status, location], path).to.deep.equal([303, '/two-step/verify']);
        }
        await isOut(client);
      });
    });

    describe('A2: using a session that the answer to the password already carries', () => {
      it('has one cookie, of a session with nobody in it, and no token', async () => {
        await enrolled(panel());
        const client = new Client(panel());
        const answer = await client.login('alice');
        expect(answer.headers['set-cookie']).to.have.length(1);
        expect([...client.cookies.keys()]).to.deep.equal(['panel.sid']);
        expect(answer.body).to.have.all.keys(
          'type',
          'title',
          'status',
          'code',
          'verify',
          'until',
          'methods',
          'digits',
        );
        await isOut(client);
      });

      it('has nothing that lets anybody in, alone or mixed', async () => {
        await enrolled(panel());
        const client = new Client(panel());
        const answer = await client.login('alice');
        const cookie = client.cookies.get('panel.sid') ?? '';
        const id = sessionId(client);
        const tokens = [cookie, id, ...textsIn(answer.body), String(answer.headers['www-authenticate'])];
        for (const token of tokens) {
          for (const headers of [
            { authorization: `Bearer ${token}` },
            { authorization: `Basic ${Buffer.from(`alice:${token}`).toString('base64')}` },
            { cookie: `panel.sid=${encodeURIComponent(token)}` },
            { cookie: `panel.sid=${cookie}; session=${token}; token=${token}` },
            { cookie: `panel.sid.0=${token}; panel.sid.1=${cookie}` },
            { cookie: `panel.sid=${cookie}`, authorization: `Bearer ${token}`, 'x-session-id': token },
          ]) {
            const tried = await new Client(panel()).send('GET', '/api/secret', headers);
            expect(tried.status, JSON.stringify(headers)).to.equal(401);
          }
        }
      });

      it('says the same to a browser: a redirect, and one cookie', async () => {
        await enrolled(panel());
        const client = new Client(panel());
        const answer = await client.submit('/login', { username: 'alice', password: 'alice-password' });
        expect([answer.status, answer.location]).to.deep.equal([303, '/two-step/verify']);
        expect(answer.headers['set-cookie']).to.have.length(1);
        expect(answer.text).to.equal('');
        await isOut(client);
      });
    });

    it('A9: changes nothing for any header: not at sign-in, not at the code, not at a guard', async () => {
      await enrolled(panel());
      for (const headers of [HEADERS, ...Object.entries(HEADERS).map((each) => Object.fromEntries([each]))]) {
        const waiting = await pending(panel());
        const { status, body } = await waiting.get('/api/secret', headers);
        expect([status, body.code], JSON.stringify(headers)).to.deep.equal([401, 'code-required']);
        if (headers !== HEADERS) continue;
        const credentials = { username: 'alice', password: 'alice-password' };
        expect((await waiting.post('/login', credentials, headers)).body.code).to.equal('code-required');
        expect((await verify(waiting, '', {}, headers)).body.code).to.equal('code-malformed');
        await isOut(waiting);
      }
    });

    it('A11: gains nothing by changing the answer in transit: the session is what it was, whatever the client shows', async () => {
      const { phone } = await enrolled(panel());
      const waiting = await pending(panel());
      const before = (await waiting.get('/two-step')).body;
      for (const code of phone.wrongCodes(3)) {
        const refused = await verify(waiting, code);
        expect(refused.status).to.equal(401);
        expect(refused.headers).not.to.have.property('set-cookie');
        expect(refused.body).not.to.have.any.keys('returnTo', 'state', 'token');
      }
      const after = (await waiting.get('/two-step')).body;
      expect([after.state, after.until]).to.deep.equal(['pending', before.until]);
      for (const path of ['/', '/settings', '/api/danger']) {
        expect((await waiting.get(path)).status, path).to.equal(401);
      }
      await isOut(waiting);
    });
  });

  onEachPanel((start) => {
    it('leaves in the store, byte for byte, the session that was there (A11)', async () => {
      const panel = await start();
      await enroll(panel);
      const waiting = await loggedIn(panel);
      const id = sessionId(waiting);
      const { cookie: _life, ...before } = (await panel.stored(waiting)) ?? {};
      for (const code of ['', '000000', null])
        await waiting.post('/two-step/verify', { code, state: 'verified' });
      const { cookie: _now, ...after } = (await panel.stored(waiting)) ?? {};
      expect(after).to.deep.equal(before);
      expect(after).to.have.all.keys('passportSecondFactor');
      expect(sessionId(waiting)).to.equal(id);
      expect(await new Client(panel).get('/secret', { cookie: waiting.cookie })).to.include({ status: 401 });
    });
  });
});
