import { expect } from 'chai';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';

const noticeOf = (text: string): string | undefined => /role="status">([^<]*)</.exec(text)?.[1]?.trim();

describe('the example panel, where acting or a session has ended', () => {
  let panel: ExamplePanel;
  before(async () => {
    panel = await startExamplePanel();
  });
  after(async () => {
    await panel.end();
  });
  afterEach(async () => {
    await panel.reset();
  });

  it('says that the hour of acting is over, once', async () => {
    const root = new Client(panel);
    await root.login('root');
    expect(await root.who()).to.equal('root > admin');
    panel.advance(3601);
    const { text } = await root.open('/');
    expect(noticeOf(text)).to.match(/^You acted as somebody else for an hour/);
    expect(text, 'nothing that was done').to.include('class="message plain" role="status"');
    expect(noticeOf((await root.open('/')).text)).to.equal(undefined);
    expect(await root.who()).to.equal('root');
  });

  it('says so where a form was sent meanwhile, and that nothing was done', async () => {
    const root = new Client(panel);
    await root.login('root');
    panel.advance(3601);
    const { status, text } = await root.submit('/staff/alice/edit', { password: 'another-password' });
    expect(status).to.equal(403);
    expect(text).to.match(/You acted as somebody else for an hour.*Nothing was done\./s);
    expect((await new Client(panel).login('alice')).status).to.equal(200);
  });

  it('says on the login page why a session has ended, once, and nothing to anybody else', async () => {
    const [alice, root] = [new Client(panel), new Client(panel)];
    await alice.login('alice');
    await root.login('root');
    await root.submit('/staff/alice/edit', { password: 'another-password' });
    expect((await alice.open('/')).location).to.equal('/login');
    expect(noticeOf((await alice.open('/login')).text)).to.match(
      /because the password of the account was changed/,
    );
    expect(noticeOf((await alice.open('/login')).text)).to.equal(undefined);
    expect(noticeOf((await new Client(panel).open('/login')).text)).to.equal(undefined);
  });
});
