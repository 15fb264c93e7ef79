import { document } from './document.js';
import { html } from './html.js';
import { LOGO } from './logo.js';
import { SHOW_PASSWORD_ELEMENT } from './show-password.js';

/** What the login page shows. */
export interface LoginPage {
  /** Who is signed in already and is asked once more. */
  readonly signedInAs: string | null;
  /** What happened before, told once. */
  readonly notice?: string | null;
  readonly login?: string;
  readonly error?: string;
}

/** The first step. */
export function loginPage({ signedInAs, notice = null, login = '', error }: LoginPage): string {
  const invalid = error === undefined ? null : html`aria-invalid="true" aria-describedby="error"`;
  return document(
    error === undefined ? 'Sign in' : 'Error: Sign in',
    'gate',
    html`<main>
      <p class="brand">${LOGO} Acme Panel</p>
      <h1>Sign in</h1>
      ${notice === null ? null : html`<p class="message plain" role="status">${notice}</p>`}
      ${error === undefined ? null : html`<p class="message bad" role="alert" id="error">${error}</p>`}
      ${
        signedInAs === null
          ? null
          : html`<p class="message plain">
            You are signed in as <strong>${signedInAs}</strong>. Sign in again to go on, or
            <a href="/">go back to the panel</a>.
          </p>`
      }
      <form method="post" action="/login">
        <label for="username">Login</label>
        <input
          id="username"
          name="username"
          value="${login}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          ${login === '' ? html`autofocus` : null}
          ${invalid}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          ${login === '' ? null : html`autofocus`}
          ${invalid}
        />
        <button class="show" type="button" aria-pressed="false" data-shows="password" hidden>Show password</button>
        <button class="whole" type="submit">Log in</button>
      </form>
      <details>
        <summary>Demo accounts</summary>
        <dl>
          <dt>root</dt>
          <dd>root-password</dd>
          <dt>admin</dt>
          <dd>admin-password</dd>
          <dt>alice</dt>
          <dd>alice-password</dd>
          <dt>bob</dt>
          <dd>bob-password</dd>
        </dl>
      </details>
      <p class="host">srv1.acme.example</p>
    </main>
    ${SHOW_PASSWORD_ELEMENT}`,
  );
}
