import { compareOn } from './compare-idioms.js';

describe('parity: an account without a second factor does not notice the package', () => {
  for (const store of ['MemoryStore', 'connect-redis 8 with ioredis'] as const) {
    compareOn(store, [[5, 0.7]]);
  }
});
