import { expect } from 'chai';
import { attack, everythingStored } from './support/befh-panels.js';
import { enrolled } from './support/befh-people.js';

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

attack('E7: recovery codes that can be seen again', (on) => {
  it('shows no code on any page, to programs or people, after the first view', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const renewed = await owner.jar.post('/two-step/recovery-codes', { code: owner.nextCode() });
    const codes = [...owner.recoveryCodes, ...(renewed.body.recoveryCodes as string[])];
    const seen: string[] = [];
    for (const path of [
      ...GETS.map((each) => `/two-step${each}`),
      '/',
      '/settings',
      '/api/me',
      '/api/secret',
    ]) {
      const program = await owner.jar.get(path);
      const person = await owner.jar.open(path);
      seen.push(program.text, person.text, JSON.stringify([program.headers, person.headers]));
    }
    seen.push((await owner.jar.post('/two-step/setup/confirm', { code: owner.nextCode() })).text);
    seen.push((await owner.jar.post('/two-step/recovery-codes', { code: owner.wrong(1)[0] })).text);
    seen.push(JSON.stringify(await panel.secondFactor.status('alice')), ...panel.log);
    seen.push(await everythingStored(on));
    const all = seen.join('\n').toUpperCase();
    for (const code of codes) {
      expect(all).to.not.include(code);
      expect(all).to.not.include(code.replaceAll('-', ''));
      expect(all).to.not.include(Buffer.from(code).toString('base64').toUpperCase());
    }
  });

  it('does not let a browser keep the page with the codes', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const renewed = await owner.jar.submit('/two-step/recovery-codes', { code: owner.nextCode() });
    expect(renewed.status).to.equal(200);
    expect(renewed.headers['cache-control']).to.include('no-store');
    expect(renewed.headers).to.not.have.property('etag');
  });
});
