/** The languages that pages and notices speak. */
export type Language = 'en' | 'ru';

/** What an owner should hear of. */
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
  | 'browser-remembered'
  | 'impersonation-begun';

/** A message, ready to be mailed. Plain text. */
export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

/** Something that happened to an account, for its owner. Never a code, a key, a token or a password. */
export interface Notice {
  readonly name: NoticeName;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who did it when the owner did not: the account that acts, or the operator. */
  readonly by?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  /** In every language. */
  readonly texts: Readonly<Record<Language, NoticeText>>;
}
