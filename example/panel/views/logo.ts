import { Html } from './html.js';

/** The mark of the panel; the same picture as public/icon.svg. */
export const LOGO = new Html(
  '<svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">' +
    '<rect width="32" height="32" rx="7" fill="#2f6fde"/><rect x="7" y="8" width="18" height="6.5" rx="2" fill="#fff"/>' +
    '<rect x="7" y="17.5" width="18" height="6.5" rx="2" fill="#fff" opacity=".75"/>' +
    '<circle cx="11" cy="11.25" r="1.5" fill="#2f6fde"/><circle cx="11" cy="20.75" r="1.5" fill="#2f6fde"/></svg>',
);
