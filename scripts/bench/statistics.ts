/** Where the middle of many measurements lies, and how far they are apart. */
export interface Spread {
  readonly median: number;
  /** The first and the third quartile: half of all lie between them. */
  readonly low: number;
  readonly high: number;
}

/** The value below which a share of all lies, from 0 to 1; between two of them, in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The median and the quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** The median alone. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How many times as large the values are as others that were measured in the same rounds. */
export function ratiosOf(values: readonly number[], others: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / (others[round] ?? Number.NaN)));
}
