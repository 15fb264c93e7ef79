import { expect } from 'chai';
import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
import { BACKENDS } from '../adapters/sql-backends.js';
import type { RunningBackend } from '../adapters/sql-backends.js';
import { enroll, pending } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

const ACCOUNTS = Array.from({ length: 1000 }, (_, i) => `user ${String(i)}`);

for (const backend of BACKENDS.filter(({ name }) => name === 'MariaDB')) {
  describe(`operator/headless on ${backend.name}`, () => {
    let running: RunningBackend;

    before(async () => {
      running = await backend.start();
    });
    after(() => running.end());
    afterEach(stopPanels);

    it('tells of a thousand accounts, several times at once, with a pool that lets few wait', async () => {
      // As docs/stores.md has it.
      const db = running.open({ mysql: { queueLimit: 200 } });
      await createTotpTable(db);
      const panel = await startPanel({ store: sqlStore(db) });
      await enroll(panel);
      const ids = [...ACCOUNTS, 'alice'];
      const lists = Promise.all(Array.from({ length: 4 }, () => panel.secondFactor.status(ids)));
      await Promise.all(Array.from({ length: 20 }, () => pending(panel)));
      for (const list of await lists) {
        expect(list.map(({ accountId }) => accountId)).to.deep.equal(ids);
        expect(list.filter(({ enrolled }) => enrolled)).to.have.length(1);
      }
    });
  });
}
