import type { Page } from '../page.js';

/**
 * A page without what every page has (issuer, language, error, script, hidden fields of all forms), but with its own
 * hidden fields.
 */
export type PageDraft = {
  [Name in Page['name']]: Omit<
    Extract<Page, { name: Name }>,
    'issuer' | 'language' | 'error' | 'success' | 'fields' | 'script' | 'keyScript' | 'serverTime'
  > & { readonly hidden?: Readonly<Record<string, string>> };
}[Page['name']];
