import { encodeRecord } from '../../lib/account/record.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { parseKeyRing } from '../../lib/vault/key-ring.js';
import { createSealer } from '../../lib/vault/seal.js';
import { aRecord, anAuthenticator, codeAt, wrongCode } from '../../test/support/records.js';
import type { Redis } from 'ioredis';

/** Random bytes, the same in every process. The first seals; `rekey` puts another one in front. */
export const KEYS: readonly string[] = [
  'kUmJ8hVbpv4Ce7wN3T9qKzXyA2dGfHsLrRtPuYiOa1M=',
  'Zr0bq2mC8sYt5LxWv1Ej7DnUoGkPfHiAaQe9RcTz3Jg=',
  'p6VdYw1LkGz8NfQx0JtRb7SaCmEh2UoIi5BvXc9DeKs=',
  'T3yHj8QnWm1ZbPv6KxUd0LrGf5AsOcEi9RkVtBg7YhM=',
];
/** What is in everybody's phone. */
export const SECRET: Uint8Array = Buffer.from('all of them have one');
/** How many records are written by one command. */
const BATCH = 500;

const authenticators = [anAuthenticator({ id: 'a'.repeat(22), secret: SECRET, addedAt: 1_700_000_000_000 })];
const codes = Array.from({ length: 10 }, (_, place) => String(place).repeat(24));
const text = encodeRecord(
  aRecord({
    authenticators,
    enrolledAt: 1_700_000_000_000,
    ...recoverySet('k'.repeat(22), codes),
    recoveryConfirmed: true,
  }),
);

/** The id of an account. */
export function accountId(place: number): string {
  return `user-${String(place).padStart(7, '0')}`;
}

/** Writes the records of accounts, as they are just after the second factor was enabled. */
export async function writeRecords(redis: Redis, prefix: string, places: Iterable<number>): Promise<void> {
  const [key] = KEYS;
  const sealer = createSealer(parseKeyRing([key]));
  const sent: Promise<unknown>[] = [];
  let batch: string[] = [];
  const send = async (): Promise<void> => {
    sent.push(redis.mset(batch));
    batch = [];
    if (sent.length > 8) await sent.shift();
  };
  for (const place of places) {
    const id = accountId(place);
    batch.push(prefix + id, sealer.seal('record', id, text));
    if (batch.length === BATCH * 2) await send();
  }
  if (batch.length > 0) await send();
  await Promise.all(sent);
}

/** The places from one on, as many as are wanted. */
export function places(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, place) => first + place);
}

/** What every phone shows now. */
export function codeNow(): string {
  return codeAt({ secret: SECRET }, Math.floor(Date.now() / 30_000));
}

/** What no phone shows near this moment. */
export function wrongCodeNow(): string {
  return wrongCode({ authenticators }, Date.now());
}
