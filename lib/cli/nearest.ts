/** More slips than this and another word was meant. */
const SLIPS_MAXIMUM = 2;

/** What a mistyped word may have been meant to be; `undefined`: nothing is near. */
export function nearest<Word extends string>(typed: string, words: readonly Word[]): Word | undefined {
  const begun = words.filter((word) => typed.length >= SLIPS_MAXIMUM && word.startsWith(typed));
  if (begun.length === 1) return begun[0];
  const near = words
    .map((word) => ({ word, slips: slipsBetween(typed.toLowerCase(), word) }))
    .filter(({ word, slips }) => slips <= Math.min(SLIPS_MAXIMUM, word.length - 1));
  return near.sort((a, b) => a.slips - b.slips)[0]?.word;
}

/** How many letters were left out, put in, mistaken or swapped with the next one (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > SLIPS_MAXIMUM) return Infinity;
  const rows = [Array.from({ length: b.length + 1 }, (_, place) => place)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(leastAt(a, b, i, j, rows, row));
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}

function leastAt(
  a: string,
  b: string,
  i: number,
  j: number,
  rows: readonly (readonly number[])[],
  row: readonly number[],
): number {
  const at = (above: number, left: number): number =>
    (above === 0 ? row : rows[i - above])?.[j - left] ?? Infinity;
  const mistaken = at(1, 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return Math.min(at(1, 0) + 1, at(0, 1) + 1, mistaken, isSwapped ? at(2, 2) + 1 : Infinity);
}
