import { Html } from './html.js';

/** Pictures beside a text that says the same. Screen readers skip them. */
export const ICONS = {
  brand: icon(
    '<path d="M12 3 5 6v5c0 4.6 2.9 8.2 7 10 4.1-1.8 7-5.4 7-10V6z"/><path d="m9 12 2.2 2.2L15.2 10"/>',
  ),
  on: icon('<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.7 2.7L16 9.6"/>'),
  off: icon('<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>'),
  error: icon('<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.2v.1"/>'),
  wait: icon('<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.2 2"/>'),
} as const;

function icon(paths: string): Html {
  return new Html(
    '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" ' +
      `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`,
  );
}
