import { expect } from 'chai';
import { Client } from '../support/client.js';
import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { signedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';

const LEVELS = ['root', 'admin', 'user'];

const leave = (client: Client, body: object) => client.post('/two-step/impersonation/leave', body);

describe('going back from the account that a page names', () => {
  let panel: LevelPanel;

  afterEach(() => panel.close());

  it('goes back no further than a page says that another tab has left behind', async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    const root = new Client(panel);
    await root.login('root');
    await root.actAs('admin');
    await root.actAs('alice');
    expect((await leave(root, { from: 'alice' })).status).to.equal(200);
    expect((await leave(root, { from: 'alice' })).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    for (const from of [['admin'], { id: 'admin' }, true]) {
      const { status, body } = await leave(root, { from });
      expect([status, body.code, body.field, body.fault]).to.deep.equal([
        400,
        'body-malformed',
        'from',
        'field-type',
      ]);
    }
    expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    expect((await leave(root, { from: 'admin' })).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal(['root']);
  });

  it('goes back for a program that knows its accounts by numbers, and for one that names none', async () => {
    const users = new Map(['1', '2'].map((id, place) => [id, { ...user(id), level: LEVELS[place] ?? '' }]));
    panel = await startLevelPanel(
      { levels: LEVELS },
      { users },
      {
        account: ({ id, level }) => ({ id: Number(id), name: id, level }),
      },
    );
    const first = new Client(panel);
    await first.login('1');
    for (const [from, isThere] of [
      [1, true],
      [2, false],
      [null, false],
      ['', false],
    ] as const) {
      await first.post('/two-step/impersonation', { account: 2 });
      expect((await leave(first, { from })).status).to.equal(200);
      expect(await whoIs(first), String(from)).to.deep.equal(isThere ? ['1', '2'] : ['1']);
    }
  });
});

describe('going back from a stack of accounts', () => {
  it('passes over one who is gone meanwhile, and reaches the nearest who is there', async () => {
    const levels = ['root', 'admin', 'staff', 'user'];
    const users = new Map(levels.map((level) => [level, { ...user(level), level }]));
    const panel = await startLevelPanel({ levels }, { users });
    const root = new Client(panel);
    await root.login('root');
    for (const account of ['admin', 'staff', 'user']) await root.actAs(account);
    const find = users.get.bind(users);
    let lookUps = 0;
    users.get = (id) => (id === 'staff' && ++lookUps > 1 ? undefined : find(id));
    expect((await leave(root, {})).status).to.equal(200);
    expect(lookUps).to.equal(2);
    expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    await panel.close();
  });
});

describe('going back where a middleware has changed the path', () => {
  afterEach(stopPanels);

  it('has reached its goal where acting was over already', async () => {
    const panel = await startPanel({
      users: [
        { ...user('root'), level: 'root' },
        { ...user('alice'), level: 'user' },
      ],
      options: {
        impersonation: { levels: LEVELS },
        account: ({ id, level = 'user' }) => ({ id, name: id, level, securityStamp: null }),
      },
      first({ app }) {
        app.use((req, _res, next) => {
          req.url = req.url.replace(/^\/de(?=\/)/, '');
          next();
        });
      },
    });
    const root = await signedIn(panel, 'root');
    await root.actAs('alice');
    panel.now += 3_601_000;
    expect((await root.post('/de/two-step/impersonation/leave')).status).to.equal(200);
    expect(await root.me()).to.equal('root');
  });
});
