/**
 * A text from outside as a name that is fit to be shown, on pages and terminals: without control characters and
 * the like, one space where there were any, and cut.
 */
export function shownName(text: string, maximumCharacters: number): string {
  const visible = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return Array.from(visible).slice(0, maximumCharacters).join('').trim();
}
