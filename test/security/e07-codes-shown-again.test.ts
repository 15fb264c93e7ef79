import { expect } from 'chai';
import { attack, everythingStored } from '../support/attack.js';
import { enrolled } from '../support/people.js';

const GETS = [
  '',
  '/verify',
  '/setup',
  '/setup/confirm',
  '/recovery-codes',
  '/step-up',
  '/browsers',
  '/disable',
];

attack('E7: recovery codes that can be seen again %s', (attacked) => {
  it('shows no code on any page, to programs or people, after the first view', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const renewed = await owner.client.post('/two-step/recovery-codes', { code: owner.phone.nextCode() });
    const codes = [...owner.recoveryCodes, ...(renewed.body.recoveryCodes as string[])];
    const seen: string[] = [];
    for (const path of [
      ...GETS.map((each) => `/two-step${each}`),
      '/',
      '/settings',
      '/api/me',
      '/api/secret',
    ]) {
      const program = await owner.client.get(path);
      const person = await owner.client.open(path);
      seen.push(program.text, person.text, JSON.stringify([program.headers, person.headers]));
    }
    seen.push((await owner.client.post('/two-step/setup/confirm', { code: owner.phone.nextCode() })).text);
    seen.push(
      (await owner.client.post('/two-step/recovery-codes', { code: owner.phone.wrongCodes(1)[0] })).text,
    );
    seen.push(JSON.stringify(await panel.secondFactor.status('alice')), ...panel.log);
    seen.push(await everythingStored(attacked()));
    const all = seen.join('\n').toUpperCase();
    for (const code of codes) {
      expect(all).to.not.include(code);
      expect(all).to.not.include(code.replaceAll('-', ''));
      expect(all).to.not.include(Buffer.from(code).toString('base64').toUpperCase());
    }
  });

  it('does not let a browser keep the page with the codes', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const renewed = await owner.client.submit('/two-step/recovery-codes', { code: owner.phone.nextCode() });
    expect(renewed.status).to.equal(200);
    expect(renewed.headers['cache-control']).to.include('no-store');
    expect(renewed.headers).to.not.have.property('etag');
  });
});
