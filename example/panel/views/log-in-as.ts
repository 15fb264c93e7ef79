import type { ListedAccount } from '../list-accounts.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { badge } from './parts.js';
import { refusalText } from './refusals.js';

/** Where the password of an account is set. */
export function editPath(login: string): string {
  return `/staff/${encodeURIComponent(login)}/edit`;
}

/** The button "Log in" of a list; where it will be refused the reason stands there in advance. */
export function logInAs({ id, login, refusal }: ListedAccount): Html {
  const why = refusal === null ? null : html`aria-describedby="why-${login}"`;
  return html`<form method="post" action="/two-step/impersonation">
      <input type="hidden" name="account" value="${id}" />
      <button class="${refusal === null ? '' : 'quiet'}" type="submit" ${why}>
        Log in<span class="hidden"> as ${login}</span>
      </button>
    </form>
    ${refusal === null ? null : html`<p class="why" id="why-${login}">${refusalText(refusal)}${refusal === 'target-has-second-factor' ? html` <a href="${editPath(login)}">Set a password</a> if nobody knows it.` : null}</p>`}`;
}

/** Whether an account has two-step authentication. */
export function twoStepBadge(hasSecondFactor: boolean): Html {
  return hasSecondFactor ? badge('Enabled', 'good') : badge('Off');
}
