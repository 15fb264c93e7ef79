import Libsql from 'libsql';
import type { TotpDelegate } from './prisma-store.js';

const UNIQUE_CONSTRAINT_FAILED = 'P2002';

/** Answers as Prisma does, one statement for each call, from a table of SQLite. */
export function prismaDouble(file: string): TotpDelegate {
  const db = new Libsql(file);
  db.exec('create table if not exists totp (account text primary key, sealed text not null)');
  const filtered = (where: object): [string, string[]] => [
    Object.keys(where)
      .map((column) => `${column} = ?`)
      .join(' and '),
    Object.values(where) as string[],
  ];
  return {
    async findUnique({ where }) {
      const row = db.prepare('select account, sealed from totp where account = ?').get([where.account]);
      return (row as { sealed: string } | undefined) ?? null;
    },
    async findMany(args) {
      const { where, orderBy, take } = args as Record<'where' | 'orderBy' | 'take', unknown>;
      const { gt } = (where as { account: { gt: string } }).account;
      if (JSON.stringify(orderBy) !== '{"account":"asc"}') throw new Error('not by account');
      const rows = db.prepare('select account from totp where account > ? order by account limit ?');
      return rows.all([gt, take]) as { account: string }[];
    },
    async create({ data }) {
      try {
        return db
          .prepare('insert into totp (account, sealed) values (?, ?)')
          .run([data.account, data.sealed]);
      } catch (cause) {
        if (!String(cause).includes('UNIQUE constraint failed')) throw cause;
        throw Object.assign(new Error('Unique constraint failed'), { code: UNIQUE_CONSTRAINT_FAILED });
      }
    },
    async updateMany({ where, data }) {
      const [condition, values] = filtered(where);
      const { changes } = db
        .prepare(`update totp set sealed = ? where ${condition}`)
        .run([data.sealed, ...values]);
      return { count: changes };
    },
    async deleteMany({ where }) {
      const [condition, values] = filtered(where);
      return { count: db.prepare(`delete from totp where ${condition}`).run(values).changes };
    },
  };
}
