import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn, trustCookie } from './remembered-browsers.js';
import { TAKE_CODES, attack, everythingStored, isIn } from '../support/attack.js';
import { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { restarted, startExamplePanel } from '../support/example-panel.js';
import { runConsole } from '../support/example-process.js';
import type { Owner } from '../support/people.js';
import { enable, enrolled, give, pending, said, signedIn, verify } from '../support/people.js';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Event = (panel: ExamplePanel, owner: Owner, browser: Client) => Promise<unknown>;

const EVENTS: Record<string, Event> = {
  'the factor was disabled and enabled again': async (panel, owner) => {
    await give(owner.client, 'disable', owner.phone.nextCode());
    await enrolled(panel);
  },
  'the authenticator was replaced': async (panel, owner) => {
    await give(owner.client, 'step-up', owner.phone.nextCode());
    await enable(panel, owner.client);
  },
  'a sign-in by a recovery code': async (panel, owner) => {
    expect(said(await verify(await pending(panel), owner.recoveryCodes[0]))).to.equal('verified');
  },
  'it was revoked by its id': async (_panel, owner) => {
    const { body } = await owner.client.get('/two-step/browsers');
    const [{ id }] = body.browsers as [{ id: string }];
    expect((await owner.client.post('/two-step/browsers/revoke', { id })).status).to.equal(200);
  },
  'all were revoked': (_panel, owner) => owner.client.post('/two-step/browsers/revoke', { all: true }),
  'an operator revoked them at the console': async (panel) => {
    const { code, err } = await runConsole(panel.env, 'browsers', 'alice', '--revoke', '--yes');
    expect(code, err).to.equal(0);
  },
  'an operator disabled the factor at the console, and it was enabled again': async (panel) => {
    expect((await runConsole(panel.env, 'disable', 'alice', '--yes')).code).to.equal(0);
    await enrolled(panel);
  },
};

const DAY_SECONDS = 86_400;
const FLAGS = { rememberBrowser: true, trust: '1', remember: 'on' };

/** What the store decides, or the store of the sessions. */
const ON_REDIS = ['F8:'];

describe('Remembered browsers', () => {
  attack(
    'on %s',
    ON_REDIS,
    (panel) => {
      describe('F1: a forged token of a remembered browser', () => {
        it('asks for the code, whatever stands in the cookie', async () => {
          const owner = await enrolled(panel());
          const browser = await rememberedOn(panel(), owner);
          const [name, token] = trustCookie(browser);
          const header = encoded({ alg: 'none', typ: 'JWT' });
          const claims = encoded({ sub: 'alice', trusted: true, exp: 9_999_999_999 });
          const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
          const signature = createHmac('sha256', '').update(`${header}.${claims}`).digest('base64url');
          const forged = [
            '',
            randomBytes(32).toString('base64url'),
            flipped,
            token.slice(0, -1),
            `${token}A`,
            `${token},${token}`,
            token.toLowerCase(),
            `${header}.${claims}.`,
            `${header}.${claims}.${signature}`,
            'true',
            '1',
            '__proto__',
            '%00',
            '%E0%A4%A',
          ];
          for (const value of forged) {
            const thief = new Client(panel());
            thief.cookies.set(name, value);
            expect(said(await thief.login('alice')), value).to.equal('code-required');
            expect(await isIn(thief), value).to.equal(false);
          }
          const [status] = await panel().secondFactor.status(['alice']);
          expect(status).to.include({ rememberedBrowsers: 1, failures: 0 });
        });

        it('does not open by the id that the list of browsers shows', async () => {
          const owner = await enrolled(panel());
          const browser = await rememberedOn(panel(), owner);
          const [{ id }] = (await browser.get('/two-step/browsers')).body.browsers as [{ id: string }];
          const thief = new Client(panel());
          thief.cookies.set(trustCookie(browser)[0], id);
          expect(said(await thief.login('alice'))).to.equal('code-required');
        });
      });

      describe('F2: a token that is not bound to the user', () => {
        it('asks B for the code on the browser that A remembers, under either name of the cookie', async () => {
          const alice = await rememberedOn(panel(), await enrolled(panel()));
          const bob = await rememberedOn(panel(), await enrolled(panel(), 'bob'));
          const thief = comesBack(panel(), alice);
          expect(said(await thief.login('bob'))).to.equal('code-required');
          thief.cookies.set(trustCookie(bob)[0], trustCookie(alice)[1]);
          expect(said(await thief.login('bob'))).to.equal('code-required');
          expect(await isIn(thief)).to.equal(false);
          // And it is not the cookie that is broken.
          expect(said(await comesBack(panel(), alice).login('alice'))).to.equal('200');
        });

        it('asks for the code with the token of another panel with the same accounts', async () => {
          const other = await startExamplePanel(undefined, REMEMBERS);
          try {
            await rememberedOn(panel(), await enrolled(panel()));
            const foreign = await rememberedOn(other, await enrolled(other));
            expect(said(await comesBack(panel(), foreign).login('alice'))).to.equal('code-required');
          } finally {
            await other.end();
          }
        });
      });

      describe('F3: a remembered browser that survives', () => {
        for (const [title, event] of Object.entries(EVENTS)) {
          it(`asks for the code after ${title}`, async () => {
            const owner = await enrolled(panel());
            const browser = await rememberedOn(panel(), owner);
            const inside = comesBack(panel(), browser);
            expect(said(await inside.login('alice'))).to.equal('200');
            expect(await isIn(inside)).to.equal(true);
            await event(panel(), owner, browser);

            const back = comesBack(panel(), browser);
            expect(said(await back.login('alice'))).to.equal('code-required');
            expect(await isIn(back)).to.equal(false);
            // The session that came in by it ends as well.
            expect(await isIn(inside)).to.equal(false);
          });
        }

        it('asks for the code after the password was changed', async () => {
          const owner = await enrolled(panel(), 'bob');
          const browser = await rememberedOn(panel(), owner);
          const change = { currentPassword: 'bob-password', newPassword: 'bob-password-2' };
          expect((await owner.client.post('/settings/password', change)).status).to.equal(200);
          const back = comesBack(panel(), browser);
          expect(said(await back.login('bob', 'bob-password-2'))).to.equal('code-required');
          // Also when the old password comes back: the stamp is another one.
          await owner.client.post('/settings/password', {
            currentPassword: 'bob-password-2',
            newPassword: 'bob-password',
          });
          expect(said(await comesBack(panel(), browser).login('bob'))).to.equal('code-required');
        });
      });

      describe('F4: a remembered browser that never ends', () => {
        it('asks for the code after 30 days, though it is used every day and the cookie is kept for ever', async () => {
          const owner = await enrolled(panel());
          const browser = await rememberedOn(panel(), owner);
          const token = trustCookie(browser);
          const answers: string[] = [];
          for (let day = 1; day <= 31; day++) {
            panel().advance(DAY_SECONDS - (day === 1 ? 60 : 0));
            const back = new Client(panel());
            back.cookies.set(...token);
            answers.push(said(await back.login('alice')));
          }
          expect(answers.slice(0, 29)).to.deep.equal(Array<string>(29).fill('200'));
          expect(answers[30]).to.equal('code-required');
          expect(await panel().secondFactor.admin.browsers('alice')).to.deep.equal([]);
        });

        it('ends the session that came in by it at the same moment', async () => {
          const owner = await enrolled(panel());
          const back = comesBack(panel(), await rememberedOn(panel(), owner));
          await back.login('alice');
          panel().advance(30 * DAY_SECONDS - 60);
          expect(await isIn(back)).to.equal(true);
          panel().advance(61);
          expect(await isIn(back)).to.equal(false);
        });
      });

      describe('F5: the token of a remembered browser alone', () => {
        it('opens nothing without the password', async () => {
          const owner = await enrolled(panel());
          const thief = comesBack(panel(), await rememberedOn(panel(), owner));
          for (const path of [
            '/',
            '/settings',
            '/api/me',
            '/api/secret',
            '/api/danger',
            '/two-step/browsers',
          ]) {
            expect((await thief.get(path)).status, path).to.equal(401);
          }
          expect(said(await thief.login('alice', 'not-the-password'))).to.equal('invalid-credentials');
          expect(said(await verify(thief, owner.phone.nextCode()))).to.equal('sign-in-expired');
          expect(said(await thief.get('/two-step'))).to.equal('anonymous');
          expect(await isIn(thief)).to.equal(false);
        });

        it('revives no session after the sign-out', async () => {
          const browser = await rememberedOn(panel(), await enrolled(panel()));
          const before = browser.copy();
          await browser.post('/logout');
          expect(await isIn(before)).to.equal(false);
          expect(await isIn(browser)).to.equal(false);
        });
      });

      describe('F6: a remembered browser where a code is due', () => {
        it('asks for the code to step up, disable, renew codes, replace the authenticator', async () => {
          const owner = await enrolled(panel());
          const back = comesBack(panel(), await rememberedOn(panel(), owner));
          await back.login('alice');
          expect(await isIn(back)).to.equal(true);
          expect(said(await back.get('/api/danger'))).to.equal('step-up-required');
          expect(said(await back.post('/two-step/setup'))).to.equal('step-up-required');
          expect(said(await back.post('/two-step/setup', { add: true }))).to.equal('step-up-required');
          expect(said(await back.post('/two-step/authenticators/remove', { id: 'x' }))).to.equal(
            'step-up-required',
          );
          for (const operation of TAKE_CODES) {
            for (const body of [{}, { code: '' }, { rememberBrowser: true }, { code: true }]) {
              expect(said(await back.post(`/two-step/${operation}`, body)), operation).to.equal(
                'code-malformed',
              );
            }
          }
          expect(await panel().secondFactor.status('alice')).to.include({
            enrolled: true,
            recoveryCodesLeft: 10,
          });
          expect((await back.get('/two-step')).body.amr).to.deep.equal(['pwd']);
        });

        it('asks for the code to act as somebody else', async () => {
          const owner = await enrolled(panel(), 'admin');
          const back = comesBack(panel(), await rememberedOn(panel(), owner));
          await back.login('admin');
          expect(said(await back.actAs('alice'))).to.equal('step-up-required');
          expect(await back.who()).to.equal('admin');
          await give(back, 'step-up', owner.phone.nextCode());
          await back.actAs('alice');
          expect(await back.who()).to.equal('admin > alice');
        });
      });

      describe('F7: a browser remembered without a code of the authenticator', () => {
        const none = async (login = 'alice'): Promise<void> => {
          expect(await panel().secondFactor.admin.browsers(login)).to.deep.equal([]);
        };

        const given = (headers: IncomingHttpHeaders): string => (headers['set-cookie'] ?? []).join();

        it('remembers none for a recovery code, a wrong code, step-up, or a GET', async () => {
          const owner = await enrolled(panel());
          const client = await pending(panel());
          const query = '?rememberBrowser=true&trust=1';
          const answers = [
            await client.get(`/two-step/verify${query}`),
            await verify(client, owner.phone.wrongCodes(1)[0], FLAGS),
            await verify(client, owner.recoveryCodes[0], FLAGS),
            await give(client, 'step-up', owner.recoveryCodes[1], FLAGS),
            await give(client, 'step-up', (panel().advance(90), owner.phone.code()), FLAGS),
          ];
          expect(answers.map(said)).to.deep.equal([
            'pending',
            'code-invalid',
            'verified',
            'verified',
            'verified',
          ]);
          for (const { headers } of answers) expect(given(headers)).to.not.include('second-factor-');
          await none();
        });

        it('remembers none for the flag in the query, or in the body of the first step', async () => {
          const owner = await enrolled(panel());
          const client = new Client(panel());
          await client.post('/login', { username: 'alice', password: 'alice-password', ...FLAGS });
          const answer = await client.post('/two-step/verify?rememberBrowser=true', {
            code: owner.phone.nextCode(),
          });
          expect(said(answer)).to.equal('verified');
          await none();
        });

        it('remembers none, and shows none, while somebody acts as the account', async () => {
          const admin = await signedIn(panel(), 'admin');
          expect(said(await admin.actAs('bob'))).to.not.include('refused');
          expect(await admin.who()).to.equal('admin > bob');
          for (const path of ['verify', 'step-up', 'setup', 'setup/confirm']) {
            const { headers } = await give(admin, path, '123456', FLAGS);
            expect(given(headers), path).to.not.include('second-factor-');
          }
          expect(said(await admin.get('/two-step/browsers'))).to.equal('impersonation-refused');
          await none('bob');
          await none('admin');
        });
      });

      it('F8: has the token in no file, key or value, in no spelling, nor in what was logged', async () => {
        const owner = await enrolled(panel());
        const browser = await rememberedOn(panel(), owner);
        const [, token] = trustCookie(browser);
        const bytes = Buffer.from(token, 'base64url');
        expect(bytes).to.have.length(32);
        const stored = [
          await everythingStored(panel()),
          ...panel().log,
          JSON.stringify(await panel().secondFactor.admin.browsers('alice')),
        ];
        const all = stored.join('\n');
        expect(all).to.include('alice');
        for (const spelling of [
          token,
          bytes.toString('hex'),
          bytes.toString('base64'),
          bytes.toString('latin1'),
        ]) {
          expect(all).to.not.include(spelling);
        }
        expect((await browser.get('/two-step/browsers')).text).to.not.include(token);
      });

      it('F9: asks for the code after the option was turned off, and ends the sessions that came in without one', async () => {
        const owner = await enrolled(panel());
        const browser = await rememberedOn(panel(), owner);
        const inside = comesBack(panel(), browser);
        await inside.login('alice');
        expect(await isIn(inside)).to.equal(true);

        const off = await restarted(panel(), {});
        const control = await restarted(panel(), REMEMBERS);
        try {
          // With the option on the very same restart asks for none.
          const other = new Client(control, new Map([trustCookie(inside)]));
          expect(said(await other.login('alice'))).to.equal('200');

          const back = new Client(off, new Map([trustCookie(browser)]));
          expect(said(await back.login('alice'))).to.equal('code-required');
          expect(await isIn(back)).to.equal(false);
          expect(said(await verify(back, owner.phone.nextCode(), { rememberBrowser: true }))).to.equal(
            'verified',
          );
          expect((await back.get('/two-step/browsers')).status).to.equal(404);
          // Sessions in Redis outlive the restart.
          expect(await isIn(new Client(off, inside.cookies))).to.equal(false);
        } finally {
          await off.end();
          await control.end();
        }
      });
    },
    REMEMBERS,
  );
});
