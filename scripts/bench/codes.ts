import { createHmac } from 'node:crypto';
import { memoryStore } from '../../adapters/memory.js';
import { encodeRecord } from '../../lib/account/record.js';
import { APP_PARAMETERS, matchingSteps } from '../../lib/account/totp.js';
import { parseKeyRing } from '../../lib/vault/key-ring.js';
import { createSealer } from '../../lib/vault/seal.js';
import type { Store } from '../../lib/vault/store.js';
import { createUnderWay } from '../../lib/vault/under-way.js';
import { createVault } from '../../lib/vault/vault.js';
import { aRecord, codeAt } from '../../test/support/records.js';
import { KEYS, SECRET } from './accounts.js';
import type { Figure, Section } from './figures.js';
import { median, ratiosOf } from './statistics.js';

const ROUNDS = 15;
const CALLS = 4000;
const PERIOD_MILLISECONDS = 30_000;
/** A code may take twice the raw HMACs, and so many microseconds. */
const OVER_HMACS_MICROSECONDS = 10;
const READ_MOST_MICROSECONDS = 3;

/** What a code and a record that was read before take of a core. A program of its own: `Section` is its message. */
async function codes(): Promise<Section> {
  const attempt = await attempts();
  const read = await reads();
  const hmacs = median(attempt.hmacs);
  const code = median(attempt.codes);
  return {
    title: 'A code, and a record',
    text:
      'Microseconds of a core, without a server. A code is compared with every code that would be right, and each of ' +
      'these takes an HMAC. A record is not opened again while its text in the store is the same.',
    figures: [
      { name: 'raw HMACs of a code', value: hmacs, unit: 'µs' },
      {
        name: 'a code',
        value: code,
        unit: 'µs',
        ratio: ratiosOf(attempt.codes, attempt.hmacs),
        against: 'raw HMACs of a code',
        mark: { of: 'value', bound: 'most', limit: Math.round(2 * hmacs + OVER_HMACS_MICROSECONDS) },
      },
      read,
    ],
  };
}

async function attempts(): Promise<{ hmacs: number[]; codes: number[] }> {
  const step = Math.floor(Date.now() / PERIOD_MILLISECONDS);
  const steps = [step - 1, step, step + 1];
  const code = codeAt({ secret: SECRET }, step);
  const counter = Buffer.alloc(8);
  const raw = (): void => {
    for (const each of steps) {
      counter.writeBigUInt64BE(BigInt(each));
      createHmac('sha1', SECRET).update(counter).digest();
    }
  };
  const ours = (): void => void matchingSteps(SECRET, code, steps, APP_PARAMETERS);
  const [hmacs = [], codes = []] = await inTurns([raw, ours]);
  return { hmacs, codes };
}

async function reads(): Promise<Figure> {
  const sealer = createSealer(parseKeyRing(KEYS.slice(0, 1)));
  const answer = Promise.resolve(sealer.seal('record', 'alice', encodeRecord(aRecord())));
  const store: Store = { ...memoryStore(), get: () => answer };
  const vault = createVault(store, sealer, 2000, createUnderWay(), ({ enrollment }) => enrollment);
  const [times = []] = await inTurns([() => vault.view('alice')]);
  return {
    name: 'a record that was read before',
    value: median(times),
    unit: 'µs',
    mark: { of: 'value', bound: 'most', limit: READ_MOST_MICROSECONDS },
  };
}

/** Microseconds of a core for one call of each deed; the first rounds count for nothing. */
async function inTurns(deeds: readonly (() => unknown)[]): Promise<number[][]> {
  const times = deeds.map((): number[] => []);
  for (let round = -3; round < ROUNDS; round++) {
    for (const [place, deed] of deeds.entries()) {
      const before = process.cpuUsage();
      for (let call = 0; call < CALLS; call++) await deed();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[place]?.push((user + system) / CALLS);
    }
  }
  return times;
}

process.send?.(await codes());
