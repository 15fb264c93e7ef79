import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

describe('session/context: where an event came from', () => {
  afterEach(stopPanels);

  it('tells address and user agent, cut where it is endless, and no actor where nobody acts', async () => {
    const panel = await startPanel({ options: { ip: () => '192.0.2.7' } });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const code = phone.nextCode();
    await client.post('/two-step/verify', { code }, { 'user-agent': 'x'.repeat(2000) });
    const accepted = panel.events.filter(({ name }) => name === 'code-accepted').at(-1);
    expect(accepted).to.deep.equal({
      name: 'code-accepted',
      at: panel.now,
      accountId: 'alice',
      ip: '192.0.2.7',
      userAgent: 'x'.repeat(512),
      operation: 'sign-in',
      method: 'otp',
    });
  });

  it('leaves out what is not known', async () => {
    const panel = await startPanel({ options: { ip: () => undefined } });
    await new Client(panel).login('bob');
    expect(panel.events.at(-1)).to.have.all.keys('name', 'at', 'accountId');
  });
});
