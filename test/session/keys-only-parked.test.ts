import { expect } from 'chai';
import type { Policy } from 'passport-second-factor';
import { addKey, keyOwner, startKeyPanel, waiting } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled } from '../support/people.js';

describe('a sign-in that waits for a key alone (M8)', () => {
  let panel: Panel;
  let policy: Policy;
  beforeEach(async () => {
    policy = 'optional';
    panel = await startKeyPanel({ policy: () => policy });
  });
  afterEach(stopPanels);

  it('offers nothing else from the moment that a code is not taken any more', async () => {
    const { client: owner, phone } = await enrolled(panel);
    const key = await addKey(owner);
    const { client, asked } = await waiting(panel);
    expect((await client.get('/two-step')).body.methods).to.deep.equal([
      'security-key',
      'otp',
      'recovery-code',
    ]);
    policy = { phishingResistant: true };
    const refused = await client.submit('/two-step/verify', { code: phone.nextCode() });
    expect(refused.text).to.include('data-key=').and.not.include('name="code"');
    expect((await client.get('/two-step')).body.methods).to.deep.equal(['security-key']);
    expect((await client.post('/two-step/verify', { credential: key.get(asked) })).status).to.equal(200);
  });

  for (const [language, help, own] of [
    ['en', 'ask your administrator', 'Recovery codes do not work here'],
    ['ru', 'обратитесь к администратору', 'Коды восстановления здесь'],
  ] as const) {
    it(`says who helps where the key is lost (${language})`, async () => {
      await keyOwner(panel);
      const page = async () => {
        const { client } = await waiting(panel);
        return (await client.open('/two-step/verify', { 'accept-language': language })).text;
      };
      expect(await page()).to.not.include(help);
      policy = { phishingResistant: true };
      expect(await page())
        .to.include(help)
        .and.include(own);
    });
  }
});
