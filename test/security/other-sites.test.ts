import { expect } from 'chai';
import { REMEMBERS } from './remembered-browsers.js';
import express from 'express';
import { FROM_ANOTHER_SITE, MANAGING, attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { onOnePanel } from '../support/on-each-place.js';
import { enrolled, give, pending, signedIn, verify } from '../support/people.js';

const ROUTES = [...MANAGING, 'cancel'];

const OTHER_SITES: Record<string, Record<string, string>> = {
  'another site': FROM_ANOTHER_SITE,
  'a sibling subdomain': { 'sec-fetch-site': 'same-site', origin: 'http://customer.localhost' },
  'a sandboxed frame': { origin: 'null' },
  'another port': { origin: 'http://127.0.0.1:1' },
  'a browser without Sec-Fetch-Site': { origin: 'https://evil.example' },
};

const FORM = 'application/x-www-form-urlencoded';

const ELSEWHERE = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/\tevil.example',
  '/%09/evil.example',
  'https:evil.example',
  'https://evil.example',
  'HTTPS://evil.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  '/a/..//evil.example',
  '/.//evil.example',
  'http://127.0.0.1@evil.example',
  '@evil.example',
  '/x\r\nLocation: https://evil.example',
  '/%0d%0aLocation:%20https://evil.example',
  '',
];

const HOST = 'panel.lan:3000';

/**
 * What browsers send from a page of ours: by plain http on a LAN name without Sec-Fetch-Site. The last one came
 * by a proxy that rewrites Host.
 */
const OWN: Record<string, string>[] = [
  { host: HOST, origin: `http://${HOST}` },
  { host: HOST, origin: 'http://PANEL.lan:3000' },
  { host: 'panel.lan', origin: 'http://panel.lan' },
  { host: HOST, origin: 'null', 'sec-fetch-site': 'same-origin' },
  { host: HOST, 'sec-fetch-site': 'same-origin' },
  { host: 'inner:8080', origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' },
];

const NOT_OURS: Record<string, string>[] = [
  { host: HOST, origin: 'null' },
  { host: HOST, origin: 'http://panel.lan' },
  { host: HOST, origin: `https://${HOST}` },
  { host: HOST, origin: 'http://panel.lan:3000.evil.example' },
  { host: HOST, origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
  { host: 'inner:8080', origin: `http://${HOST}`, 'x-forwarded-host': HOST },
  { host: HOST, 'sec-fetch-site': 'same-site', origin: 'http://customer.lan' },
  { host: HOST, 'sec-fetch-site': 'cross-site' },
  { host: HOST, 'sec-fetch-site': 'cross-site', origin: `https://${HOST}` },
];

describe('Requests from other sites', () => {
  attack(
    'on %s',
    [],
    (panel) => {
      describe('D12: enable, disable, regenerate and revoke from another site', () => {
        async function send(
          client: Client,
          path: string,
          headers: Record<string, string>,
          fields: Record<string, string>,
        ): Promise<number[]> {
          const form = String(new URLSearchParams(fields));
          const bodies = [
            ['application/x-www-form-urlencoded', form],
            ['text/plain', JSON.stringify(fields)],
            ['application/json', JSON.stringify(fields)],
            [
              'multipart/form-data; boundary=x',
              `--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n--x--`,
            ],
          ] as const;
          const answers = bodies.map(([type, body]) =>
            client.peek('POST', path, { ...headers, 'content-type': type }, body),
          );
          return (await Promise.all(answers)).map(({ status }) => status);
        }

        for (const [site, headers] of Object.entries(OTHER_SITES)) {
          it(`changes nothing for a form of ${site}, with the right code in it`, async () => {
            const { client, phone } = await enrolled(panel());
            const before = await panel().record('alice');
            const code = phone.nextCode();
            for (const route of ROUTES) {
              const statuses = await send(client, `/two-step/${route}`, headers, { code, all: 'true' });
              expect(statuses, route).to.deep.equal([403, 403, 403, 403]);
            }
            expect(await panel().record('alice')).to.equal(before);
            expect((await give(client, 'step-up', code)).status, 'the code is not spent').to.equal(200);
            const refused = panel()
              .events()
              .filter(({ name }) => name === 'cross-site-refused');
            expect(refused).to.have.length(ROUTES.length * 4);
          });
        }

        it('changes nothing by GET', async () => {
          const { client, phone } = await enrolled(panel());
          const before = await panel().record('alice');
          for (const route of ROUTES) {
            const query = `code=${phone.nextCode()}&all=true`;
            await client.peek('GET', `/two-step/${route}?${query}`, FROM_ANOTHER_SITE);
            await client.get(`/two-step/${route}?${query}&_method=POST`, {
              'x-http-method-override': 'POST',
            });
          }
          expect(await panel().record('alice')).to.equal(before);
          expect((await client.get('/api/secret')).status).to.equal(200);
        });
      });

      it('D13: lets no answer of ours be framed, errors included', async () => {
        const { client } = await enrolled(panel());
        await client.post('/two-step/setup');
        const waiting = await pending(panel());
        const answers = [
          ...(await Promise.all(
            ['', '/setup', '/step-up', '/verify'].map((path) => client.open(`/two-step${path}`)),
          )),
          await waiting.open('/two-step/verify'),
          await waiting.submit('/two-step/verify', { code: '000000' }),
          await waiting.submit('/two-step/verify', { code: '' }),
          await client.submit('/two-step/disable', { code: '000000' }),
          await client.submit('/two-step/disable', { code: 'x' }),
          await client.get('/two-step/'),
          await give(client, 'setup/confirm', '000000'),
          await new Client(panel()).post('/two-step/disable', {}),
          await new Client(panel()).open('/two-step/'),
        ];
        for (const { headers, status } of answers) {
          expect(headers['x-frame-options'], String(status)).to.equal('DENY');
          expect(headers['content-security-policy'], String(status)).to.contain("frame-ancestors 'none'");
        }
        const refused = await client.peek('POST', '/two-step/disable', { origin: 'https://evil.example' });
        expect(refused.status).to.equal(403);
        expect(refused.headers['x-frame-options']).to.equal('DENY');
        expect(refused.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
      });

      describe('D14: the victim ends in the attacker’s account', () => {
        it('refuses a sign-in that a page of another site sends', async () => {
          const victim = new Client(panel());
          const body = 'username=bob&password=bob-password';
          const headers = { ...FROM_ANOTHER_SITE, 'content-type': FORM };
          const { status, headers: answered } = await victim.peek('POST', '/login', headers, body);
          expect(status).to.equal(403);
          expect(answered['set-cookie']).to.equal(undefined);
        });

        it('refuses a code that a page of another site sends, and does not spend it', async () => {
          const { phone } = await enrolled(panel(), 'bob');
          const victim = await pending(panel(), 'bob');
          const code = phone.nextCode();
          const headers = { ...FROM_ANOTHER_SITE, 'content-type': FORM };
          const { status } = await victim.peek('POST', '/two-step/verify', headers, `code=${code}`);
          expect(status).to.equal(403);
          expect(await victim.who()).to.equal('code-required');
          expect((await verify(victim, code)).status).to.equal(200);
        });
      });

      describe('K12: enter or leave by another site', () => {
        it('refuses a form, text and JSON of every other site', async () => {
          const admin = await signedIn(panel(), 'admin');
          const acting = await signedIn(panel(), 'root');
          for (const site of Object.values(OTHER_SITES)) {
            for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
              const body = type === 'application/json' ? '{"account":"alice"}' : 'account=alice';
              const headers = { ...site, 'content-type': type };
              const entered = await admin.peek('POST', '/two-step/impersonation', headers, body);
              const left = await acting.peek('POST', '/two-step/impersonation/leave', headers, body);
              expect([entered.status, left.status], type).to.deep.equal([403, 403]);
            }
          }
          expect(await admin.who()).to.equal('admin');
          expect(await acting.who()).to.equal('root > admin');
        });

        it('does nothing by GET', async () => {
          const admin = await signedIn(panel(), 'admin');
          const acting = await signedIn(panel(), 'root');
          await admin.open('/two-step/impersonation?account=alice');
          await acting.open('/two-step/impersonation/leave');
          expect(await admin.who()).to.equal('admin');
          expect(await acting.who()).to.equal('root > admin');
        });
      });

      describe('L8: plain http on a LAN name, strict referrer policies, proxies that rewrite Host', () => {
        it('takes our own forms', async () => {
          const { phone } = await enrolled(panel());
          const credentials = { username: 'alice', password: 'alice-password' };
          for (const headers of OWN) {
            const client = new Client(panel());
            expect((await client.post('/login', credentials, headers)).body.code).to.equal('code-required');
            const { status } = await verify(client, phone.nextCode(), {}, headers);
            expect(status, JSON.stringify(headers)).to.equal(200);
          }
        });

        it('refuses those of everybody else, and spends no code on them', async () => {
          const { phone } = await enrolled(panel());
          const waiting = await pending(panel());
          const before = await panel().record('alice');
          const code = phone.nextCode();
          for (const headers of NOT_OURS) {
            const { status, body } = await verify(waiting, code, {}, headers);
            expect([status, body.code], JSON.stringify(headers)).to.deep.equal([403, 'cross-site']);
          }
          await isOut(waiting);
          expect(await panel().record('alice')).to.equal(before);
          expect((await verify(waiting, code)).status).to.equal(200);
        });
      });
    },
    REMEMBERS,
  );

  onOnePanel((start) => {
    it('I3: lands on the default for destinations elsewhere, and on a path of ours for a path of ours', async () => {
      const panel = await start({
        beforeRouter: ({ app }) => {
          app.post('/next', express.json(), (req, res) => {
            Object.assign(req.session, { returnTo: (req.body as { to: unknown }).to });
            res.json({});
          });
        },
      });
      panel.app.post(
        '/enter',
        express.json(),
        panel.passport.authenticate('local', { successReturnToOrRedirect: '/home' }),
      );
      const { phone } = await enrolled(panel);
      for (const to of [...ELSEWHERE, ['//evil.example'], { to: '/x' }, '/own/page?a=b']) {
        const client = new Client(panel);
        await client.post('/next', { to });
        await client.post('/enter', { username: 'alice', password: 'password' });
        const form = new URLSearchParams({ code: phone.nextCode() });
        const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' };
        const answer = await client.post('/two-step/verify', form, page);
        const own = to === '/own/page?a=b';
        expect(answer.status).to.equal(303);
        const { location } = answer.headers;
        expect(location, JSON.stringify(to)).to.be.oneOf(own ? [to] : ['/', '/home']);
      }
    });
  });
});
