import { expect } from 'chai';
import { runConsole } from '../support/console.js';
import { caught } from '../support/headless.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enroll } from '../support/people.js';

const USERS = [user('alice', '17'), user('bob', '42'), user('17', '99'), user('mallory', 'bob')];

describe('cli: accounts by their login', () => {
  let panel: Panel;
  let look: (name: string) => (typeof USERS)[number] | null;
  beforeEach(async () => {
    look = (name) => USERS.find(({ login }) => login === name) ?? null;
    panel = await startPanel({ users: USERS, options: { findAccountByName: (name) => look(name) } });
    await enroll(panel, 'alice');
  });
  afterEach(stopPanels);

  const run = (...args: string[]): ReturnType<typeof runConsole> => runConsole(panel, args);
  const isEnrolled = async (id: string): Promise<boolean> => (await panel.secondFactor.status(id)).enrolled;

  it('are found, and acted on by their id', async () => {
    expect((await run('status', 'alice')).lines[0]).to.match(/^17 \(alice\)\n/);
    const { lines } = await run('disable', 'alice', '--yes', '--json');
    expect(lines).to.deep.equal(['{"account":"17","disabled":true}']);
    expect(await isEnrolled('17')).to.equal(false);
  });

  it('are not looked up without the option, which the answer says', async () => {
    const plain = await startPanel({ users: USERS });
    expect(await plain.secondFactor.admin.accountNamed('alice')).to.equal(undefined);
    expect(await panel.secondFactor.admin.accountNamed('nobody')).to.equal(null);
    expect(await panel.secondFactor.admin.accountNamed('alice')).to.include({ id: '17', name: 'alice' });
    expect(await caught(runConsole(plain, ['status', 'alice']))).to.include({
      message: 'there is no account alice: accounts go by the exact id that account() returns',
    });
  });

  it('are neither where a login is the id of somebody else, until one is meant', async () => {
    for (const [typed, message] of [
      ['17', '17 is the id of one account and the login of another: say --id 17, or --id 99 for the other'],
      [
        'bob',
        'bob is the id of one account and the login of another: say --id bob, or --id 42 for the other',
      ],
    ] as const) {
      expect(await caught(run('disable', typed, '--yes'))).to.include({ exitCode: 1, message });
    }
    expect(await isEnrolled('17')).to.equal(true);
    await run('disable', '17', '--id', '--yes');
    expect(await isEnrolled('17')).to.equal(false);
  });

  it('are not what the application finds by another spelling', async () => {
    look = (name) => USERS.find(({ login }) => login === name.toLowerCase()) ?? null;
    expect(await caught(run('disable', 'Alice', '--yes'))).to.include({
      ...{ exitCode: 1, message: 'there is no account Alice: no id and no login is exactly that' },
    });
    expect(await isEnrolled('17')).to.equal(true);
  });

  it('are ids alone where the look-up fails and there is a record, else the failure is told', async () => {
    look = () => {
      throw new Error('the database is down');
    };
    expect((await run('disable', '17', '--yes')).code).to.equal(0);
    expect(await isEnrolled('17')).to.equal(false);
    const failed = await caught(run('status', 'alice'));
    expect(failed).to.include({
      code: 'find-user-failed',
      message: 'findAccountByName(name) threw: the database is down',
    });
  });
});
