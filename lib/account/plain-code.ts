/** What is typed and pasted for ASCII, by the first of each run of characters and the one that it stands for. */
const RUNS: readonly (readonly [from: number, to: number, ascii: number])[] = [
  // Arabic-Indic digits, and those of Persian and Urdu.
  [0x0660, 0x0669, 0x30],
  [0x06f0, 0x06f9, 0x30],
  // Full-width forms, as input methods for Chinese and Japanese leave them.
  [0xff01, 0xff5e, 0x21],
];

/**
 * What stands between the characters of a code and is no part of it: spaces and line breaks of every kind, dashes of every
 * kind, and what nobody sees, such as soft hyphens and direction marks.
 */
const BETWEEN =
  /[\p{Z}\p{Pd}\t\n\v\f\r\u0085\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2043\u2060-\u2064\u2066-\u2069\u2212\ufeff]/gu;

/**
 * A code as it looks, in ASCII: full-width letters and digits and Arabic and Persian digits are what they look like, and
 * what stands between does not count. Anything else stays what it is, and is refused: no two codes become one by it. Each
 * spelling is a guess like any other, so nothing is gained by trying another one.
 */
export function plainCode(typed: string): string {
  return typed.replace(BETWEEN, '').replace(/[^\0-\x7f]/g, (character) => {
    const code = character.charCodeAt(0);
    const run = RUNS.find(([from, to]) => from <= code && code <= to);
    return run ? String.fromCharCode(code - run[0] + run[2]) : character;
  });
}
