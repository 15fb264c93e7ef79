import type { Page } from '../page.js';

/**
 * A page without what every page has: issuer, language, error, the script, and the hidden fields of its forms; with those that
 * it has of its own.
 */
export type PageDraft = {
  [Name in Page['name']]: Omit<
    Extract<Page, { name: Name }>,
    'issuer' | 'language' | 'error' | 'success' | 'fields' | 'script' | 'keyScript' | 'serverTime'
  > & { readonly hidden?: Readonly<Record<string, string>> };
}[Page['name']];
