import { compareOn } from './compare-idioms.js';
import { STORES } from './stores.js';

for (const store of Object.keys(STORES)) {
  compareOn(store, [
    [4, 0.6],
    [4, 0.7],
    [5, 0.6],
    [5, 0.7],
  ]);
}
