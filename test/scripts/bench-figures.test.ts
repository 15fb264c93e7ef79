import { expect } from 'chai';
import { keepsMark, rowsOf } from '../../scripts/bench/figures.js';
import type { Figure } from '../../scripts/bench/figures.js';
import { median, quantile, ratiosOf, spreadOf } from '../../scripts/bench/statistics.js';

describe('the figures of the benchmark', () => {
  it('are the median and the quartiles', () => {
    expect(spreadOf([5, 1, 2, 4, 3])).to.deep.equal({ median: 3, low: 2, high: 4 });
    expect(median([1, 2])).to.equal(1.5);
    expect(quantile([10, 20, 30, 40, 50], 0.99)).to.be.closeTo(49.6, 1e-9);
  });

  it('are ratios of what was measured in the same round', () => {
    expect(ratiosOf([2, 30, 400], [1, 10, 100])).to.deep.equal({ median: 3, low: 2.5, high: 3.5 });
  });

  it('say whether the mark is kept, and nothing where there is none', () => {
    const ratio = { median: 0.9, low: 0.8, high: 1 };
    const least: Figure = {
      ...{ name: 'a', value: 1200, unit: 'ms', ratio, against: 'b' },
      mark: { of: 'ratio', bound: 'least', limit: 0.85 },
    };
    const most: Figure = { ...least, mark: { of: 'value', bound: 'most', limit: 1000 } };
    expect(
      [least, most, { ...most, value: null }, { ...least, mark: { ...least.mark!, limit: 0.95 } }].map(
        keepsMark,
      ),
    ).to.deep.equal([true, false, null, false]);
    expect(
      rowsOf({ title: '', text: '', figures: [least, { name: 'c', value: null, unit: 's', note: 'why' }] }),
    ).to.deep.equal([
      ['what', 'figure', 'ratio', 'of', 'mark'],
      ['a', '1 200 ms', '0.90 (0.80 to 1.00)', 'b', 'at least 0.85: kept'],
      ['c', 'not measured (why)', '', '', ''],
    ]);
  });
});
