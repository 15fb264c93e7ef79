import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { Client } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

/** Sets another user than the session's on requests that say so, as Bearer credentials would. */
function otherCredentials(users: Record<string, unknown>): (panel: Panel) => void {
  const set: RequestHandler = (req, _res, next) => {
    const token = req.get('x-token');
    if (token !== undefined) req.user = users[token] as Express.User;
    next();
  };
  return ({ app }) => app.use(set);
}

async function guardSays(client: Client, token?: string): Promise<unknown> {
  const answer = await client.get('/secret', token === undefined ? {} : { 'x-token': token });
  return answer.status === 200 ? 'through' : answer.body.code;
}

describe('session/evaluate', () => {
  afterEach(stopPanels);

  it('knows the account of the session in another object, and no other account', async () => {
    const users: Record<string, unknown> = {};
    const panel = await startPanel({ beforeRouter: otherCredentials(users) });
    const { client } = await enrolled(panel);
    Object.assign(users, { same: { ...userOf(panel) }, other: userOf(panel, 'bob'), none: null });
    expect(await guardSays(client)).to.equal('through');
    expect(await guardSays(client, 'same')).to.equal('through');
    expect(await guardSays(client, 'other')).to.equal('session-required');
    expect(await guardSays(client, 'none')).to.equal('login-required');
    expect(await guardSays(new Client(panel), 'same'), 'without a session').to.equal('session-required');
    expect(await guardSays(await loggedIn(panel), 'same'), 'parked').to.equal('session-required');
  });

  it('takes users that account() cannot describe for somebody else', async () => {
    const users = { kind: { token: 'of another kind' }, text: 'alice', empty: {} };
    const account = ({ id, login }: User): { id: string; name: string } => {
      if (!id) throw new Error('no user of the panel');
      return { id, name: login };
    };
    const panel = await startPanel({ options: { account }, beforeRouter: otherCredentials(users) });
    const { client } = await enrolled(panel);
    for (const token of Object.keys(users))
      expect(await guardSays(client, token)).to.equal('session-required');
    expect(await guardSays(client)).to.equal('through');
  });

  it('knows only the very user it checked where account() is asynchronous', async () => {
    const users: Record<string, unknown> = {};
    const account = async ({ id, login }: User): Promise<{ id: string; name: string }> => {
      await Promise.resolve();
      if (!id) throw new Error('no user of the panel');
      return { id, name: login };
    };
    const panel = await startPanel({ options: { account }, beforeRouter: otherCredentials(users) });
    const { client } = await enrolled(panel);
    Object.assign(users, { same: { ...userOf(panel) }, kind: {} });
    expect(await guardSays(client)).to.equal('through');
    expect(await guardSays(client, 'same')).to.equal('session-required');
    // A rejection that nobody handles would end the process, and fails this test.
    expect(await guardSays(client, 'kind')).to.equal('session-required');
    await new Promise((resolve) => setImmediate(resolve));
  });
});
