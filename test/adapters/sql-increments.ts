import { sqlStore } from '../../adapters/sql.js';
import { openDatabase } from './sql-backends.js';

/** Adds one to the value of an account, until it held `times` times. */
export async function increment(url: string, accountId: string, times: number): Promise<void> {
  const db = openDatabase(url);
  const store = sqlStore(db);
  for (let done = 0; done < times;) {
    const value = await store.get(accountId);
    if (await store.compareAndSet(accountId, value, String(Number(value) + 1))) done++;
  }
  await db.destroy();
}

const [, script, url, accountId, times] = process.argv;
if (script === import.meta.filename && url !== undefined && accountId !== undefined) {
  await increment(url, accountId, Number(times));
}
