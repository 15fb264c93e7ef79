import { expect } from 'chai';
import { Client } from '../support/client.js';
import { startLevelPanel } from '../support/level-panel.js';
import { enrolled, remember, signedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

describe('POST /verify by somebody who is signed in', () => {
  afterEach(stopPanels);

  const WRONG = { code: '000000', rememberBrowser: true };

  it('tells the second of two clicks that the session is verified, and does not look at its code', async () => {
    const panel = await startPanel();
    const { client } = await enrolled(panel);
    const before = await panel.store.get('alice');
    panel.told();
    const { status, body } = await client.post('/two-step/verify', WRONG);
    expect([status, body]).to.deep.equal([200, { state: 'verified', returnTo: '/' }]);
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('is refused for an account without a second factor, whose sign-in took the place of the one that waited', async () => {
    const panel = await startPanel();
    const { phone } = await enrolled(panel);
    const browser = new Client(panel);
    expect((await browser.login('alice')).body.code).to.equal('code-required');
    expect((await browser.login('bob')).status).to.equal(200);
    for (const code of ['000000', phone.nextCode()]) {
      const { status, body } = await browser.post('/two-step/verify', { code });
      expect([status, body.code, body.state, body.returnTo]).to.deep.equal([
        401,
        'sign-in-expired',
        undefined,
        undefined,
      ]);
    }
    expect(await browser.me()).to.equal('bob');
    expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
  });

  it('is refused in a browser that was remembered', async () => {
    const panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    const owner = await enrolled(panel);
    const { client } = owner;
    await remember(owner);
    expect((await client.get('/two-step')).body.state).to.equal('remembered');
    const { status, body } = await client.post('/two-step/verify', WRONG);
    expect([status, body.code]).to.deep.equal([401, 'sign-in-expired']);
    expect(await client.me()).to.equal('alice');
  });

  it('is refused while acting as somebody', async () => {
    const panel = await startLevelPanel({ levels: ['root', 'user'] });
    const { client } = await enrolled(panel, 'root');
    await client.actAs('alice');
    const { status, body } = await client.post('/two-step/verify', WRONG);
    expect([status, body.code]).to.deep.equal([401, 'sign-in-expired']);
    expect((await client.get('/two-step')).body.state).to.equal('impersonating');
  });

  it('takes a browser to the home page', async () => {
    const panel = await startPanel();
    const bob = await signedIn(panel, 'bob');
    const { status, location } = await bob.submit('/two-step/verify', { code: '000000' });
    expect([status, location]).to.deep.equal([303, '/']);
  });
});
