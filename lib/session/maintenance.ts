import { SecondFactorError } from '../errors.js';
import type { Core } from './core.js';
import { emitEvent } from './core.js';

/** What `check` found. */
export interface Health {
  /** How far the store server's clock is ahead of ours, in milliseconds; `null` when it tells none. */
  readonly storeClockAheadMs: number | null;
  /** What may lose records, in whole sentences with the fix. */
  readonly warnings: readonly string[];
  /** Records sealed with the first key, with an older key of the ring, and such that no key opens. */
  readonly records: { readonly firstKey: number; readonly oldKey: number; readonly unreadable: number };
}

/** What `rekey` did to the records. */
export interface Rekeyed {
  readonly resealed: number;
  /** Sealed with the first key before. */
  readonly current: number;
  /** Accounts whose record no key opens. */
  readonly unreadable: readonly string[];
}

/** Seals every record with the first key, one after the other. */
export async function rekey(core: Core): Promise<Rekeyed> {
  const unreadable: string[] = [];
  let resealed = 0;
  let current = 0;
  for await (const accountId of listed(core)) {
    try {
      const outcome = await core.vault.reseal(accountId);
      if (outcome === 'current') current++;
      if (outcome === 'resealed') {
        resealed++;
        emitEvent(core, 'resealed', accountId, {}, {});
      }
    } catch (error) {
      if (!(error instanceof SecondFactorError && error.code === 'record-unreadable')) throw error;
      unreadable.push(accountId);
    }
  }
  return { resealed, current, unreadable };
}

/** Asks the store about its server, and reads every record. */
export async function inspect(core: Core): Promise<Health> {
  const { options, vault } = core;
  const asked = options.clock();
  const report = await storeCall(() => options.store.inspect?.() ?? { serverTime: null, warnings: [] });
  // The server read its clock somewhere in between.
  const ours = (asked + options.clock()) / 2;

  const counts = { 'first-key': 0, 'old-key': 0, unreadable: 0, gone: 0 };
  for await (const accountId of listed(core)) counts[await vault.sealedWith(accountId)]++;
  return {
    storeClockAheadMs: report.serverTime === null ? null : Math.round(report.serverTime - ours),
    warnings: report.warnings,
    records: { firstKey: counts['first-key'], oldKey: counts['old-key'], unreadable: counts.unreadable },
  };
}

async function* listed({ vault }: Core): AsyncGenerator<string> {
  const ids = vault.list()[Symbol.asyncIterator]();
  for (;;) {
    const step = await storeCall(() => ids.next());
    if (step.done) return;
    yield step.value;
  }
}

async function storeCall<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new SecondFactorError('store-unavailable', undefined, { cause });
  }
}
