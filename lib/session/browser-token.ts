import { randomBytes } from 'node:crypto';
import Bowser from 'bowser';
import { LONGEST } from '../account/clean-text.js';

/** OWASP ASVS 7.2.3 asks for 128 bits of a reference token. */
const TOKEN_BYTES = 32;

/** The token by which a browser will be known, and whether the user ticked the box. */
export interface BrowserToken {
  readonly account: string;
  readonly token: string;
  readonly remembered: boolean;
}

/** A fresh token: 256 random bits, base64url. */
export function newBrowserToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/**
 * The only names that are shown. A user agent can say anything, and names appear on pages, on terminals and in mails.
 */
const BROWSERS = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS = new Set(Object.values(Bowser.OS_MAP));

/** A name for a browser, made from its user agent, so that its owner recognizes it; empty: unknown. */
export function browserName(userAgent: string | undefined): string {
  if (!userAgent) return '';
  // Some of its regular expressions are slow with long texts.
  const { browser, os } = Bowser.parse(userAgent.slice(0, LONGEST.userAgent));
  const names = [BROWSERS.has(browser.name ?? '') && browser.name, SYSTEMS.has(os.name ?? '') && os.name];
  return names.filter(Boolean).join(', ');
}
