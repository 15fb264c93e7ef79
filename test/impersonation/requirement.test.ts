import { expect } from 'chai';
import type { ImpersonationOptions, Policy } from '../../lib/index.js';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enable, phoneWith } from '../support/people.js';

const LEVELS = ['root', 'admin', 'user'];
const TOMORROW = Date.now() + 86_400_000;
const YESTERDAY = TOMORROW - 2 * 86_400_000;
type Told = readonly [required: boolean, requiredFrom: number | null];

/** One policy for each account, and what is to be told of it: `required`, `requiredFrom`. */
const POLICIES: Record<string, { readonly policy: Policy; readonly told: Told }> = {
  root: { policy: { requiredFrom: new Date(TOMORROW) }, told: [false, TOMORROW] },
  admin: { policy: 'required', told: [true, null] },
  alice: { policy: { requiredFrom: new Date(YESTERDAY) }, told: [true, YESTERDAY] },
  bob: { policy: 'optional', told: [false, null] },
};
const NOBODY: Told = [false, null];

/** A way from one account to another: what is done before, and the request that takes it. */
interface Transition {
  readonly name: string;
  readonly before?: (client: Client, panel: LevelPanel) => unknown;
  readonly request: (client: Client, panel: LevelPanel) => Promise<Answer>;
  /** Who is signed in afterwards; `null`: nobody. */
  readonly then: string | null;
  readonly autoSwitch?: ImpersonationOptions['autoSwitch'];
}
const leave = (client: Client): Promise<Answer> => client.leave();
const me = (client: Client): Promise<Answer> => client.get('/me');
const login = (account: string) => (client: Client) => client.login(account);
const acting =
  (...accounts: string[]) =>
  async (client: Client): Promise<void> => {
    await client.login('root');
    for (const account of accounts) await client.actAs(account);
  };
const enrolled = async (client: Client, panel: LevelPanel): Promise<string> => {
  await client.login('root');
  const key = (await enable(panel, client)).phone.key;
  panel.now += 30_000;
  return key;
};
let key = '';
const parked = async (client: Client, panel: LevelPanel): Promise<void> => {
  key = await enrolled(new Client(panel), panel);
  await client.login('root');
};
const withKey = async (client: Client, panel: LevelPanel): Promise<void> => {
  key = await enrolled(client, panel);
};
const begun = async (client: Client, panel: LevelPanel): Promise<void> => {
  await client.login('root');
  key = (await client.post('/two-step/setup')).body.key as string;
  panel.now += 30_000;
};
const give =
  (path: string) =>
  (client: Client, panel: LevelPanel): Promise<Answer> =>
    client.post(`/two-step/${path}`, { code: phoneWith(panel, key).code() });
const changed =
  (account: string) =>
  (panel: LevelPanel): void => {
    panel.users.get(account)!.passwordChangedAt++;
  };

const TRANSITIONS: readonly Transition[] = [
  { name: 'nobody yet', request: me, then: null },
  { name: 'a sign-in with the password alone', request: login('root'), then: 'root' },
  { name: 'a session that is kept', before: login('root'), request: me, then: 'root' },
  { name: 'a sign-in by somebody else', before: login('root'), request: login('bob'), then: 'bob' },
  { name: 'a log-out', before: login('root'), request: (client) => client.post('/logout'), then: null },
  {
    name: 'a parked sign-in',
    before: (_jar, panel) => enrolled(new Client(panel), panel),
    request: login('root'),
    then: null,
  },
  { name: 'a second step', before: parked, request: give('verify'), then: 'root' },
  {
    name: 'a sign-in that is given up',
    before: parked,
    request: (client) => client.post('/two-step/cancel'),
    then: null,
  },
  { name: 'a sign-in that must enroll', request: login('alice'), then: null },
  {
    name: 'a set-up that begins',
    before: login('root'),
    request: (client) => client.post('/two-step/setup'),
    then: 'root',
  },
  {
    name: 'a set-up that is cancelled',
    before: begun,
    request: (client) => client.post('/two-step/setup/cancel'),
    then: 'root',
  },
  { name: 'a set-up that is confirmed', before: begun, request: give('setup/confirm'), then: 'root' },
  { name: 'a step-up', before: withKey, request: give('step-up'), then: 'root' },
  { name: 'disabling', before: withKey, request: give('disable'), then: 'root' },
  {
    name: 'a changed password',
    before: login('root'),
    request: (client, panel) => (changed('root')(panel), me(client)),
    then: null,
  },
  {
    name: 'a renewed session',
    before: login('root'),
    request: (client) => client.post('/renew'),
    then: 'root',
  },
  {
    name: 'a demotion to a parked sign-in',
    before: login('root'),
    request: async (client, panel) => (await enrolled(new Client(panel), panel), me(client)),
    then: null,
  },
  {
    name: 'a demotion to the password alone',
    before: withKey,
    request: async (client, panel) => (
      await panel.secondFactor.admin.disable('root', { by: 'test' }),
      me(client)
    ),
    then: 'root',
  },
  {
    name: 'beginning to act',
    before: login('root'),
    request: (client) => client.actAs('admin'),
    then: 'admin',
  },
  { name: 'acting', before: acting('admin'), request: me, then: 'admin' },
  {
    name: 'acting further down',
    before: acting('admin'),
    request: (client) => client.actAs('alice'),
    then: 'alice',
  },
  { name: 'acting at the second level', before: acting('admin', 'alice'), request: me, then: 'alice' },
  {
    name: 'a refused hop',
    before: acting('admin'),
    request: (client) => client.actAs('root'),
    then: 'admin',
  },
  { name: 'going back one level', before: acting('admin', 'alice'), request: leave, then: 'admin' },
  { name: 'going back to oneself', before: acting('alice'), request: leave, then: 'root' },
  {
    name: 'going back to oneself with a second factor',
    before: async (client, panel) => (await withKey(client, panel), client.actAs('bob')),
    request: leave,
    then: 'root',
  },
  { name: 'signing in anew while acting', before: acting('admin'), request: login('bob'), then: 'bob' },
  {
    name: 'signing out while acting',
    before: acting('admin'),
    request: (client) => client.post('/logout'),
    then: null,
  },
  {
    name: 'the end of the hour',
    before: acting('admin'),
    request: (client, panel) => ((panel.now += 3_600_000), me(client)),
    then: 'root',
  },
  {
    name: 'a second level that changed',
    before: acting('admin', 'alice'),
    request: (client, panel) => (changed('alice')(panel), me(client)),
    then: 'admin',
  },
  {
    name: 'an actor who changed',
    before: acting('admin'),
    request: (client, panel) => (changed('root')(panel), me(client)),
    then: null,
  },
  { name: 'the automatic switch', autoSwitch: { root: 'admin' }, request: login('root'), then: 'admin' },
];

describe('`required` and `requiredFrom`', () => {
  let panel: LevelPanel;
  afterEach(() => panel.close());

  const policy = ({ id }: { id: string }): Policy => POLICIES[id]?.policy ?? 'optional';

  for (const { name, before, request, then, autoSwitch } of TRANSITIONS) {
    it(`are those of ${then ?? 'nobody'} after ${name}, and on the next request`, async () => {
      panel = await startLevelPanel({ levels: LEVELS, autoSwitch }, undefined, { policy });
      const client = new Client(panel);
      await before?.(client, panel);
      const { body } = await request(client, panel);
      const told = then === null ? NOBODY : POLICIES[then]!.told;
      const seen = (): unknown[] => [panel.last?.required, panel.last?.requiredFrom];
      expect(seen(), 'in the request').to.deep.equal(told);
      if (body.enrolled !== undefined && then !== null) {
        const [required, from] = told;
        const requiredFrom = from === null ? null : new Date(from).toISOString();
        expect(body, 'in the answer').to.include({ required, requiredFrom });
      }
      expect((await me(client)).body.user).to.equal(then);
      expect(seen(), 'in the next one').to.deep.equal(told);
    });
  }

  it('end acting, with a way out, when the policy throws for the account acted as', async () => {
    let broken = '';
    panel = await startLevelPanel({ levels: LEVELS }, undefined, {
      policy: ({ id }) => {
        if (id === broken) throw new Error('no plan');
        return policy({ id });
      },
    });
    const client = new Client(panel);
    await acting('admin', 'alice')(client);
    broken = 'alice';
    expect((await me(client)).body).to.deep.include({ user: 'admin', actors: ['root'] });
    expect((await client.actAs('alice')).status, 'nobody begins by an error').to.equal(500);
    expect((await me(client)).body).to.deep.include({ user: 'admin', actors: ['root'] });
    expect(panel.events.at(-1)).to.include({ name: 'impersonation-ended', reason: 'target-error' });
  });
});
