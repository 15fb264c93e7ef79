import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { enrolled, pending, said, verify } from '../support/people.js';

attack('E9: recovery codes as people type them %s', (attacked) => {
  it('takes lower case, no hyphens, spaces, and look-alikes', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const spellings: ((code: string) => string)[] = [
      (code) => code.toLowerCase(),
      (code) => code.replaceAll('-', ''),
      (code) => code.replaceAll('-', ' '),
      (code) => ` ${code} `,
      (code) => code.replaceAll('0', 'O').replaceAll('1', 'I'),
      (code) => code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l'),
    ];
    for (const [place, spelling] of spellings.entries()) {
      const typed = spelling(owner.recoveryCodes[place]!);
      expect(said(await verify(await pending(panel), typed)), typed).to.equal('verified');
    }
    expect(await panel.secondFactor.status('alice')).to.include({ recoveryCodesLeft: 4 });
  });

  it('takes nothing that only looks like one in other alphabets, cut or lengthened', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const code = owner.recoveryCodes[0]!;
    const bare = code.replaceAll('-', '');
    const fullWidth = String.fromCharCode(...Array.from(bare, (each) => each.charCodeAt(0) + 0xfee0));
    const refused = [
      bare.slice(1),
      `${bare}0`,
      fullWidth,
      `${code}\u200b`,
      `${code}\n`,
      `${code}\0`,
      `${code}${code}`,
    ];
    for (const typed of refused) {
      expect(said(await verify(await pending(panel), typed)), JSON.stringify(typed)).to.equal(
        'code-malformed',
      );
    }
    expect(await panel.secondFactor.status('alice')).to.include({ recoveryCodesLeft: 10, failures: 0 });
  });
});
