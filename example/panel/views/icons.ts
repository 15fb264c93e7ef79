import { Html } from './html.js';

/** The outlines of the places of the panel, on a field of 24 by 24. */
const OUTLINES = {
  home: '<path d="M4 11.5 12 4l8 7.5"/><path d="M6.5 9.5V20h11V9.5"/>',
  clients: '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M3.5 9.5h17"/><path d="M7 14h6"/>',
  staff:
    '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.6-3.7 3-5.5 6.5-5.5s5.9 1.8 6.5 5.5"/>' +
    '<path d="M16 5.4a3.5 3.5 0 0 1 0 6.2"/><path d="M18 15.2c1.9.8 3 2.4 3.5 4.8"/>',
  settings:
    '<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.5"/><circle cx="8" cy="17" r="2.5"/>',
  acting: '<circle cx="12" cy="8" r="4"/><path d="M4 20c.8-4 3.6-6 8-6"/><path d="m15 17 3 3 4-5"/>',
} as const;

/** The name of a picture. */
export type IconName = keyof typeof OUTLINES;

/** A small picture beside a word that says the same. */
export function icon(name: IconName): Html {
  return new Html(
    '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" ' +
      `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${OUTLINES[name]}</svg>`,
  );
}
