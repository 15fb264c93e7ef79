import { expect } from 'chai';
import { Client } from '../support/client.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';

const END = '/two-step/sessions/end';

describe('settings/other-sessions', () => {
  let panel: Panel;
  let owner: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startPagePanel({ rememberBrowsers: { days: 30 } });
    owner = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', owner));
    panel.told();
  });
  afterEach(stopPanels);

  const another = async (rememberBrowser = false): Promise<Client> => {
    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser });
    return other;
  };

  it('ends all the others, remembered browsers too, and not the one that asks', async () => {
    const [other, remembered] = [await another(), await another(true)];
    const pending = await loggedIn(panel);
    const ended = await owner.post(END);
    expect([ended.status, ended.body.state]).to.deep.equal([200, 'verified']);
    for (const client of [other, remembered]) {
      expect((await client.get('/two-step')).body.state).to.equal('pending');
    }
    expect((await pending.post('/two-step/verify', { code: phone.nextCode() })).body.code).to.equal(
      'sign-in-expired',
    );
    expect((await owner.get('/two-step')).body).to.include({ state: 'verified', enrolled: true });
    expect((await owner.get('/two-step/browsers')).body.browsers).to.deep.equal([]);
    expect(panel.told()).to.include('other-sessions-ended');
    panel.now += 60_000;
    await other.post('/two-step/verify', { code: phone.nextCode() });
    expect((await other.get('/two-step')).body.state).to.equal('verified');
  });

  it('leaves the second factor as it was: recovery codes and authenticators', async () => {
    const before = await panel.secondFactor.status('alice');
    await owner.post(END);
    const { rememberedBrowsers: _before, ...kept } = before;
    expect(await panel.secondFactor.status('alice')).to.deep.include(kept);
  });

  it('asks for a fresh proof, and is refused to who acts as nobody, or has no second factor', async () => {
    const other = await another();
    const record = await panel.store.get('alice');
    panel.now += 901_000;
    expect((await owner.post(END)).body.code).to.equal('step-up-required');
    expect((await new Client(panel).post(END)).body.code).to.equal('login-required');
    expect((await (await loggedIn(panel)).post(END)).body.code).to.equal('code-required');
    expect(await panel.store.get('alice')).to.equal(record);
    expect((await other.get('/two-step')).body.state).to.equal('verified');
    await panel.secondFactor.admin.disable('alice', { by: 'test' });
    const alone = new Client(panel);
    await alone.login('alice');
    expect((await alone.post(END)).body.code).to.equal('not-enrolled');
  });

  it('is a button of the settings page, without any script', async () => {
    const other = await another();
    expect((await owner.open('/two-step')).text).to.match(
      new RegExp(`<form method="post" action="${END}">.*Sign out other sessions`, 's'),
    );
    const sent = await owner.submit(END);
    expect([sent.status, sent.headers.location]).to.deep.equal([303, '/two-step']);
    expect((await other.get('/two-step')).body.state).to.equal('pending');
  });

  it('ends once for many clicks at once, and the session that asked goes on', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => owner.post(END)));
    expect(answers.filter(({ status }) => status === 200)).to.have.length.of.at.least(1);
    expect(panel.told().filter((name) => name === 'other-sessions-ended')).to.have.length.within(1, 5);
    expect((await owner.get('/two-step')).body.state).to.equal('verified');
  });
});
