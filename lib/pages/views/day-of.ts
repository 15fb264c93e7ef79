/** The day of a moment in milliseconds since 1970, in UTC (ISO 8601). */
export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
