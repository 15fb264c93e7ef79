import { hostingOf } from '../demo-data.js';
import type { ListedAccount } from '../list-accounts.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { logInAs } from './log-in-as.js';
import { DEMO_NOTE, table } from './parts.js';

/** The users of this server. */
export function clientsView(clients: readonly ListedAccount[]): Html {
  const rows = clients.map((client) => {
    const { plan, domains, diskUsed, diskQuota } = hostingOf(client.login);
    return [
      client.login,
      plan,
      domains.map(({ name }) => html`<span class="line">${name}</span>`),
      `${diskUsed} of ${diskQuota} GB`,
      html`<div class="actions">${logInAs(client)}</div>`,
    ];
  });
  return html`<p class="lead">Users of this server. “Log in” takes you to a user’s own panel, as that user.</p>
    <div class="card">${table('Clients', ['Client', 'Plan', 'Domains', 'Disk', 'Actions'], rows)}</div>
    ${DEMO_NOTE}`;
}
