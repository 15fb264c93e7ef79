import { randomBytes } from 'node:crypto';
import Bowser from 'bowser';
import { LONGEST } from '../account/clean-text.js';

/** OWASP ASVS 7.2.3 asks for 128 bits of a reference token. */
const TOKEN_BYTES = 32;

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

/** The names that may be shown: a user agent can say anything, on pages, terminals and in mails of ours. */
const BROWSERS = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS = new Set(Object.values(Bowser.OS_MAP));

/** A name for a browser, made from its user agent, for its owner to tell it by; empty for one that is not known. */
export function browserName(userAgent: string | undefined): string {
  if (!userAgent) return '';
  // Some of its expressions take long for long texts.
  const { browser, os } = Bowser.parse(userAgent.slice(0, LONGEST.userAgent));
  const names = [BROWSERS.has(browser.name ?? '') && browser.name, SYSTEMS.has(os.name ?? '') && os.name];
  return names.filter(Boolean).join(', ');
}
