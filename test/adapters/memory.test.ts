import { expect } from 'chai';
import { memoryStore } from '../../adapters/memory.js';
import { storeContract } from '../../lib/testing/store-contract.js';

describe('adapters/memory', () => {
  const shared = memoryStore();
  for (const { title, run } of storeContract(() => shared, { sharedBackend: true })) it(title, run);

  it('makes stores that know nothing of each other', async () => {
    const [store, other] = [memoryStore(), memoryStore()];
    await store.compareAndSet('alice', null, 'a');
    expect(await other.get('alice')).to.equal(null);
  });

  describe('its warning', () => {
    const environment = process.env.NODE_ENV;
    const emitWarning = process.emitWarning;
    const warnings: { message: string | Error; options: unknown }[] = [];

    beforeEach(() => {
      warnings.length = 0;
      process.emitWarning = (message: string | Error, options?: unknown) => {
        warnings.push({ message, options });
      };
    });
    afterEach(() => {
      process.emitWarning = emitWarning;
      if (environment === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = environment;
    });

    it('comes once in production, with a code and what to use instead', async () => {
      process.env.NODE_ENV = 'production';
      const store = memoryStore();
      await store.compareAndSet('alice', null, 'a');
      await store.get('alice');
      expect(warnings).to.have.length(1);
      expect(warnings[0]?.options).to.deep.equal({ code: 'SECOND_FACTOR_MEMORY_STORE' });
      expect(warnings[0]?.message).to.include('redisStore');
    });

    it('does not come elsewhere', () => {
      for (const name of ['development', 'test']) {
        process.env.NODE_ENV = name;
        memoryStore();
      }
      delete process.env.NODE_ENV;
      memoryStore();
      expect(warnings).to.deep.equal([]);
    });
  });
});
