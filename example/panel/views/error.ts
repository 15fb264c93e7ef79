import type { Problem } from '../problem.js';
import { document } from './document.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { LOGO } from './logo.js';

/** The heading of an error. */
export function errorTitle({ status }: Problem): string {
  return status === 404 ? 'Not found' : 'This did not work';
}

/** What could not be done, for people who are signed in. */
export function errorView({ status, title }: Problem): Html {
  return html`<p class="message ${status === 404 ? 'plain' : 'bad'}" role="alert">${title}</p>
    <p><a class="button" href="/">Go to the panel</a></p>`;
}

/** The same as a page of its own, where nobody is signed in or nobody can tell. */
export function errorPage(problem: Problem): string {
  return document(
    errorTitle(problem),
    'gate',
    html`<main>
      <p class="brand">${LOGO} Acme Panel</p>
      <h1>${errorTitle(problem)}</h1>
      ${errorView(problem)}
    </main>`,
  );
}
