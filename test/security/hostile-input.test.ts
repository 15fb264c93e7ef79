import { expect } from 'chai';
import { TAKE_CODES, attack, failuresOf, isIn } from '../support/attack.js';
import { Client } from '../support/client.js';
import { inTwoParts } from '../support/in-two-parts.js';
import { LONG_BODIES } from '../support/long-bodies.js';
import { onOnePanel } from '../support/on-each-place.js';
import { enroll, enrolled, loggedIn, pending, said, signedIn, verify } from '../support/people.js';

const FORM = 'application/x-www-form-urlencoded';

const CODE_ROUTES = ['verify', ...TAKE_CODES].map((operation) => `/two-step/${operation}`);

const OPERATIONS = ['verify', ...TAKE_CODES, 'setup/confirm', 'authenticators/remove'];

const FORGED = {
  impersonatedBy: 'root',
  actor: 'root',
  actorId: 'root',
  actors: [{ account: 'root', user: 'root', stamp: null, mark: { state: 'verified', account: 'root' } }],
  state: 'verified',
  secondFactor: { state: 'verified', account: 'root' },
  passportSecondFactor: { state: 'verified', account: 'root' },
  session: { passportSecondFactor: { state: 'impersonating' } },
  passport: { user: 'root' },
  level: 'root',
  enrolled: false,
  ['__proto__x']: {},
};

/** What the store decides, or the store of the sessions. */
const ON_REDIS = ['does not let a body that comes after'];

describe('Hostile input', () => {
  attack('on %s', ON_REDIS, (panel) => {
    describe('H1: arrays, objects and operators in the place of a code', () => {
      it('refuses them at every operation with 400, uncharged', async () => {
        const owner = await enrolled(panel());
        panel().advance(30);
        const right = owner.phone.code();
        const outside = await pending(panel());
        const bodies = [
          JSON.stringify({ code: [right, ...owner.phone.wrongCodes(1000)] }),
          JSON.stringify({ code: [right] }),
          JSON.stringify({ code: { $ne: null } }),
          JSON.stringify({ code: { $gt: '' } }),
          JSON.stringify({ code: { length: 6, toString: right } }),
          JSON.stringify({ code: { code: right } }),
          JSON.stringify({ 'code[]': right }),
          JSON.stringify([{ code: right }]),
          JSON.stringify([right]),
          JSON.stringify(right),
          JSON.stringify(Number(right)),
          `{"__proto__":{"code":"${right}"}}`,
          `{"constructor":{"prototype":{"code":"${right}"}}}`,
          'null',
          'true',
          '{"code":',
          '',
        ];
        for (const path of CODE_ROUTES) {
          const client = path.endsWith('verify') ? outside : owner.client;
          for (const body of bodies) {
            const { status } = await client.postRaw(path, body);
            expect(status, `${path} ${body.slice(0, 60)}`).to.equal(400);
          }
          for (const body of [
            `code[]=${right}`,
            `code[$gt]=`,
            `code[0]=${right}`,
            `code%5B%24ne%5D=1`,
            `code.0=${right}`,
          ]) {
            expect((await client.postRaw(path, body, FORM)).status, `${path} ${body}`).to.equal(400);
          }
        }
        expect(await failuresOf(panel())).to.equal(0);
        expect(await isIn(outside)).to.equal(false);
        expect(await panel().secondFactor.status('alice')).to.include({
          enrolled: true,
          recoveryCodesLeft: 10,
        });
        // And the code is not spent.
        expect((await verify(outside, right)).status).to.equal(200);
      });

      it('refuses ten thousand codes in one body, and charges once at most', async () => {
        const owner = await enrolled(panel());
        const outside = await pending(panel());
        const body = JSON.stringify({ code: owner.phone.wrongCodes(10_000) });
        expect((await outside.postRaw('/two-step/verify', body)).status).to.be.oneOf([400, 413]);
        expect(await failuresOf(panel())).to.be.at.most(1);
      });

      it('refuses them as login and password too', async () => {
        for (const value of [{ $ne: null }, ['alice'], 1, true, null]) {
          const client = new Client(panel());
          expect((await client.post('/login', { username: 'alice', password: value })).status).to.equal(401);
          expect(
            (await client.post('/login', { username: value, password: 'alice-password' })).status,
          ).to.equal(401);
        }
      });
    });

    describe('H5: a code or a secret in the query string', () => {
      it('takes none from there, at any operation, and does not spend it', async () => {
        const owner = await enrolled(panel());
        panel().advance(30);
        const code = owner.phone.code();
        const outside = await pending(panel());
        const query = `?code=${code}&rememberBrowser=true`;
        expect(said(await outside.post(`/two-step/verify${query}`))).to.equal('code-malformed');
        expect((await outside.postRaw(`/two-step/verify${query}`, '', '')).status).to.equal(400);
        expect(said(await outside.get(`/two-step/verify${query}`))).to.equal('pending');
        expect((await outside.open(`/two-step/verify${query}`)).text).to.not.include(code);
        const withHeaders = {
          'x-code': code,
          'x-otp': code,
          'x-two-factor-code': code,
          authorization: `OTP ${code}`,
        };
        expect(said(await outside.post('/two-step/verify', {}, withHeaders))).to.equal('code-malformed');
        outside.cookies.set('code', code);
        expect(said(await outside.post('/two-step/verify'))).to.equal('code-malformed');
        for (const operation of TAKE_CODES) {
          expect(said(await owner.client.post(`/two-step/${operation}${query}`)), operation).to.equal(
            'code-malformed',
          );
        }
        expect(await isIn(outside)).to.equal(false);
        expect(await failuresOf(panel())).to.equal(0);
        expect(said(await verify(outside, code))).to.equal('verified');
      });

      it('takes no password from there either', async () => {
        const client = new Client(panel());
        expect((await client.post('/login?username=bob&password=bob-password')).status).to.equal(401);
      });
    });

    describe('H6: very long, deep or slow input', () => {
      it('refuses it, with one charge at most, and answers others afterwards', async () => {
        const owner = await enrolled(panel());
        const client = await pending(panel());
        for (const [body, type] of LONG_BODIES) {
          const { status } = await client.postRaw('/two-step/verify', body, type);
          expect(status, body.slice(0, 40)).to.be.oneOf([400, 413]);
        }
        expect(await failuresOf(panel())).to.equal(0);
        expect(said(await verify(client, owner.phone.nextCode()))).to.equal('verified');
      });

      it('refuses bodies in other encodings and lengths than they say', async () => {
        const owner = await enrolled(panel());
        const client = await pending(panel());
        const body = JSON.stringify({ code: owner.phone.code(1) });
        const strange = [
          'application/json; charset=iso-8859-1',
          'application/json; charset=x',
          'multipart/form-data',
          'text/plain',
        ];
        for (const type of strange) {
          expect((await client.postRaw('/two-step/verify', body, type)).status, type).to.be.oneOf([400, 415]);
        }
        for (const encoding of ['gzip', 'compress', 'br', 'identity, gzip']) {
          const answer = await client.post(
            '/two-step/verify',
            { code: owner.phone.code(1) },
            { 'content-encoding': encoding },
          );
          expect(answer.status, encoding).to.be.oneOf([400, 415]);
        }
        expect(await failuresOf(panel())).to.equal(0);
      });

      it('does not let a body that comes after the end of the sign-in count', async () => {
        const owner = await enrolled(panel());
        const client = await pending(panel());
        const { cookie } = client;
        const late = { code: owner.phone.code(1) };
        const status = await inTwoParts(`${panel().url}/two-step/verify`, cookie, late, () =>
          client.post('/two-step/cancel'),
        );
        expect(status).to.equal(401);
        expect(await failuresOf(panel())).to.equal(0);
        expect(said(await verify(await pending(panel()), owner.phone.code(1)))).to.equal('verified');
      });
    });

    describe('H7: the same parameter twice', () => {
      it('refuses two codes, whichever is right, and charges neither', async () => {
        const owner = await enrolled(panel());
        panel().advance(30);
        const [wrong] = owner.phone.wrongCodes(1);
        const right = owner.phone.code();
        const client = await pending(panel());
        for (const [first, second] of [
          [wrong, right],
          [right, wrong],
          [right, right],
          ['', right],
        ]) {
          const answer = await client.postRaw('/two-step/verify', `code=${first}&code=${second}`, FORM);
          expect(answer.status).to.equal(400);
        }
        expect(await failuresOf(panel())).to.equal(0);
        expect(await isIn(client)).to.equal(false);
        expect(said(await verify(client, right))).to.equal('verified');
      });

      it('evaluates one code of a JSON body that has two, and charges one', async () => {
        const owner = await enrolled(panel());
        const client = await pending(panel());
        const [wrong] = owner.phone.wrongCodes(1);
        // JSON.parse takes the last one; nobody looks at the other.
        const body = `{"code":"${owner.phone.code(1)}","code":"${wrong}"}`;
        expect(said(await client.postRaw('/two-step/verify', body))).to.equal('code-invalid');
        expect(await failuresOf(panel())).to.equal(1);
      });
    });

    describe('K16: fields of the body become state', () => {
      it('knows none of them, on every route', async () => {
        const client = new Client(panel());
        const forged = (fields: object): string =>
          JSON.stringify({ ...FORGED, ...fields }).replace('__proto__x', '__proto__');
        const post = async (path: string, fields: object): Promise<void> => {
          const headers = { 'content-type': 'application/json' };
          await client.peek('POST', path, headers, forged(fields));
        };
        await client.post('/login', { ...FORGED, username: 'alice', password: 'alice-password' });
        expect((await client.get('/api/me')).body).to.deep.equal({
          user: 'alice',
          level: 'user',
          actors: [],
        });
        for (const path of ['setup/confirm', 'setup/cancel', 'step-up', 'cancel', 'verify', 'disable']) {
          await post(`/two-step/${path}`, { code: '000000' });
          expect((await client.get('/api/me')).body).to.deep.equal({
            user: 'alice',
            level: 'user',
            actors: [],
          });
        }
        await post('/two-step/impersonation', { account: 'bob' });
        await post('/two-step/impersonation/leave', {});
        expect((await client.get('/api/me')).body).to.deep.equal({
          user: 'alice',
          level: 'user',
          actors: [],
        });
        const status = (await client.get('/two-step/')).body;
        expect(status).to.include({ state: 'signed-in', enrolled: false });
        expect(status.actors).to.deep.equal([]);
        expect((await client.get('/api/secret')).status).to.equal(403);
      });

      it('lets no actor choose their stack: entering keeps who really signed in', async () => {
        const client = await signedIn(panel(), 'admin');
        await client.post('/two-step/impersonation', { ...FORGED, account: 'alice' });
        expect(await client.who()).to.equal('admin > alice');
        await client.post('/two-step/impersonation/leave', FORGED);
        expect(await client.who()).to.equal('admin');
      });
    });
  });

  onOnePanel((start) => {
    for (const express of [4, 5] as const) {
      it(`H10: refuses every operation without a body, with no parser of it (Express ${express})`, async () => {
        const panel = await start({ express });
        const owner = new Client(panel);
        const phone = await enroll(panel, 'alice', owner);
        const outside = await loggedIn(panel);
        for (const operation of OPERATIONS) {
          for (const client of [outside, owner, new Client(panel)]) {
            if (client === owner && operation === 'verify') continue; // done already: is sent home, and nothing is evaluated
            for (const type of ['application/json', FORM, 'text/plain', 'image/png']) {
              const headers = { 'content-type': type, 'content-length': '0' };
              const { status } = await client.post(`/two-step/${operation}`, new URLSearchParams(), headers);
              expect(status, `${operation} ${type}`).to.be.within(400, 499);
            }
          }
        }
        expect(panel.errors).to.deep.equal([]);
        expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
        // The router reads the body itself where the panel has no parser.
        expect((await verify(outside, phone.nextCode())).body.state).to.equal('verified');
      });
    }
  });
});
