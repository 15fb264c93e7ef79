import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, said } from '../support/people.js';

attack('B4: another address for each guess %s', (attacked) => {
  it('locks at the same total whatever proxy headers say', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const browser = await pending(panel);
    const answers: string[] = [];
    for (const [place, code] of owner.phone.wrongCodes(8).entries()) {
      const ip = `203.0.113.${place}`;
      const headers = {
        'x-forwarded-for': ip,
        'x-real-ip': ip,
        'x-client-ip': ip,
        'cf-connecting-ip': ip,
        forwarded: `for=${ip}`,
      };
      answers.push(said(await browser.post('/two-step/verify', { code }, headers)));
    }
    expect(answers.filter((word) => word === 'code-invalid')).to.have.length(5);
    expect(await failuresOf(panel)).to.equal(5);
    const spoofed = { 'x-forwarded-for': '127.0.0.1' };
    const right = await browser.post('/two-step/verify', { code: owner.phone.code(1) }, spoofed);
    expect(said(right)).to.equal('locked');
    expect(await isIn(browser)).to.equal(false);
    expect(panel.log.join()).to.not.include('203.0.113.');
  });
});
