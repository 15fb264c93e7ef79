import { expect } from 'chai';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelJar, LevelPanel } from '../support/level-panel.js';

const LEVELS = ['root', 'admin', 'user'];

const enter = (jar: LevelJar, account: unknown) => jar.post('/two-step/impersonation', { account });
const leave = (jar: LevelJar, body: object) => jar.post('/two-step/impersonation/leave', body);

async function whoIs(jar: LevelJar): Promise<(string | null)[]> {
  const { user, actors } = (await jar.get('/me')).body as { user: string | null; actors: string[] };
  return [...actors, user];
}

describe('going back from the account that a page names', () => {
  let panel: LevelPanel;

  afterEach(() => panel.close());

  it('goes back no further than a page says that another tab has left behind', async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    const root = panel.jar();
    await root.login('root');
    await enter(root, 'admin');
    await enter(root, 'alice');
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
    const users = new Map(
      [1, 2].map((id) => [String(id), { id: String(id), level: LEVELS[id - 1] ?? '', stamp: 1 }]),
    );
    panel = await startLevelPanel(
      { levels: LEVELS },
      { users },
      {
        account: ({ id, level, stamp }) => ({ id: Number(id), name: id, level, securityStamp: stamp }),
      },
    );
    const first = panel.jar();
    await first.login('1');
    for (const [from, isThere] of [
      [1, true],
      [2, false],
      [null, false],
      ['', false],
    ] as const) {
      await enter(first, 2);
      expect((await leave(first, { from })).status).to.equal(200);
      expect(await whoIs(first), String(from)).to.deep.equal(isThere ? ['1', '2'] : ['1']);
    }
  });
});
