import { expect } from 'chai';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import type { Store } from '../../lib/vault/store.js';
import { Client } from '../support/client.js';
import { caught } from '../support/headless.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { listAccounts } from './list-accounts.js';
import { BACKENDS, openDatabase } from './sql-backends.js';
import type { OpenOptions, RunningBackend, Tables } from './sql-backends.js';

/** What a refused read says: the table and the fix. */
const HIDDEN =
  /row-level security may hide rows of the table totp .*ALTER TABLE totp DISABLE ROW LEVEL SECURITY/;

describe('adapters/sql under row-level security of PostgreSQL', () => {
  let running: RunningBackend;
  let root: Kysely<Tables>;
  let panel: Kysely<Tables>;
  const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(root);

  function openAs(user: string, options: OpenOptions = {}): Kysely<Tables> {
    return openDatabase(Object.assign(new URL(running.url), { username: user }).href, options);
  }

  before(async () => {
    running = await BACKENDS.find(({ name }) => name === 'PostgreSQL')!.start();
    root = running.open();
    await run('create role walled login');
  });
  beforeEach(async () => {
    await createTotpTable(root);
    await run('grant select, insert, update, delete on totp to walled');
    panel = openAs('walled');
  });
  afterEach(async () => {
    await stopPanels();
    await panel.destroy();
    await run('drop table totp');
  });
  after(async () => {
    await run('drop owned by walled');
    await run('drop role walled');
    await running.end();
  });

  /** Every read of a store: of an account that has a row, of one that has none, and of all. */
  async function readAll(store: Store): Promise<unknown[]> {
    const reads = [
      () => store.get('alice'),
      () => store.get('nobody'),
      () => store.compareAndSet('alice', 'a', 'a'),
      () => listAccounts(store),
    ];
    return Promise.all(reads.map((read) => read().catch((error: unknown) => (error as Error).message)));
  }

  async function expectRefused(store: Store): Promise<void> {
    for (const answer of await readAll(store)) expect(answer).to.match(HIDDEN);
  }

  async function expectRead(store: Store): Promise<void> {
    expect(await readAll(store)).to.deep.equal(['a', null, true, ['alice']]);
  }

  for (const [title, policy] of [
    ['no policy', undefined],
    ['a policy that filters', "create policy others on totp using (account <> 'alice') with check (true)"],
    ['a policy that lets all rows through', 'create policy every on totp using (true)'],
  ] as const) {
    it(`refuses every read as soon as it is on, with ${title}, until it is off`, async () => {
      const store = sqlStore(panel);
      await store.compareAndSet('alice', null, 'a');
      await expectRead(store);
      if (policy !== undefined) await run(policy);
      await run('alter table totp enable row level security');
      await expectRefused(store);
      await run('alter table totp disable row level security');
      await expectRead(store);
    });
  }

  it('reads for the owner of the table, unless the owner is under it too', async () => {
    await run('alter table totp owner to walled');
    await run('alter table totp enable row level security');
    const store = sqlStore(panel);
    await store.compareAndSet('alice', null, 'a');
    await expectRead(store);
    await run('alter table totp force row level security');
    await expectRefused(store);
  });

  it('reads for a role with BYPASSRLS', async () => {
    await run('alter table totp enable row level security');
    await run('alter role walled bypassrls');
    const store = sqlStore(panel);
    await store.compareAndSet('alice', null, 'a');
    await expectRead(store);
    await run('alter role walled nobypassrls');
    await expectRefused(store);
  });

  it('refuses on the connection that has another role, and reads on the others', async () => {
    await run('grant walled to current_user');
    await sqlStore(root).compareAndSet('alice', null, 'a');
    await run('alter table totp enable row level security');
    const lowered = running.open({ begin: ['set role walled'] });
    await expectRefused(sqlStore(lowered));
    await expectRead(sqlStore(root));
  });

  it('looks at the very table that is read: in another schema, with capitals', async () => {
    await run('create schema "Guarded"');
    await run('grant usage on schema "Guarded" to walled');
    const options = { table: 'Guarded.Totp' };
    await createTotpTable(root, options);
    await run('grant all on "Guarded"."Totp" to walled');
    const store = sqlStore(panel, options);
    await store.compareAndSet('alice', null, 'a');
    await run('alter table totp enable row level security');
    await expectRead(store);
    await run('alter table "Guarded"."Totp" enable row level security');
    for (const answer of await readAll(store)) expect(answer).to.match(/the table Guarded\.Totp/);
    await run('drop schema "Guarded" cascade');
  });

  it('lets nobody in by the password alone, keeps the session of its owner, and tells in check', async () => {
    const site = await startPanel({ store: sqlStore(panel) });
    const { client: alice } = await enrolled(site);
    await run('alter table totp enable row level security');

    const thief = new Client(site);
    const answer = await thief.login('alice');
    expect(answer.status).to.equal(503);
    expect(answer.body.code).to.equal('store-unavailable');
    expect(await thief.me()).to.equal(null);
    expect((await alice.get('/secret')).status).to.equal(503);
    expect(await caught(site.secondFactor.verify('alice', '000000'))).to.include({
      code: 'store-unavailable',
    });
    expect(String(await caught(site.secondFactor.admin.check()))).to.match(HIDDEN);

    await run('alter table totp disable row level security');
    expect(await thief.me()).to.equal(null);
    expect(await alice.me()).to.equal('alice');
    expect((await alice.get('/secret')).status).to.equal(200);
  });
});
