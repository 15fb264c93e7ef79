import { SERVICES, hostingOf } from '../demo-data.js';
import type { ListedAccount } from '../list-accounts.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { logInAs, twoStepBadge } from './log-in-as.js';
import { DEMO_NOTE, badge, card, figure, figures, table, usage } from './parts.js';
import { skippedText } from './refusals.js';

/** The server as a whole. */
export function rootHome(accounts: readonly ListedAccount[], skipped: string | null): Html {
  const services = SERVICES.map(({ name, role, version, state }) => [
    name,
    role,
    version,
    badge(state === 'running' ? 'Running' : 'Update available', state === 'running' ? 'good' : 'warn'),
  ]);
  return html`${skipped === null ? null : html`<p class="message plain">${skippedText(skipped)}</p>`}
    ${figures(
      figure('Uptime', '148 d', 'load 0.42'),
      figure('Accounts', String(accounts.length), 'below root'),
      figure('With two-step', String(withSecondFactor(accounts)), `of ${String(accounts.length)}`),
      figure('Domains', '4', 'all reachable'),
    )}
    <div class="grid">
      ${card('Services', table('Services', ['Service', 'Role', 'Version', 'State'], services), 'wide')}
      ${card('Resources', [
        usage('CPU', 17, '17 % of 8 cores'),
        usage('Memory', 61, '19.5 of 32 GB'),
        usage('Disk', 78, '374 of 480 GB'),
        usage('Swap', 3, '0.1 of 4 GB'),
      ])}
    </div>
    ${DEMO_NOTE}`;
}

/** The users of the server and their sites. */
export function adminHome(accounts: readonly ListedAccount[]): Html {
  const clients = accounts.map((account) => [
    account.login,
    hostingOf(account.login).plan,
    twoStepBadge(account.hasSecondFactor),
    html`<div class="actions">${logInAs(account)}</div>`,
  ]);
  return html`${figures(
    figure('Clients', String(accounts.length), 'active'),
    figure('Domains', '4', '1 certificate soon'),
    figure('Mailboxes', '3', '2.5 GB'),
    figure('Disk', '12.7 GB', 'of 25 GB sold'),
  )}
    ${card('Clients', table('Clients', ['Client', 'Plan', 'Two-step', 'Actions'], clients), 'wide')}
    ${DEMO_NOTE}`;
}

/** What a user hosts. */
export function userHome(login: string): Html {
  const { plan, domains, mailboxes, databases, ...used } = hostingOf(login);
  const percent = (part: string | number, whole: number): number => Math.round((Number(part) / whole) * 100);
  const sites = domains.map(({ name, php, certificateDays }) => [
    name,
    `PHP ${php}`,
    badge(`${String(certificateDays)} days left`, certificateDays < 14 ? 'warn' : 'good'),
  ]);
  return html`${figures(
    figure('Plan', plan, 'renews on the 1st'),
    figure('Domains', String(domains.length), 'all reachable'),
    figure('Mailboxes', String(mailboxes.length), 'no queue'),
    figure('Databases', String(databases), 'MariaDB'),
  )}
    <div class="grid">
      ${card('Domains', table('Domains', ['Domain', 'Runs on', 'Certificate'], sites), 'wide')}
      ${card('Usage', [
        usage(
          'Disk',
          percent(used.diskUsed, used.diskQuota),
          `${used.diskUsed} of ${String(used.diskQuota)} GB`,
        ),
        usage(
          'Traffic',
          percent(used.trafficUsed, used.trafficQuota),
          `${used.trafficUsed} of ${String(used.trafficQuota)} GB`,
        ),
        ...mailboxes.map(({ address, usedMb, quotaMb }) =>
          usage(address, percent(usedMb, quotaMb), `${String(usedMb)} of ${String(quotaMb)} MB`),
        ),
      ])}
    </div>
    ${DEMO_NOTE}`;
}

function withSecondFactor(accounts: readonly ListedAccount[]): number {
  return accounts.filter(({ hasSecondFactor }) => hasSecondFactor).length;
}
