import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { startDrivenPanel } from './driven-panel.js';
import type { DrivenPanel } from './driven-panel.js';
import { histories } from './histories.js';
import { BEGIN, live } from './live.js';

/** Of `npm test`; `npm run test:model` takes far more. */
const STEPS = 300;
/** Parts of a history at the most; a part is one step to six. */
const PARTS = 40;
/** What a history comes to, on the average. */
const STEPS_PER_HISTORY = 45;
/** Far more than `npm test` takes: a failure is shrunk, and each attempt lives a history. A long run has no limit. */
const MINUTES = 60;

const wanted = Number(process.env.MODEL_STEPS ?? STEPS);
/** One seed for `npm test`, so that it fails for a change and not for the day; another one every time for long runs. */
const seed = Number(process.env.MODEL_SEED ?? (wanted > STEPS ? randomInt(2 ** 31) : 1));

describe('the panel and its model', function () {
  this.timeout(wanted > STEPS ? 0 : MINUTES * 60_000);
  let panel: DrivenPanel;

  before(async () => {
    panel = await startDrivenPanel(BEGIN);
  });

  after(() => panel.close());

  it(`shows every browser what the model says, after each of ${String(wanted)} steps or so`, async () => {
    let steps = 0;
    const numRuns = Math.ceil(wanted / STEPS_PER_HISTORY);
    await fc.assert(
      fc.asyncProperty(histories(PARTS), async (history) => {
        steps += await live(panel, history);
      }),
      { numRuns, seed },
    );
    console.log(`      seed ${String(seed)}, ${String(steps)} steps`);
    expect(steps).to.be.at.least(wanted / 2);
  });
});
