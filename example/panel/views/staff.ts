import type { ListedAccount } from '../list-accounts.js';
import { PASSWORD_MINIMUM_CHARACTERS } from '../passwords.js';
import type { User } from '../users.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { editPath, logInAs, twoStepBadge } from './log-in-as.js';
import { badge, card, errorMessage, table } from './parts.js';

/** Management → Staff. */
export function staffView(accounts: readonly ListedAccount[]): Html {
  const rows = accounts.map((account) => [
    account.login,
    badge(account.level),
    twoStepBadge(account.hasSecondFactor),
    html`<div class="actions">
      <a class="button quiet" href="${editPath(account.login)}"
        >Edit<span class="hidden"> ${account.login}</span></a
      >
      ${logInAs(account)}
    </div>`,
  ]);
  return html`<p class="lead">Accounts below your own level.</p>
    <div class="card">${table('Staff', ['Account', 'Level', 'Two-step', 'Actions'], rows)}</div>`;
}

/** Management → Staff → account → Edit. */
export function editView({ login, level }: User, hasSecondFactor: boolean, error: string | null): Html {
  const invalid = error === null ? null : html`aria-invalid="true" autofocus`;
  return html`<p class="lead"><a href="/staff">Staff</a> / ${login}</p>
    ${card(
      'Account',
      html`<dl class="facts">
        <dt>Login</dt>
        <dd>${login}</dd>
        <dt>Level</dt>
        <dd>${badge(level)}</dd>
        <dt>Two-step authentication</dt>
        <dd>${twoStepBadge(hasSecondFactor)}</dd>
      </dl>`,
      'form',
    )}
    ${card(
      'Password',
      html`<p>
          All sessions of ${login} end.
          ${
            hasSecondFactor
              ? 'Two-step authentication stays as it is: signing in takes the new password and a code of its own app.'
              : null
          }
        </p>
        <form method="post" action="${editPath(login)}">
          <label for="password">New password</label>
          ${error === null ? null : errorMessage(error)}
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="new-password"
            minlength="${PASSWORD_MINIMUM_CHARACTERS}"
            required
            aria-describedby="hint ${error === null ? '' : 'error'}"
            ${invalid}
          />
          <p class="hint" id="hint">At least ${PASSWORD_MINIMUM_CHARACTERS} characters.</p>
          <div class="actions">
            <button type="submit">Save</button> <a class="button quiet" href="/staff">Cancel</a>
          </div>
        </form>`,
      'form',
    )}`;
}
