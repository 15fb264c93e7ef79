/** What a notice is written from. */
export interface NoticeFacts {
  /** The name of the application, as authenticator apps show it. */
  readonly issuer: string;
  /** The name of the account. */
  readonly account: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by?: string;
  readonly ip?: string;
  /** Its name, where it is a known one; never what the user agent said. */
  readonly browser?: string;
  readonly recoveryCodesLeft?: number;
  /** Codes are refused until then, milliseconds since 1970; `null`: not before recovery. */
  readonly lockedUntil?: number | null;
}

/** When something happened, to the minute, in UTC (ISO 8601 with a space). */
export function minuteOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
