import type { Store } from 'passport-second-factor';

/** `prisma.totp`, of `model Totp { account String @id, sealed String }`. */
export interface TotpDelegate {
  findUnique(args: { where: { account: string } }): Promise<{ sealed: string } | null>;
  findMany(args: object): Promise<{ account: string }[]>;
  create(args: { data: { account: string; sealed: string } }): Promise<unknown>;
  updateMany(args: { where: object; data: { sealed: string } }): Promise<{ count: number }>;
  deleteMany(args: { where: object }): Promise<{ count: number }>;
}

export function prismaStore(totp: TotpDelegate): Store {
  const find = (account: string) => totp.findUnique({ where: { account } });
  const refuse = (e: Error & { code?: string }) => (e.code === 'P2002' ? false : Promise.reject(e));
  return {
    get: async (account) => (await find(account))?.sealed ?? null,
    async compareAndSet(account, expected, next) {
      if (expected === next) return ((await find(account))?.sealed ?? null) === expected;
      const where = { account, sealed: expected };
      if (next === null) return (await totp.deleteMany({ where })).count === 1;
      if (expected !== null) return (await totp.updateMany({ where, data: { sealed: next } })).count === 1;
      return totp.create({ data: { account, sealed: next } }).then(() => true, refuse);
    },
    async *list() {
      const query = { orderBy: { account: 'asc' }, take: 500 };
      for (let page = [{ account: '' }]; page.length > 0;) {
        page = await totp.findMany({ where: { account: { gt: page.at(-1)!.account } }, ...query });
        for (const { account } of page) yield account;
      }
    },
  };
}
