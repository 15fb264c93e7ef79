/** A name that changes the direction of nothing around it (Unicode UAX #9 §2.4). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
