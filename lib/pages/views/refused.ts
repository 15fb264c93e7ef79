import type { Page, PageError, ProofField, SettingsPage } from '../../page.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { ICONS } from './icons.js';

/** The id of the message on its page. Fields refer to it as their description. */
export const ERROR_ID = 'error';

/** The error of a page, if one of its fields shows it; `null`: the page as a whole shows it, or there is none. */
export function fieldErrorOf(page: Page): (PageError & { readonly field: ProofField }) | null {
  const { error } = page;
  return error?.field !== undefined && shows(page, error.field) ? { ...error, field: error.field } : null;
}

/** The error of a page, if it belongs to this field. */
export function errorAt(page: Page, field: ProofField): PageError | null {
  const error = fieldErrorOf(page);
  return error?.field === field ? error : null;
}

/** The message of an error, with its icon. */
export function errorMessage({ code, message }: PageError): Html {
  const isWait = code === 'locked';
  return html`<p class="notice ${isWait ? 'warn' : 'error'}" role="alert" id="${ERROR_ID}">
    ${isWait ? ICONS.wait : ICONS.error}<span>${message}</span>
  </p>`;
}

/** Whether a page has a field of this kind, which can show the error. */
function shows(page: Page, field: ProofField): boolean {
  if (page.name === 'settings') return showsInSettings(page, field);
  if (page.name === 'setup') return field === 'code';
  if (page.name === 'security-keys') return field === 'credential' && page.model.publicKey !== null;
  if (page.name !== 'verify' && page.name !== 'step-up') return false;
  const { key, digits, keysOnly } = page.model;
  if (field === 'credential') return key !== null;
  return !(key && keysOnly) && (field === 'recovery-code' || digits.length > 0);
}

function showsInSettings({ model }: SettingsPage, field: ProofField): boolean {
  const { refused, insteadOf, enrolled, actors, key, required } = model;
  if (refused === null || !enrolled || actors.length > 0 || (refused === 'disable' && required)) return false;
  if (field === 'credential') return key !== null;
  if (field === 'code') return insteadOf === 'app' || insteadOf === 'token';
  return refused === 'disable' || insteadOf === 'key';
}
