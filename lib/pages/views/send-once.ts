import { hashSource } from './hash-source.js';

/** How long the forms of a page wait after one was sent. After that its answer is lost, or was a download. */
const WAIT_MILLISECONDS = 10_000;

/**
 * Sends the forms of a page once. A double click, or a password manager and the Enter key, would send a second request
 * with the session that the first one ends. The script listens last, on the window, so it sees what the page itself has
 * prevented. It disables no button, because a disabled button does not send its name and value. When a page comes back
 * from the browser's page cache, its forms can be sent again.
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
