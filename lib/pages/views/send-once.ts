import { hashSource } from './hash-source.js';

/** How long a form that was sent keeps the others waiting: then its answer is lost, or was a download. */
const WAIT_MILLISECONDS = 10_000;

/**
 * Sends the forms of a page once: a double click, or a password manager and the Enter key, would send the second
 * request with the session that the first one ends. Listening last, on the window, it heeds what the page itself
 * has prevented; no button is disabled, so that its name and value are sent. Back from the browser's page cache
 * everything may be sent again.
 */
export const SEND_ONCE = `
(() => {
  let sent = -Infinity;
  addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if (performance.now() - sent < ${String(WAIT_MILLISECONDS)}) event.preventDefault();
    else sent = performance.now();
  });
  addEventListener('pageshow', () => { sent = -Infinity; });
})();
`;

/** The script's source expression for a Content-Security-Policy. */
export const SEND_ONCE_HASH = hashSource(SEND_ONCE);

/** The pages that have no form. */
export const WITHOUT_FORM: ReadonlySet<string> = new Set(['recovery-code-used', 'error']);
