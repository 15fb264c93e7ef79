import { randomBytes } from 'node:crypto';
import Bowser from 'bowser';

/** OWASP ASVS 7.2.3 asks for 128 bits of a reference token. */
const TOKEN_BYTES = 32;
/** Longer names tell no more. */
const NAME_MAXIMUM_CHARACTERS = 60;

/** What a browser will be known by: the token in its cookie, and whether the user ticked the box. */
export interface BrowserToken {
  readonly account: string;
  readonly token: string;
  readonly remembered: boolean;
}

/** A fresh token: 256 random bits, base64url. */
export function newBrowserToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** A name for a browser, made from its user agent, for its owner to tell it by; may be empty. */
export function browserName(userAgent: string | undefined): string {
  if (!userAgent) return '';
  const { browser, os } = Bowser.parse(userAgent);
  return [browser.name, os.name].filter(Boolean).join(', ').slice(0, NAME_MAXIMUM_CHARACTERS);
}
