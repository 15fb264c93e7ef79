import { expect } from 'chai';
import type { SecurityKey } from '../../lib/account/record.js';
import { encodeRecord } from '../../lib/account/record.js';
import {
  STOPPED_COUNTER,
  decideAssertion,
  issueTime,
  mayAddKey,
  withKey,
  withoutKeys,
} from '../../lib/account/security-keys.js';
import { createSealer } from '../../lib/vault/seal.js';
import { parseKeyRing } from '../../lib/vault/key-ring.js';
import { aBrowser, aRecord, anAuthenticator } from '../support/records.js';
import { aKey as aRingKey } from '../support/vaults.js';

function aKey(given: Partial<SecurityKey> = {}): SecurityKey {
  return {
    credentialId: 'id',
    publicKey: 'public',
    counter: 5,
    transports: ['usb'],
    rpId: 'panel.example',
    name: '',
    addedAt: 0,
    lastUsedAt: 100,
    ...given,
  };
}

const ANSWER = { credentialId: 'id', publicKey: 'public', issuedAt: 101, counter: 6, userVerified: true };

describe('lib/account/security-keys', () => {
  it('takes an answer, notes its count and its challenge, and writes nothing else', () => {
    const record = aRecord({ keys: [aKey(), aKey({ credentialId: 'other' })] });
    const { outcome, next } = decideAssertion(record, ANSWER);
    expect(outcome).to.deep.include({ ok: true, method: 'security-key', userVerified: true });
    expect(next).to.deep.equal({
      ...record,
      keys: [aKey({ counter: 6, lastUsedAt: 101 }), aKey({ credentialId: 'other' })],
    });
  });

  for (const [what, answer, reason] of [
    ['of a key that is not there', { credentialId: 'gone' }, 'assertion-invalid'],
    ['verified with another public key than the present one', { publicKey: 'former' }, 'assertion-invalid'],
    ['to the challenge that was answered last', { issuedAt: 100 }, 'assertion-already-used'],
    ['to an older challenge, whatever its count', { issuedAt: 99, counter: 1 }, 'assertion-already-used'],
  ] as const) {
    it(`refuses an answer ${what}, and changes nothing`, () => {
      const { outcome, next } = decideAssertion(aRecord({ keys: [aKey()] }), { ...ANSWER, ...answer });
      expect(outcome).to.include({ ok: false, reason });
      expect(next).to.equal('unchanged');
    });
  }

  for (const [stored, told, isTaken] of [
    [5, 6, true],
    [5, 5, false],
    [5, 4, false],
    [5, 0, false],
    [0, 0, true],
    [0, 1, true],
    [STOPPED_COUNTER, STOPPED_COUNTER, false],
    [5, STOPPED_COUNTER - 1, true],
    [5, STOPPED_COUNTER, false],
    [0, STOPPED_COUNTER, false],
  ] as const) {
    it(`${isTaken ? 'goes on' : 'stops the key'} from a count of ${stored} to ${told}`, () => {
      const { outcome, next } = decideAssertion(aRecord({ keys: [aKey({ counter: stored })] }), {
        ...ANSWER,
        counter: told,
      });
      expect(outcome.ok).to.equal(isTaken);
      if (isTaken || typeof next === 'string') return;
      expect(next?.keys[0]?.counter).to.equal(STOPPED_COUNTER);
    });
  }

  it('says once that a key was stopped, and writes it once', () => {
    const record = aRecord({ keys: [aKey()] });
    const first = decideAssertion(record, { ...ANSWER, counter: 5 });
    expect(first.outcome).to.deep.equal({ ok: false, reason: 'security-key-stopped', found: true });
    if (typeof first.next !== 'object' || !first.next) throw new Error('nothing was written');
    const second = decideAssertion(first.next, { ...ANSWER, counter: 9000 });
    expect(second).to.deep.equal({
      outcome: { ok: false, reason: 'security-key-stopped', found: false },
      next: 'unchanged',
      activity: 'security-key-stopped',
    });
  });

  it('ends the wait of the browser it came from, and of no other', () => {
    const waiting = { failures: 7, lockedUntil: 9 };
    const browsers = [aBrowser({ id: 'a', ...waiting }), aBrowser({ id: 'b', ...waiting })];
    const record = aRecord({ keys: [aKey()], browsers, ...waiting });
    const known = decideAssertion(record, ANSWER, 'a').next;
    if (typeof known !== 'object' || !known) throw new Error('nothing was written');
    expect([known.failures, ...known.browsers.map(({ failures }) => failures)]).to.deep.equal([7, 0, 7]);
    const stranger = decideAssertion(record, ANSWER).next;
    if (typeof stranger !== 'object' || !stranger) throw new Error('nothing was written');
    expect([stranger.failures, stranger.lockedUntil, stranger.browsers[0]?.failures]).to.deep.equal([
      0, 0, 7,
    ]);
  });

  it('issues challenges after every one that was answered', () => {
    expect(issueTime([], 50)).to.equal(50);
    expect(issueTime([aKey({ lastUsedAt: 49 })], 50)).to.equal(50);
    expect(issueTime([aKey({ lastUsedAt: 50 }), aKey({ lastUsedAt: 900 })], 50)).to.equal(901);
  });

  it('puts a key in its own place or beside the others, up to five', () => {
    const record = aRecord({ keys: [aKey()] });
    expect(withKey(record, aKey({ name: 'x' })).keys).to.deep.equal([aKey({ name: 'x' })]);
    expect(withKey(record, aKey({ credentialId: 'new' })).keys).to.have.length(2);
    const { rpId } = aKey();
    const counted = [0, 4, 5].map((count) => mayAddKey(Array(count).fill(aKey()), rpId));
    expect(counted).to.deep.equal([true, true, false]);
    expect(mayAddKey(Array(5).fill(aKey({ rpId: 'former.example' })), rpId)).to.equal(true);
  });

  it('takes keys away under a new enrollment, and never the last factor', () => {
    const browsers = [aBrowser({ rememberedUntil: 9 })];
    const record = aRecord({ keys: [aKey(), aKey({ credentialId: 'b' })], browsers });
    const without = withoutKeys(record, ({ credentialId }) => credentialId === 'b', 'new');
    expect(without).to.deep.include({ enrollment: 'new', keys: [aKey()] });
    expect(without?.browsers[0]?.rememberedUntil).to.equal(0);
    expect(withoutKeys(record, () => false, 'new')).to.equal(null);
    expect(withoutKeys(record, () => true, 'new')?.keys).to.deep.equal([]);
    expect(withoutKeys({ ...record, authenticators: [] }, () => true, 'new')).to.equal(null);
  });

  it('keeps a record with ten recovery codes, two apps and two keys under 1.8 KB', () => {
    const bytes = (length: number): string => Buffer.alloc(length, 7).toString('base64url');
    const keys = ['a', 'b'].map((name) =>
      aKey({
        credentialId: bytes(64),
        publicKey: bytes(77),
        name: `${name} security key`,
        addedAt: 1.7e12,
        lastUsedAt: 1.7e12,
      }),
    );
    const record = aRecord({
      ...{ enrolledAt: 1.7e12, recoveryConfirmed: false, keys },
      authenticators: [anAuthenticator({ addedAt: 1.7e12 }), anAuthenticator({ addedAt: 1.7e12 })],
      recoveryDigests: Array.from({ length: 10 }, () => bytes(32)),
    });
    const sealer = createSealer(parseKeyRing([aRingKey()]));
    expect(sealer.seal('record', 'alice', encodeRecord(record)).length).to.be.within(1000, 1800);
  });
});
