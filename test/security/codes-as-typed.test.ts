import { expect } from 'chai';
import { TAKE_CODES, attack, failuresOf, isIn, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { onOnePanel } from '../support/on-each-place.js';
import type { Panel, User } from '../support/panel.js';
import { user } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import { enroll, enrolled, give, pending, said, verify } from '../support/people.js';

const shifted = (code: string, zero: number): string =>
  Array.from(code, (digit) => String.fromCodePoint(zero + Number(digit))).join('');

/** What looks like the code, to some, and is none. */
const NO_CODES: Record<string, (code: string) => string> = {
  'Devanagari digits': (code) => shifted(code, 0x0966),
  'mathematical digits': (code) => shifted(code, 0x1d7ce),
  'a NUL': (code) => `${code}\0`,
  'a NUL in the middle': (code) => `${code.slice(0, 3)}\0${code.slice(3)}`,
  'a combining mark': (code) => `${code}\u0301`,
};

/** What keyboards type and clipboards bring. */
const SPELLINGS: Record<string, (code: string) => string> = {
  'a space in the middle': (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  'a hyphen in the middle': (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
  'spaces around': (code) => ` ${code} `,
  'full-width digits': (code) => shifted(code, 0xff10),
  'Persian digits and direction marks': (code) => `\u202b${shifted(code, 0x06f0)}\u202c\r\n`,
  'Arabic digits, a no-break space and a dash': (code) =>
    shifted(code.slice(0, 3), 0x0660) + `\u00a0\u2013${shifted(code.slice(3), 0x0660)}`,
};

const FORM = 'application/x-www-form-urlencoded';
const LOGINS = ['Bob', 'bob', 'bob ', ' BOB', '\uff22\uff2f\uff22'];

/** A panel that is generous with logins, as many are: case, spaces and width do not count. */
const generous = (login: string): string => login.normalize('NFKC').trim().toLowerCase();

describe('Codes as they are typed', () => {
  attack('on %s', [], (panel) => {
    describe('A7: an empty, missing, null or all-zero code', () => {
      it('is refused, and only six digits are charged', async () => {
        const { phone } = await enrolled(panel());
        const client = await pending(panel());
        const before = await panel().record('alice');
        const texts = ['', ' ', '0', '00000', '0000000', '-', '- - -', 'null', 'undefined', 'NaN', 'true'];
        const others = [null, 0, 1, true, false, [], {}, [''], ['000000'], { code: '000000' }];
        for (const code of [...texts, '\0\0\0\0\0\0', ...others]) {
          const { status, body } = await verify(client, code);
          expect([status, body.code], JSON.stringify(code)).to.deep.equal([400, 'code-malformed']);
        }
        for (const [type, body] of [
          ['application/json', '{}'],
          ['application/json', ''],
          ['application/json', '{"Code":"000000","CODE":"000000"}'],
          ['application/json', '{"__proto__":{"code":"000000"}}'],
          [FORM, ''],
          [FORM, 'code'],
          [FORM, 'code='],
          ['text/plain', 'code=000000'],
        ] as const) {
          const headers = { cookie: client.cookie, 'content-type': type, accept: 'application/json' };
          const { status } = await new Client(panel()).send('POST', '/two-step/verify', headers, body);
          expect(status, `${type} ${body}`).to.equal(400);
        }
        expect(await panel().record('alice'), 'nothing was charged').to.equal(before);
        await isOut(client);
        expect((await verify(client, phone.nextCode())).status).to.equal(200);
      });

      it('is, when it has the shape of a code, one wrong guess like any other', async () => {
        await enrolled(panel());
        const client = await pending(panel());
        for (const [place, code] of ['000000', '000 000', '000-000'].entries()) {
          expect((await verify(client, code)).body.code).to.equal('code-invalid');
          expect(await failuresOf(panel())).to.equal(place + 1);
        }
        await isOut(client);
      });
    });

    it('H2: takes a code with leading zeros as the text it is, and as no number', async () => {
      const owner = await enrolled(panel());
      panel().advance(30);
      while (!/^00[1-9]/.test(owner.phone.code())) panel().advance(30);
      // The minute may end while the test runs: all of them are of the same code.
      const code = owner.phone.code();
      const number = Number(code);
      const client = await pending(panel());
      const numbers = [number, number + 0.5, `${number}.0`, `${number / 1000}e3`, '1e5', String(number)];
      const signed = [`+0${number}`, `+${code}`, `-${number}`, [code], true];
      const based = [`0x${number.toString(16)}`, `0${number.toString(8)}`];
      const longer = [`0${code}`, `${code}0`, `${code}.`, `${code}n`];
      for (const typed of [...numbers, ...signed, ...based, ...longer]) {
        // What has six digits is a code, and a wrong one is told so.
        expect(said(await verify(client, typed)), JSON.stringify(typed)).to.be.oneOf([
          'code-malformed',
          'code-invalid',
        ]);
        expect(await isIn(client)).to.equal(false);
      }
      expect(await failuresOf(panel())).to.be.below(5);
      expect(said(await verify(client, code))).to.equal('verified');
    });

    describe('H3: digits and spaces of other alphabets', () => {
      it('refuses them at every operation alike, uncharged', async () => {
        const owner = await enrolled(panel());
        panel().advance(30);
        const code = owner.phone.code();
        const outside = await pending(panel());
        for (const [name, spelling] of Object.entries(NO_CODES)) {
          const typed = spelling(code);
          expect(said(await verify(outside, typed)), name).to.equal('code-malformed');
          const form = await outside.submit('/two-step/verify', { code: typed });
          expect(form.status, name).to.equal(400);
          for (const operation of TAKE_CODES) {
            expect(said(await give(owner.client, operation, typed)), name).to.equal('code-malformed');
          }
          expect(await panel().secondFactor.verify('alice', typed)).to.include({ reason: 'code-malformed' });
        }
        expect(await failuresOf(panel())).to.equal(0);
        expect(said(await verify(outside, code))).to.equal('verified');
      });

      for (const [name, spelling] of Object.entries(SPELLINGS)) {
        it(`takes ${name}, at every operation, as one guess, and the code is spent by that`, async () => {
          const owner = await enrolled(panel());
          expect(said(await verify(await pending(panel()), spelling(owner.phone.nextCode())))).to.equal(
            'verified',
          );
          expect(said(await verify(await pending(panel()), owner.phone.code()))).to.equal(
            'code-already-used',
          );
          const stepped = await give(owner.client, 'step-up', spelling(owner.phone.nextCode()));
          expect(said(stepped)).to.equal('verified');
          expect(await panel().secondFactor.verify('alice', spelling(owner.phone.nextCode()))).to.include({
            ok: true,
          });
          await verify(await pending(panel()), spelling(owner.phone.wrongCode()));
          expect(await failuresOf(panel())).to.equal(1);
        });
      }
    });
  });

  onOnePanel((start) => {
    describe('H9: the same account under several spellings', () => {
      let panel: Panel;
      let phone: Phone;

      beforeEach(async () => {
        panel = await start({
          users: [user('bob', '7')],
          beforeRouter: ({ app, users }) => {
            app.post('/generous', async (req, res, next) => {
              const login = generous(decodeURIComponent(String(req.headers['x-login'])));
              const found = users.find((known: User) => known.login === login);
              if (!found) res.status(401).json({});
              else req.logIn(found, (error) => (error ? next(error) : res.json({})));
            });
          },
        });
        phone = await enroll(panel, 'bob');
      });

      it('counts wrong codes of all spellings to one total, which is kept by id', async () => {
        const answers: unknown[] = [];
        for (let i = 0; i < 7; i++) {
          const client = new Client(panel);
          const spelling = encodeURIComponent(LOGINS[i % LOGINS.length]!);
          expect((await client.post('/generous', {}, { 'x-login': spelling })).body.code).to.equal(
            'code-required',
          );
          answers.push((await verify(client, '000000')).body.code);
        }
        expect(answers).to.deep.equal([...Array<string>(5).fill('code-invalid'), 'locked', 'locked']);
        const [status] = await panel.secondFactor.status(['7']);
        expect(status).to.include({ failures: 5, enrolled: true });
      });

      it('spends a code for all spellings', async () => {
        const code = phone.nextCode();
        for (const [place, spelling] of LOGINS.entries()) {
          const client = new Client(panel);
          await client.post('/generous', {}, { 'x-login': encodeURIComponent(spelling) });
          const { body } = await verify(client, code);
          if (place === 0) expect(body.state).to.equal('verified');
          else expect(body.code).to.equal('code-already-used');
        }
      });

      it('takes an id for the account that it is byte for byte, and for no other', async () => {
        for (const id of ['7 ', '07', '\uff17', '7\u0301']) {
          expect((await panel.secondFactor.status(id)).enrolled, id).to.equal(false);
        }
      });
    });
  });
});
