/** The languages that pages and notices of the package speak. */
export type Language = 'en' | 'de' | 'es' | 'fr' | 'ru' | 'uk';

/** What an owner should know. */
export type NoticeName =
  | 'enabled'
  | 'disabled'
  | 'authenticator-added'
  | 'authenticator-replaced'
  | 'authenticator-removed'
  | 'security-key-added'
  | 'security-key-removed'
  | 'security-key-stopped'
  | 'recovery-code-used'
  | 'recovery-codes-regenerated'
  | 'locked'
  | 'unlocked'
  | 'browser-remembered'
  | 'browsers-revoked'
  | 'impersonation-begun';

/** A message, ready to be mailed. Plain text. */
export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

/** Something that happened to an account, for its owner. It has no code, key, token or password. */
export interface Notice {
  readonly name: NoticeName;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who did it when the owner did not: the account that acts, or the operator. */
  readonly by?: string;
  /** Where it came from; IPv4 addresses as such, never mapped into IPv6. */
  readonly ip?: string;
  readonly userAgent?: string;
  /** In every language of the package, and in those of the option `texts`. */
  readonly texts: Readonly<Record<Language, NoticeText>> & Readonly<Record<string, NoticeText | undefined>>;
}

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
