/** A name, isolated so that it does not change the direction of the text around it (Unicode UAX #9 §2.4). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
