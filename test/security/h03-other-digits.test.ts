import { expect } from 'chai';
import { attack, failuresOf } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

const shifted = (code: string, zero: number): string =>
  Array.from(code, (digit) => String.fromCodePoint(zero + Number(digit))).join('');

const SPELLINGS: Record<string, (code: string) => string> = {
  'full-width digits': (code) => shifted(code, 0xff10),
  'Arabic-Indic digits': (code) => shifted(code, 0x0660),
  'Extended Arabic-Indic digits': (code) => shifted(code, 0x06f0),
  'Devanagari digits': (code) => shifted(code, 0x0966),
  'mathematical digits': (code) => shifted(code, 0x1d7ce),
  'a no-break space': (code) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`,
  'a narrow no-break space': (code) => `${code.slice(0, 3)}\u202f${code.slice(3)}`,
  'a zero-width space': (code) => `${code}\u200b`,
  'a byte order mark': (code) => `\ufeff${code}`,
  'a newline': (code) => `${code}\n`,
  'a carriage return': (code) => `${code}\r\n`,
  'a tab': (code) => `\t${code}`,
  'a NUL': (code) => `${code}\0`,
  'a NUL in the middle': (code) => `${code.slice(0, 3)}\0${code.slice(3)}`,
  'an en dash': (code) => `${code.slice(0, 3)}\u2013${code.slice(3)}`,
  'a combining mark': (code) => `${code}\u0301`,
};

attack('H3: digits and spaces of other alphabets %s', (attacked) => {
  it('refuses them at every operation alike, uncharged', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    panel.advance(30);
    const code = owner.phone.code();
    const outside = await pending(panel);
    for (const [name, spelling] of Object.entries(SPELLINGS)) {
      const typed = spelling(code);
      expect(said(await verify(outside, typed)), name).to.equal('code-malformed');
      const form = await outside.submit('/two-step/verify', { code: typed });
      expect(form.status, name).to.equal(400);
      for (const operation of ['step-up', 'disable', 'recovery-codes']) {
        expect(said(await owner.client.post(`/two-step/${operation}`, { code: typed })), name).to.equal(
          'code-malformed',
        );
      }
      expect(await panel.secondFactor.verify('alice', typed)).to.include({ reason: 'code-malformed' });
    }
    expect(await failuresOf(panel)).to.equal(0);
    expect(said(await verify(outside, code))).to.equal('verified');
  });

  for (const [name, spelling] of Object.entries<(code: string) => string>({
    'a space in the middle': (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
    'a hyphen in the middle': (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
    'spaces around': (code) => ` ${code} `,
  })) {
    it(`takes ${name}, at every operation, and the code is spent by that`, async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      expect(said(await verify(await pending(panel), spelling(owner.phone.nextCode())))).to.equal('verified');
      expect(said(await verify(await pending(panel), owner.phone.code()))).to.equal('code-already-used');
      const stepped = await owner.client.post('/two-step/step-up', {
        code: spelling(owner.phone.nextCode()),
      });
      expect(said(stepped)).to.equal('verified');
      expect(await panel.secondFactor.verify('alice', spelling(owner.phone.nextCode()))).to.include({
        ok: true,
      });
    });
  }
});
