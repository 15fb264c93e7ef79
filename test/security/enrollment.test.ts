import { expect } from 'chai';
import { Secret, TOTP, URI } from 'otpauth';
import { REMEMBERS } from './remembered-browsers.js';
import { FROM_ANOTHER_SITE, MANAGING, attack } from '../support/attack.js';
import { Client } from '../support/client.js';
import { burst, enable, enrolled, give, pending, phoneWith, signedIn, verify } from '../support/people.js';

const OWN = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const PAGES = ['', '/', '/setup', '/verify', '/step-up', '/recovery-codes', '/browsers', '/setup/confirm'];

const NAMES = [
  'a:b',
  'eve?secret=AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH',
  'eve&secret=AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH&issuer=Bank',
  'eve#frag',
  'eve%26secret%3DAAAA',
  'two\nlines',
  'right\u202Eto left',
  'a\u200Fb',
  '<script>alert(1)</script>',
  '../../x',
  'x'.repeat(300),
  'y'.repeat(2048),
];

describe('Enrolling in the place of the owner', () => {
  attack(
    'on %s, where admins must have one',
    ['enrolls one of many'],
    (panel) => {
      describe('D1: enroll or replace the factor while the code is missing', () => {
        it('refuses every managing route to who is pending', async () => {
          const { phone } = await enrolled(panel());
          const before = await panel().record('alice');
          const client = await pending(panel());
          for (const path of MANAGING) {
            const answer = await client.post(`/two-step/${path}`, {
              code: phone.code(),
              add: true,
              all: true,
            });
            expect(answer.status, path).to.equal(401);
            expect(answer.text, path).not.to.match(/otpauth|recoveryCodes"|<svg/);
          }
          for (const path of ['setup', 'browsers', 'step-up']) {
            expect((await client.get(`/two-step/${path}`)).status, path).to.equal(401);
          }
          expect(await panel().record('alice')).to.equal(before);
          expect((await client.get('/api/secret')).status).to.equal(401);
        });

        it('lets who must enroll do so once: another who was parked before is refused at the confirmation', async () => {
          const clients = [new Client(panel()), new Client(panel())];
          for (const client of clients)
            expect((await client.login('admin')).body.code).to.equal('enrollment-required');
          const [owner, thief] = clients as [(typeof clients)[0], (typeof clients)[0]];
          const { key } = (await thief.post('/two-step/setup')).body as { key: string };
          await enable(panel(), owner);
          const before = await panel().record('admin');

          const right = phoneWith(panel(), key).code();
          const { code } = (await give(thief, 'setup/confirm', right)).body;
          expect(code).to.equal('sign-in-expired');
          expect(await thief.who()).to.equal('login-required');
          expect((await thief.post('/two-step/setup')).status).to.equal(401);
          expect(await panel().record('admin')).to.equal(before);
        });

        it('enrolls one of many who confirm at once, and signs in nobody else', async () => {
          const clients = Array.from({ length: 8 }, () => new Client(panel()));
          for (const client of clients) await client.login('admin');
          const outcomes = await Promise.allSettled(clients.map((client) => enable(panel(), client)));
          expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
          const there = await Promise.all(clients.map((client) => client.who()));
          expect(there.filter((who) => who === 'admin')).to.have.length(1);
          expect((await panel().secondFactor.status('admin')).enrolled).to.equal(true);
        });
      });
    },
    { ...REMEMBERS, PANEL_REQUIRE_FACTOR: 'admin' },
  );

  attack('on %s', ['lets requests that race the enabling'], (panel) => {
    describe('D2: a set-up that was begun overwrites or switches on the factor', () => {
      it('keeps the old authenticator, and knows nothing of the new one, until it is proved', async () => {
        const { client, phone } = await enrolled(panel());
        const before = await panel().record('alice');
        const { body } = await client.post('/two-step/setup');
        expect(body.key).to.be.a('string').and.not.to.equal(phone.key);
        expect(await panel().record('alice')).to.equal(before);

        const other = await pending(panel());
        const begun = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
        panel().advance(30);
        const code = begun.generate({ timestamp: panel().now });
        expect((await verify(other, code)).body.code).to.equal('code-invalid');
        expect((await verify(other, phone.code())).status).to.equal(200);
        expect(await other.who()).to.equal('alice');
      });

      it('asks nobody for a code who only began', async () => {
        const client = await signedIn(panel(), 'bob');
        await client.post('/two-step/setup');
        await client.post('/logout');
        expect((await new Client(panel()).login('bob')).status).to.equal(200);
        expect(await panel().record('bob')).to.equal(null);
      });

      it('drops the set-up with the session: nobody confirms it later, nor from another one', async () => {
        const client = await signedIn(panel(), 'bob');
        const { body } = await client.post('/two-step/setup');
        const code = phoneWith(panel(), String(body.key)).code();
        const copy = client.copy();
        await client.post('/logout');
        for (const other of [copy, await signedIn(panel(), 'bob')]) {
          expect((await give(other, 'setup/confirm', code)).status).to.be.oneOf([401, 409]);
        }
        expect(await panel().record('bob')).to.equal(null);
      });
    });

    describe('D3: the client brings the secret', () => {
      const codeOf = (key: string): string => phoneWith(panel(), key).code();

      it('ignores a secret in body and query, when beginning and when confirming', async () => {
        const client = await signedIn(panel());
        const given = { secret: OWN, key: OWN, uri: `otpauth://totp/x?secret=${OWN}`, sealed: OWN };
        const setup = { secret: OWN, setup: { secret: OWN, sealed: OWN } };
        const { body } = await client.post(`/two-step/setup?secret=${OWN}&key=${OWN}`, {
          ...given,
          ...setup,
        });
        expect(body.key)
          .to.match(/^[A-Z2-7]{32}$/)
          .and.not.to.equal(OWN);

        const own = await client.post(`/two-step/setup/confirm?secret=${OWN}`, {
          code: codeOf(OWN),
          ...given,
        });
        expect(own.body.code).to.equal('code-invalid');
        expect(await panel().record('alice')).to.equal(null);

        const shown = await give(client, 'setup/confirm', codeOf(String(body.key)), given);
        expect(shown.status).to.equal(200);
        const other = await pending(panel());
        panel().advance(30);
        expect((await verify(other, codeOf(OWN))).body.code).to.equal('code-invalid');
        expect((await verify(other, codeOf(String(body.key)))).status).to.equal(200);
      });
    });

    describe('D5: a stolen session enrolls the thief’s phone', () => {
      it('asks who signed in a while ago for the password again, and begins nothing', async () => {
        const stolen = (await signedIn(panel())).copy();
        panel().advance(901);
        const refused = await stolen.post('/two-step/setup');
        expect([refused.status, refused.body.code]).to.deep.equal([401, 'step-up-required']);
        expect((await stolen.get('/two-step/setup')).body.code).to.equal('setup-expired');
        const asPage = await stolen.submit('/two-step/setup');
        expect([asPage.status, asPage.location]).to.deep.equal([303, '/login']);
        expect(await panel().record('alice')).to.equal(null);
      });

      it('asks who gave a code a while ago for a fresh one before another phone takes its place', async () => {
        const { client } = await enrolled(panel());
        const before = await panel().record('alice');
        const stolen = client.copy();
        panel().advance(901);
        for (const add of [true, false]) {
          expect((await stolen.post('/two-step/setup', { add })).body.code).to.equal('step-up-required');
        }
        expect(await panel().record('alice')).to.equal(before);
      });

      it('leaves the owner of a set-up that the thief began signed out, so that it shows, and tells of it', async () => {
        const owner = await signedIn(panel());
        const thief = owner.copy();
        await enable(panel(), thief);
        expect(panel().told()).to.include('enrolled');
        expect(await owner.who()).to.be.oneOf(['login-required', 'code-required']);
        // No request waits for its mail.
        while (panel().mails.length === 0) await new Client(panel()).get('/login');
        expect(panel().mails.map((mail) => JSON.parse(mail) as object)).to.containSubset([
          { mailTo: 'alice', subject: 'Acme Panel: Two-step authentication was enabled' },
        ]);
        expect(panel().mails).to.have.length(1);
      });
    });

    describe('D8: sessions from before enabling stay valid', () => {
      it('asks all other sessions for the code at once', async () => {
        const others = [await signedIn(panel()), await signedIn(panel())];
        await enrolled(panel());
        for (const client of others) {
          expect(await client.who()).to.equal('code-required');
          expect((await client.get('/api/secret')).status).to.equal(401);
          expect((await client.post('/settings/password', { newPassword: 'x'.repeat(10) })).status).to.equal(
            401,
          );
        }
      });

      it('leaves no copy of the cookie that enabled it, and none of the setting-up', async () => {
        const client = await signedIn(panel());
        const before = client.copy();
        await client.post('/two-step/setup');
        const during = client.copy();
        await enable(panel(), client);
        expect(await client.who()).to.equal('alice');
        for (const copy of [before, during]) {
          expect(await copy.who()).to.equal('login-required');
          expect((await copy.get('/two-step/setup')).status).to.equal(401);
        }
      });

      it('lets requests that race the enabling end in no session without the code', async () => {
        const client = await signedIn(panel());
        const others = await burst(6, () => signedIn(panel()));
        const racing = others.map(async (other) => {
          for (let i = 0; i < 5; i++) await other.get('/');
        });
        await Promise.all([enable(panel(), client), ...racing]);
        for (const other of others) expect(await other.who()).to.equal('code-required');
      });
    });

    describe('D10: the secret can be read after the confirmation', () => {
      it('shows neither key nor QR code nor recovery code on any page any more', async () => {
        const client = await signedIn(panel());
        const { body: setup } = await client.post('/two-step/setup');
        const { phone } = await enable(panel(), client);
        const { body } = await give(client, 'recovery-codes', phone.nextCode());
        const secrets = [phone.key, String(setup.key), ...(body.recoveryCodes as string[])];

        const paths = [
          ...PAGES.map((path) => `/two-step${path}`),
          '/',
          '/settings',
          '/api/me',
          '/api/secret',
        ];
        for (const path of paths) {
          for (const { text, headers } of [await client.get(path), await client.open(path)]) {
            const all = text + JSON.stringify(headers);
            for (const secret of secrets) expect(all, path).not.to.contain(secret);
            expect(all, path).not.to.match(/otpauth/i);
          }
        }
        expect((await client.get('/two-step/setup')).body.code).to.equal('setup-expired');
      });

      it('begins with another secret when the owner sets up anew', async () => {
        const { client, phone } = await enrolled(panel());
        const { body } = await client.post('/two-step/setup');
        expect(body.key).not.to.equal(phone.key);
      });
    });

    describe('D11: the QR code by a GET, or by a service elsewhere', () => {
      it('makes no secret by GET, HEAD or a link from elsewhere', async () => {
        const client = await signedIn(panel());
        for (const method of ['GET', 'HEAD', 'OPTIONS']) {
          for (const path of ['setup', 'setup/', 'setup?start=1', 'setup/confirm?code=000000']) {
            const { status, text } = await client.peek(method, `/two-step/${path}`, FROM_ANOTHER_SITE);
            expect(status, `${method} ${path}`).to.be.at.most(409);
            expect(text).not.to.match(/otpauth|<svg[^>]*qr/i);
          }
        }
        expect((await client.get('/two-step/setup')).body.code).to.equal('setup-expired');
      });

      it('has no picture of the code that another site could show, and none made elsewhere', async () => {
        const client = await signedIn(panel());
        await client.post('/two-step/setup');
        const { text, headers } = await client.open('/two-step/setup');
        expect(text).to.contain('<svg');
        expect(text.replaceAll('http://www.w3.org/', '')).not.to.match(
          /(src|href|action|url\()\s*=?\s*["'(]?(https?:)?\/\//i,
        );
        expect(text).not.to.match(/<img[^>]*src="(?!data:)/i);
        expect(headers['content-security-policy']).to.contain("default-src 'none'");
        expect(headers['access-control-allow-origin']).to.equal(undefined);
        expect(headers['cross-origin-resource-policy']).to.equal('same-origin');
      });

      it('lets another site load neither the page of an open set-up nor the JSON with the key', async () => {
        const client = await signedIn(panel());
        const begun = await client.post('/two-step/setup');
        const loads = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
        const picture = { ...loads, 'sec-fetch-dest': 'image', accept: 'image/*,*/*;q=0.8' };
        const json = await client.get('/two-step/setup', loads);
        for (const { body } of [begun, json]) expect(body).to.include.all.keys('key', 'uri', 'qr');
        for (const { headers } of [begun, json, await client.get('/two-step/setup', picture)]) {
          expect(headers).to.include({ 'cross-origin-resource-policy': 'same-origin' });
          expect(headers).not.to.have.property('access-control-allow-origin');
        }
      });
    });

    describe('D17: the seed is too short to be a secret', () => {
      it('makes 160 bits, new ones each time', async () => {
        const keys = new Set<string>();
        for (const login of ['admin', 'alice', 'bob']) {
          const client = await signedIn(panel(), login);
          const key = String((await client.post('/two-step/setup')).body.key);
          expect(Secret.fromBase32(key).bytes).to.have.length(20);
          keys.add(key);
        }
        expect(keys.size).to.equal(3);
      });

      it('refuses to take over less than 128 bits unless it is said, and never less than 80', async () => {
        const { secondFactor } = panel();
        const base32 = (bytes: number): string => new Secret({ size: bytes }).base32;
        const taken = (bytes: number, dangerouslyAllowShortSecret?: boolean): Promise<unknown> =>
          secondFactor.admin
            .import('alice', { by: 'test', secret: base32(bytes), dangerouslyAllowShortSecret })
            .then(
              () => 'taken',
              (error: unknown) => (error as { code?: string }).code,
            );
        for (const bytes of [1, 9, 10, 15])
          expect(await taken(bytes), String(bytes)).to.equal('option-invalid');
        for (const bytes of [1, 9])
          expect(await taken(bytes, true), String(bytes)).to.equal('option-invalid');
        expect(await panel().record('alice')).to.equal(null);
        expect(await taken(16)).to.equal('taken');
      });
    });

    it('D20: brings exactly our secret, our issuer and the whole name for a hostile login', async () => {
      for (const name of NAMES) {
        panel().database.exec(`UPDATE users SET login = '${name}' WHERE id = 'alice'`);
        const client = new Client(panel());
        expect((await client.login(name, 'alice-password')).status, name).to.equal(200);
        const { status, body } = await client.post('/two-step/setup');
        expect(status).to.equal(200);
        const query = new URL(String(body.uri)).searchParams;
        expect(query.getAll('secret'), name).to.deep.equal([body.key]);
        expect(query.getAll('issuer')).to.deep.equal(['Acme Panel']);
        const label = decodeURIComponent(/^otpauth:\/\/totp\/([^?#]*)\?/.exec(String(body.uri))?.[1] ?? '');
        expect(label).to.equal(`Acme Panel:${name}`);
        const scanned = URI.parse(String(body.uri)) as TOTP;
        expect(scanned.label).to.equal(name);
        expect(scanned.issuer).to.equal('Acme Panel');
        const timestamp = panel().now;
        const typed = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
        expect(scanned.generate({ timestamp })).to.equal(typed.generate({ timestamp }));
        const page = await client.open('/two-step/setup');
        expect(page.status, name).to.equal(200);
        expect(page.text).to.contain('<svg').and.not.to.contain('<script>alert(1)');
      }
    });
  });
});
