/** How long texts from outside are that events and notices tell, in characters; longer ones are cut. */
export const LONGEST = {
  /** A name: an operator, an account. */
  by: 255,
  reason: 1000,
  /** Browsers send less than half of it. */
  userAgent: 512,
  /** An address with its zone, or what a proxy says instead of one. */
  ip: 100,
  path: 512,
} as const;

/** Words of ASCII with one space between them, as browsers name themselves: nothing is to be done. */
const PLAIN = /^[!-~]+( [!-~]+)*$/;

/**
 * A text from outside as one line that is fit to be shown, logged and mailed: without control and format characters,
 * lone surrogates and the like, one space where there were any, and cut between two characters. Never for what is
 * compared: two texts may become one.
 */
export function cleanText(text: string, maximumCharacters: number): string {
  if (text.length <= maximumCharacters && PLAIN.test(text)) return text;
  // A long text is not read to its end, but far enough for what is dropped.
  const visible = text.slice(0, 8 * maximumCharacters).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return Array.from(visible.trim()).slice(0, maximumCharacters).join('').trim();
}

/** A text that {@link cleanText} leaves as it is but for spaces, so that it can be compared as it is seen. */
export function isPrintable(text: string): boolean {
  return !/[\p{C}\uFFFD]/u.test(text);
}

/** A text with a replacement character for everything that is not seen: it equals none that {@link isPrintable}. */
export function withoutUnprintable(text: string): string {
  return text.replace(/\p{C}/gu, '\uFFFD');
}
