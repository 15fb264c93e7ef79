import { hashSource } from './hash-source.js';

/** How long the forms of a page wait after one was sent. After that its answer is lost, or was a download. */
const WAIT_MILLISECONDS = 10_000;

const TEXT = `
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

/**
 * A script that sends the forms of a page once. A double click, or a password manager and the Enter key, would send a
 * second request with the session that the first one ends. For pages of the application with forms that go to the router
 * or to a route that calls `renew()`: put `text` into a `<script>` element, unchanged and alone. `hash` is its source
 * expression for a Content-Security-Policy, quotes included.
 *
 * The script listens last, on the window, so it sees what the page itself has prevented. It disables no button, because a
 * disabled button does not send its name and value. A form can be sent again after ten seconds, or when its page comes
 * back from the browser's page cache.
 */
export const sendOnce: { readonly text: string; readonly hash: string } = {
  text: TEXT,
  hash: hashSource(TEXT),
};

/** The pages that have no form. */
export const WITHOUT_FORM: ReadonlySet<string> = new Set(['recovery-code-used', 'error']);
