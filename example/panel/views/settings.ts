import type { Level } from '../levels.js';
import { PASSWORD_MINIMUM_CHARACTERS } from '../passwords.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { badge, card, errorMessage } from './parts.js';

/** Why the password was not changed. */
export interface PasswordRefusal {
  readonly code: string;
  readonly field: 'currentPassword' | 'newPassword';
  readonly message: string;
}

/** What User settings show. */
export interface SettingsModel {
  readonly login: string;
  readonly level: Level;
  /** Whether the account has two-step authentication. */
  readonly enrolled: boolean;
  /** Whether accounts of this level must have it. */
  readonly required: boolean;
  readonly isActing: boolean;
  readonly twoStepPath: string;
  readonly refusal: PasswordRefusal | null;
}

/** Settings → User settings. */
export function settingsView(model: SettingsModel): Html {
  const { login, level, isActing, refusal } = model;
  return html`${card(
    'Account',
    html`<dl class="facts">
      <dt>Login</dt>
      <dd>${login}</dd>
      <dt>Level</dt>
      <dd>${badge(level)}</dd>
    </dl>`,
    'form',
  )}
  ${card('Two-step authentication', twoStep(model), 'form')}
  ${card('Password', isActing ? html`<p>Only ${login} can change this password.</p>` : passwordForm(refusal), 'form')}`;
}

function twoStep({ enrolled, required, isActing, login, twoStepPath }: SettingsModel): Html {
  if (isActing) {
    return html`<p>Only ${login} can enable or disable it: keys do not change hands while you act as somebody else.</p>`;
  }
  if (enrolled) {
    return html`<p>${badge('Enabled', 'good')} Signing in takes your password and a code from your app.</p>
      <div class="actions">
        <a class="button quiet" href="${twoStepPath}">Manage phones and recovery codes</a>
        ${
          required
            ? null
            : html`<a class="button quiet" href="${twoStepPath}#disable">Disable two-step authentication</a>`
        }
      </div>
      ${required ? html`<p>Accounts of your level must have it, so it cannot be disabled.</p>` : null}`;
  }
  return html`<p>
      ${badge('Off')} With it, signing in takes your password and a code from an app on your phone, such as
      Google Authenticator.
    </p>
    <form method="post" action="${twoStepPath}/setup">
      <button type="submit">Enable two-step authentication</button>
    </form>`;
}

function passwordForm(refusal: PasswordRefusal | null): Html {
  const invalid = (field: PasswordRefusal['field']): Html | null =>
    refusal?.field === field ? html`aria-invalid="true" aria-describedby="error" autofocus` : null;
  const said = (field: PasswordRefusal['field']): Html | null =>
    refusal?.field === field ? errorMessage(refusal.message) : null;
  return html`<p>All your other sessions end.</p>
    <form method="post" action="/settings/password">
      <label for="current">Current password</label>
      ${said('currentPassword')}
      <input
        id="current"
        name="currentPassword"
        type="password"
        autocomplete="current-password"
        required
        ${invalid('currentPassword')}
      />
      <label for="new">New password</label>
      ${said('newPassword')}
      <input
        id="new"
        name="newPassword"
        type="password"
        autocomplete="new-password"
        minlength="${PASSWORD_MINIMUM_CHARACTERS}"
        required
        ${invalid('newPassword')}
      />
      <p class="hint">At least ${PASSWORD_MINIMUM_CHARACTERS} characters.</p>
      <div class="actions"><button type="submit">Change password</button></div>
    </form>`;
}
