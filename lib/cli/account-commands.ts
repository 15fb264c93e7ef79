import { cleanText } from '../account/clean-text.js';
import { APP_PARAMETERS } from '../account/totp.js';
import { SecondFactorError } from '../errors.js';
import type { AccountStatus } from '../operator/headless.js';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { ifFailed } from './in-time.js';
import { operator } from './operator.js';
import { printableLine } from './printable.js';
import type { Run } from './run.js';
import { show, time } from './run.js';

/** Longer names are cut in a line. */
const NAME_MAXIMUM_CHARACTERS = 80;
/** Where the policy takes keys alone. */
const CODES_IN_VAIN =
  'only its passkeys and security keys let in, and no codes; if they are lost, say security-keys --remove or disable';

const UNFOUND = 'findUser does not find the account, or fails';
const WILL_NOT_BE_TOLD = `, whose owner will not be told (${UNFOUND})`;
const NOT_TOLD = `the owner was not told: ${UNFOUND}. Unless it was deleted, tell them another way`;

/** `status <account>`. */
export async function showStatus(run: Run): Promise<ExitCode> {
  const known = await knownAccount(run);
  const { status, name, otherFactor, recordMissing, keysOnly } = known;
  show(run, describe(known), { ...status, name, otherFactor, recordMissing, keysOnly });
  return EXIT.done;
}

/** `disable <account>`. */
export async function disable(run: Run): Promise<ExitCode> {
  const confirmed = await confirmedAccount(run, 'Disable two-step authentication of');
  const { account, called, known } = confirmed;
  const disabled = await run.instance.admin.disable(account, operator(run));
  const text = disabled ? `is disabled\n${nextAfterDisabling(known)}` : 'was not enabled';
  showOutcome(run, confirmed, disabled, `${called}: two-step authentication ${text}`, { account, disabled });
  return EXIT.done;
}

/** What the operator, and the owner, do next. */
function nextAfterDisabling({ otherFactor }: KnownAccount): string {
  const signIn = otherFactor ? 'the password and their earlier second factor' : 'the password alone';
  return [
    `next: they sign in with ${signIn}, and enable two-step authentication again in their settings`,
    'next: where the phone may be in other hands, change the password as well; that ends their sessions',
  ].join('\n');
}

/** `unlock <account>`. */
export async function unlock(run: Run): Promise<ExitCode> {
  const confirmed = await confirmedAccount(run, 'End the wait after wrong codes of');
  const { account, called } = confirmed;
  const unlocked = await run.instance.admin.unlock(account, operator(run));
  const text = unlocked ? `${called}: codes are evaluated again` : notEnabled(called);
  showOutcome(run, confirmed, unlocked, text, { account, unlocked });
  return unlocked ? EXIT.done : EXIT.refused;
}

/** `recovery-codes <account>`. */
export async function newRecoveryCodes(run: Run): Promise<ExitCode> {
  const confirmed = await confirmedAccount(run, 'Make new recovery codes for');
  const { account, called, known } = confirmed;
  const recoveryCodes = await run.instance.admin.recoveryCodes(account, operator(run));
  const { keysOnly, status } = known;
  const vain = keysOnly && status.securityKeys.length > 0 ? [`${called}: ${CODES_IN_VAIN}`] : [];
  const text = recoveryCodes ? [...recoveryCodes, ...vain].join('\n') : notEnabled(called);
  const json = recoveryCodes ? { account, recoveryCodes, keysOnly } : { account };
  showOutcome(run, confirmed, recoveryCodes !== null, text, json);
  return recoveryCodes ? EXIT.done : EXIT.refused;
}

/** `browsers <account>`, with `--revoke` too. */
export async function browsers(run: Run): Promise<ExitCode> {
  if (run.command.revoke) {
    const confirmed = await confirmedAccount(run, 'Forget all browsers of');
    const { account, called } = confirmed;
    const revoked = await run.instance.admin.revokeBrowsers(account, operator(run));
    const text = revoked ? `${called}: every browser is asked for a code again` : notEnabled(called);
    showOutcome(run, confirmed, revoked, text, { account, revoked });
    return revoked ? EXIT.done : EXIT.refused;
  }
  await knownAccount(run);
  const { account } = run.command;
  const known = await run.instance.admin.browsers(account);
  const lines = known.map(
    ({ name, lastUsedAt, expiresAt }) =>
      `${name || 'unknown browser'}: last used ${time(lastUsedAt)}, remembered until ${time(expiresAt)}`,
  );
  show(run, lines.join('\n') || 'no browser is remembered', { account, browsers: known });
  return EXIT.done;
}

/** `security-keys <account>`, with `--remove` too. */
export async function securityKeys(run: Run): Promise<ExitCode> {
  if (run.command.remove) {
    const confirmed = await confirmedAccount(run, 'Remove all passkeys and security keys of');
    const { account, called } = confirmed;
    const removed = await run.instance.admin
      .removeSecurityKeys(account, operator(run))
      .catch((error: unknown) => {
        if ((error as { code?: unknown } | null)?.code !== 'factor-last') throw error;
        throw new ConsoleError(
          EXIT.refused,
          `${called}: there is no other second factor; say disable instead`,
        );
      });
    const text = removed ? 'passkeys and security keys are removed' : 'there were none';
    showOutcome(run, confirmed, removed, `${called}: ${text}`, { account, removed });
    return removed ? EXIT.done : EXIT.refused;
  }
  const { status } = await knownAccount(run);
  // What the record has cannot be told, and it may have some.
  if (!status.readable) throw new SecondFactorError('record-unreadable');
  const lines = status.securityKeys.map(
    ({ name, addedAt, lastUsedAt, rpId, stopped }) =>
      `${name || 'without a name'}: for ${rpId}, added ${time(addedAt)}, last used ${time(lastUsedAt)}${stopped ? ', stopped: there may be a copy of it' : ''}`,
  );
  show(run, lines.join('\n') || 'there are none', {
    account: run.command.account,
    securityKeys: status.securityKeys,
  });
  return EXIT.done;
}

/** An account of the command line. */
interface KnownAccount {
  readonly status: AccountStatus;
  /** `null`: the application cannot say. */
  readonly name: string | null;
  readonly otherFactor: boolean;
  /** Whether the application says that it is enrolled and there is no record: sign-ins are refused then. */
  readonly recordMissing: boolean;
  /** Whether the policy takes nothing but passkeys and security keys of it. */
  readonly keysOnly: boolean;
}

/**
 * The account of the command line; the application must know it, or it must at least have a record. Where there is one,
 * an application that cannot describe the account keeps no operator from it.
 */
export async function knownAccount({ command, instance }: Run): Promise<KnownAccount> {
  const { account: id } = command;
  const status = await instance.status(id);
  const account = await instance.admin.account(id).catch((error: unknown) => {
    const { code } = (error ?? {}) as { code?: unknown };
    if (status.enrolled || code === 'account-unstable') return ifFailed(null)(error);
    throw error;
  });
  if (!account && !status.enrolled) throw await noAccount(instance, id);
  const { name = null, otherFactor = false, enrolled: said = false, keysOnly = false } = account ?? {};
  return { status, name, otherFactor, recordMissing: said && !status.enrolled, keysOnly };
}

/** Says what an account goes by, which depends on what the application gives. */
async function noAccount(instance: Run['instance'], id: string): Promise<ConsoleError> {
  const named = await instance.admin.accountNamed?.(id).catch(ifFailed(null));
  const by =
    named === undefined
      ? 'accounts go by the exact id that account() returns'
      : 'no id and no login is exactly that';
  return new ConsoleError(EXIT.refused, `there is no account ${printableLine(id)}: ${by}`);
}

interface ConfirmedAccount {
  readonly account: string;
  /** As messages call it. */
  readonly called: string;
  readonly known: KnownAccount;
  /** Whether a notice of the change would find no owner. */
  readonly ownerNotTold: boolean;
}

/** The account of the command line, after the operator said yes: it is changed next. */
async function confirmedAccount(run: Run, question: string): Promise<ConfirmedAccount> {
  const { account, yes } = run.command;
  const known = await knownAccount(run);
  const called = label(account, known.name);
  const ownerNotTold = (await run.instance.admin.tellsOwner?.(account)) === false;
  if (!yes) {
    const untold = ownerNotTold ? WILL_NOT_BE_TOLD : '';
    const answer = await run.terminal.confirm(`${question} ${called}${untold}?`);
    if (answer === null) throw new ConsoleError(EXIT.usage, 'there is no terminal to ask on: say --yes');
    if (!answer) throw new ConsoleError(EXIT.refused, 'nothing was changed');
  }
  run.terminal.begin();
  return { account, called, known, ownerNotTold };
}

/** Shows what came of a change, and that its owner does not hear of it: nobody else would say so. */
function showOutcome(
  run: Run,
  { ownerNotTold }: ConfirmedAccount,
  isChanged: boolean,
  text: string,
  json: object,
): void {
  if (isChanged && ownerNotTold) show(run, `${text}\n${NOT_TOLD}`, { ...json, ownerNotTold });
  else show(run, text, json);
}

function describe({ status, name, otherFactor, recordMissing, keysOnly }: KnownAccount): string {
  const lines = [label(status.accountId, name)];
  if (recordMissing) {
    const fix = 'nobody signs in until the store is restored or it is disabled';
    return [...lines, `two-step authentication: enabled, but the record is missing: ${fix}`].join('\n');
  }
  if (!status.enrolled) {
    const other = otherFactor ? ['another second factor: yes, so it can only be imported'] : [];
    return [...lines, 'two-step authentication: not enabled', ...other].join('\n');
  }
  if (!status.readable)
    return [...lines, 'two-step authentication: enabled, but no key opens the record'].join('\n');
  lines.push(
    `two-step authentication: enabled since ${time(status.enrolledAt)}`,
    `authenticators: ${status.authenticators}${digitsOf(status)}`,
    `passkeys and security keys: ${status.securityKeys.length}${keysOnly ? ', and the policy takes nothing else' : ''}`,
    `recovery codes left: ${status.recoveryCodesLeft}${status.recoveryCodesConfirmed === false ? ', not confirmed as saved' : ''}`,
    `remembered browsers: ${status.rememberedBrowsers}`,
    `wrong codes in a row, in unknown browsers: ${status.failures}`,
  );
  if (status.locked) lines.push(`${refusedUntil(status)} in unknown browsers`);
  for (const browser of status.lockedBrowsers) {
    lines.push(`${refusedUntil(browser)} in a known browser${browser.name && `: ${browser.name}`}`);
  }
  return lines.join('\n');
}

function refusedUntil({ lockedUntil }: Pick<AccountStatus, 'lockedUntil'>): string {
  return `codes are refused until ${lockedUntil === null ? 'recovery or unlock' : time(lockedUntil)}`;
}

/** How many digits the codes have, where they are not all as authenticator apps show them. */
function digitsOf({ digits }: AccountStatus): string {
  const others = digits.some((count) => count !== APP_PARAMETERS.digits);
  return others ? `, with codes of ${digits.join(' or ')} digits` : '';
}

function notEnabled(called: string): string {
  return `${called}: two-step authentication is not enabled`;
}

/** An account as messages call it. */
export function label(id: string, name: string | null): string {
  if (name === null) return printableLine(id);
  const shown = cleanText(name, NAME_MAXIMUM_CHARACTERS);
  return shown === id ? id : `${printableLine(id)} (${shown})`;
}
