import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { memoryStore } from '../../adapters/memory.js';
import type { Decision } from '../../lib/account/record.js';
import { SecondFactorError } from '../../lib/errors.js';
import type { Store } from '../../lib/vault/store.js';
import type { Vault } from '../../lib/vault/vault.js';
import { aRecord } from '../support/records.js';
import { timeLimit } from '../support/time-limit.js';
import { aKey, sealerOf, vaultOf } from '../support/vaults.js';

const limit = timeLimit();
/** The longest pause between two rounds is 64 ms. */
const LONGER_THAN_A_PAUSE = 100;
/** Does not answer, and the time is over. */
const never = (): Promise<never> => {
  limit.pass();
  return new Promise<never>(() => {});
};
const refuse = async (): Promise<never> => {
  throw new Error('connection lost');
};

/** Every operation of a vault that needs the store. */
const OPERATIONS: Record<string, (vault: Vault) => Promise<unknown>> = {
  read: (vault) => vault.read('alice'),
  update: (vault) =>
    vault.update('alice', (record) => ({ outcome: 'told', next: { ...record!, failures: 9 } })),
  reseal: (vault) => vault.reseal('alice'),
  examine: (vault) => vault.examine('alice'),
  remove: (vault) => vault.remove('alice'),
};
/** Those that begin in another way than by reading one record. */
const STORE_CALLS: Record<string, [method: keyof Store, call: (vault: Vault) => Promise<unknown>]> = {
  list: ['list', async (vault) => vault.list()[Symbol.asyncIterator]().next()],
  inspect: ['inspect', (vault) => vault.inspect()],
  trySwaps: ['compareAndSet', (vault) => vault.trySwaps()],
};
const WRITING = ['update', 'remove', 'reseal'];

describe('lib/vault/vault: a store in trouble', () => {
  afterEach(() => limit.hold());

  for (const [name, operation] of Object.entries(OPERATIONS)) {
    for (const [trouble, get] of [
      ['rejects', refuse],
      [
        'throws',
        () => {
          throw new Error('closed');
        },
      ],
      ['hangs', never],
    ] as const) {
      it(`answers ${name} with store-unavailable when the store ${trouble} on reading (J1)`, async () => {
        const { inner, vaultOver, before } = await panel();
        await unavailable(operation(vaultOver({ get })));
        expect(await inner.get('alice')).to.equal(before);
      });
    }
  }

  for (const [name, [method, call]] of Object.entries(STORE_CALLS)) {
    it(`answers ${name} with store-unavailable and the cause when the store fails or hangs`, async () => {
      const { vaultOver } = await panel();
      const fails = method === 'list' ? () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }) : refuse;
      const hangs = method === 'list' ? () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }) : never;
      const throws = (): never => {
        throw new Error('connection lost');
      };
      for (const failing of [fails, throws]) {
        const error = await failure(call(vaultOver({ [method]: failing })));
        expect(error).to.include({ code: 'store-unavailable' });
        expect(error.message).to.contain('connection lost');
      }
      await unavailable(call(vaultOver({ [method]: hangs })));
    });
  }

  for (const name of WRITING) {
    const operation = OPERATIONS[name]!;

    it(`answers ${name} with store-unavailable when the store rejects before it wrote (B11)`, async () => {
      const { inner, vaultOver, before } = await panel();
      await unavailable(operation(vaultOver({ compareAndSet: refuse })));
      expect(await inner.get('alice')).to.equal(before);
    });

    it(`answers ${name} with store-unavailable when the store rejects after it wrote (B11)`, async () => {
      const { inner, vaultOver, before } = await panel();
      const compareAndSet: Store['compareAndSet'] = async (...swap) => {
        await inner.compareAndSet(...swap);
        throw new Error('connection lost');
      };
      await unavailable(operation(vaultOver({ compareAndSet })));
      expect(await inner.get('alice')).to.not.equal(before);
    });

    it(`answers ${name} with store-unavailable when the store hangs on writing`, async () => {
      const { vaultOver } = await panel();
      await unavailable(operation(vaultOver({ compareAndSet: never })));
    });
  }

  it('tries once: what may have been written is not decided again', async () => {
    const { vaultOver } = await panel();
    let decided = 0;
    const vault = vaultOver({ compareAndSet: refuse });
    await unavailable(
      vault.update('alice', (record): Decision<string> => {
        decided += 1;
        return { outcome: 'told', next: { ...record!, failures: 9 } };
      }),
    );
    expect(decided).to.equal(1);
  });

  it('decides nothing on what is read after the deadline, and writes nothing', async () => {
    const { inner, vaultOver, before } = await panel();
    let decided = 0;
    let answer = (): void => undefined;
    const late: Store['get'] = async (accountId) => {
      limit.pass();
      await new Promise<void>((resolve) => (answer = resolve));
      return inner.get(accountId);
    };
    await unavailable(
      vaultOver({ get: late }).update('alice', (record): Decision<string> => {
        decided += 1;
        return { outcome: 'told', next: { ...record!, failures: 9 } };
      }),
    );
    answer();
    await turn();
    expect(decided).to.equal(0);
    expect(await inner.get('alice')).to.equal(before);
  });

  it('begins no further round after the deadline', async () => {
    const { inner, vaultOver } = await panel();
    let reads = 0;
    let rounds = 0;
    const vault = vaultOver({
      get: (accountId) => {
        reads += 1;
        return inner.get(accountId);
      },
      compareAndSet: async () => {
        rounds += 1;
        if (rounds === 3) await limit.passOnce();
        return false;
      },
    });
    await unavailable(OPERATIONS.update!(vault));
    await sleep(LONGER_THAN_A_PAUSE);
    expect([reads, rounds]).to.deep.equal([3, 3]);
  });

  it('lets no late rejection go unhandled', async () => {
    const { vaultOver } = await panel();
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    try {
      const answers: (() => void)[] = [];
      const late = async (): Promise<never> => {
        limit.pass();
        await new Promise<void>((resolve) => answers.push(resolve));
        throw new Error('connection lost');
      };
      await unavailable(OPERATIONS.read!(vaultOver({ get: late })));
      limit.hold();
      await unavailable(OPERATIONS.update!(vaultOver({ compareAndSet: late })));
      for (const answer of answers) answer();
      await turn();
      expect(answers).to.have.length(2);
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', listen);
    }
  });

  it('says in the cause what happened, for the operator', async () => {
    const { vaultOver } = await panel();
    const rejected = await failure(OPERATIONS.read!(vaultOver({ get: refuse })));
    expect((rejected.cause as Error).message).to.equal('connection lost');
    const hung = await failure(OPERATIONS.read!(vaultOver({ get: never })));
    limit.hold();
    expect((hung.cause as Error).message).to.equal(`the store did not answer within ${String(limit.ms)} ms`);
    const lost = await failure(OPERATIONS.update!(vaultOver({ compareAndSet: async () => false })));
    expect((lost.cause as Error).message).to.include('16 times');
  });

  it('tells the store when its answer is no longer waited for, and not before', async () => {
    const { inner, vaultOver } = await panel();
    const signals: AbortSignal[] = [];
    const noted = vaultOver({
      get: (accountId, deadline) => (signals.push(deadline!.signal), inner.get(accountId)),
      compareAndSet: (...swap) => (signals.push(swap[3]!.signal), never()),
    });
    await unavailable(OPERATIONS.update!(noted));
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, true]);
    expect(new Set(signals).size, 'one deadline for all rounds').to.equal(1);
    await OPERATIONS.read!(noted);
    expect(signals.at(-1)?.aborted).to.equal(false);
  });

  it('lets a store that knows what it waited for say so', async () => {
    const { vaultOver } = await panel();
    const waiting: Store['get'] = (_, deadline) =>
      new Promise((_resolve, reject) => {
        deadline!.signal.addEventListener('abort', () => reject(new Error('no connection, connecting')));
        limit.pass();
      });
    const { message } = await failure(OPERATIONS.read!(vaultOver({ get: waiting })));
    expect(message).to.equal('The second factor cannot be checked right now: no connection, connecting');
  });

  it('gives each step of a list the same time, and ends it at the first that is late', async () => {
    const { vaultOver } = await panel();
    let told: AbortSignal | undefined;
    const hanging = vaultOver({
      async *list(deadline) {
        told = deadline!.signal;
        yield* ['a', 'b', 'c'];
        await never();
      },
    });
    const listed: string[] = [];
    const list = async (): Promise<void> => {
      for await (const id of hanging.list()) {
        listed.push(id);
        await limit.passOnce(); // of no step that is over
      }
    };
    await unavailable(list());
    expect(listed).to.deep.equal(['a', 'b', 'c']);
    expect(told?.aborted).to.equal(true);
  });

  it('tells the store when a list is left', async () => {
    const { vaultOver } = await panel();
    let told: AbortSignal | undefined;
    let closed = false;
    const vault = vaultOver({
      async *list(deadline) {
        told = deadline!.signal;
        try {
          for (;;) yield await Promise.resolve('alice');
        } finally {
          closed = true;
        }
      },
    });
    for await (const id of vault.list()) {
      expect([id, told?.aborted]).to.deep.equal(['alice', false]);
      break;
    }
    expect([told?.aborted, closed]).to.deep.equal([true, true]);
  });

  it('works again as soon as the store does', async () => {
    const { inner, vaultOver } = await panel();
    let down = true;
    const vault = vaultOver({ get: (accountId) => (down ? refuse() : inner.get(accountId)) });
    await unavailable(OPERATIONS.read!(vault));
    down = false;
    expect(await OPERATIONS.update!(vault)).to.equal('told');
    expect((await vault.read('alice'))?.failures).to.equal(9);
  });

  it('keeps no process alive for its deadlines', async () => {
    const { vaultOver } = await panel();
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const vault = vaultOver({});
    for (const operation of Object.values(OPERATIONS)) await operation(vault);
    expect(timers()).to.equal(before);
  });
});

/** An account with a record under an old key, so that every operation has something to write. */
async function panel(): Promise<{
  inner: Store;
  before: string;
  vaultOver: (faults: Partial<Store>) => Vault;
}> {
  const inner = memoryStore();
  const [old, fresh] = [aKey(), aKey()];
  await vaultOf(inner, sealerOf(old)).update('alice', () => ({ outcome: undefined, next: aRecord() }));
  return {
    inner,
    before: (await inner.get('alice'))!,
    vaultOver: (faults) => vaultOf({ ...inner, ...faults }, sealerOf(fresh, old), limit.ms),
  };
}

async function failure(operation: Promise<unknown>): Promise<SecondFactorError> {
  try {
    expect.fail(`told ${String(await operation)}`);
  } catch (error) {
    if (error instanceof SecondFactorError) return error;
    throw error;
  }
}

async function unavailable(operation: Promise<unknown>): Promise<void> {
  expect((await failure(operation)).code).to.equal('store-unavailable');
}
