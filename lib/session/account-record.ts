import type { Account } from '../account/account.js';
import type { AccountRecord, Decision } from '../account/record.js';
import { SecondFactorError } from '../errors.js';
import { describeFailure } from '../vault/failure.js';
import type { Soon } from '../soon.js';
import { isLater } from '../soon.js';
import type { Late } from '../vault/vault.js';
import type { Core, EventOrigin, Factor } from './core.js';
import { emitEvent } from './core.js';
import { noted } from './noted.js';

/** Whose record is changed, and where that came from. */
export interface ChangedAccount {
  readonly accountId: string;
  readonly origin: EventOrigin;
  /** The operator who changes it. */
  readonly by?: string | undefined;
}

/**
 * What is known about an account's second factor; `null`: not enrolled. One store read. A failure that operators must
 * know about is also an event.
 *
 * @param origin is called if there is an event to emit
 * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`, `record-missing`
 */
export function readFactor(core: Core, account: Account, origin: () => EventOrigin): Soon<Factor | null> {
  return goingOn(core, account, origin, core.vault.view(account.id), (factor) => factor);
}

/**
 * The same for a user who is already signed in. Returns at once if it is known.
 *
 * @param withinMs see {@link Vault.glance}; `null`: read as for a sign-in
 */
export function withFactor<Next>(
  core: Core,
  account: Account,
  origin: () => EventOrigin,
  withinMs: number | null,
  next: (factor: Factor | null) => Soon<Next>,
): Soon<Next> {
  return goingOn(core, account, origin, viewOf(core, account, withinMs), next);
}

function viewOf(
  { vault }: Core,
  { id, enrolled, otherFactor }: Account,
  withinMs: number | null,
): Soon<Factor | null> {
  // Once the application no longer asks for its own factor, the record must be there for everybody.
  if (withinMs === null || otherFactor) return vault.view(id);
  const view = vault.glance(id, withinMs);
  // No record may be lost that another process made after this one looked.
  return view === null && enrolled ? vault.glance(id, 0) : view;
}

function goingOn<Next>(
  core: Core,
  account: Account,
  origin: () => EventOrigin,
  view: Soon<Factor | null>,
  next: (factor: Factor | null) => Soon<Next>,
): Soon<Next> {
  const failed = (error: unknown): never => {
    throw reportOutage(core, account.id, origin(), error);
  };
  const found = (factor: Factor | null): Soon<Next> =>
    factor === null && account.enrolled ? failed(new SecondFactorError('record-missing')) : next(factor);
  return isLater(view) ? view.then(found, failed) : found(view);
}

/**
 * Called once with an outcome, to emit its events with their origin. Usually that is before the caller goes on. If the
 * store was late and the caller was refused, but the change was made, it is called later, and the events are marked as
 * late.
 */
export type Told<Outcome> = (outcome: Outcome, origin: EventOrigin) => void | Promise<void>;

/**
 * Decides on an account's record in the compare-and-set loop. A store failure that operators must know about is also an
 * event.
 *
 * @throws {SecondFactorError} `store-unavailable` (also when what happened is unknown), `record-unreadable`; what
 *   `told` throws
 */
export function updateRecord<Outcome>(
  core: Core,
  account: ChangedAccount,
  decide: (record: AccountRecord | null) => Decision<Outcome> | Promise<Decision<Outcome>>,
  told?: Told<Outcome>,
): Promise<Outcome> {
  const decideAndNote = async (record: AccountRecord | null): Promise<Decision<Outcome>> =>
    noted(core, account, await decide(record));
  return change(core, account, (late) => core.vault.update(account.accountId, decideAndNote, late), told);
}

/**
 * Makes a change of a record by a function of the vault; see {@link updateRecord}.
 *
 * @param make gets the function to call with an outcome that comes late
 */
export async function change<Outcome>(
  core: Core,
  { accountId, origin }: ChangedAccount,
  make: (late: Late<Outcome>) => Promise<Outcome>,
  told: Told<Outcome> = () => undefined,
): Promise<Outcome> {
  const late: Late<Outcome> = async (outcome) => {
    try {
      await told(outcome, { ...origin, late: true });
    } catch (error) {
      reportOutage(core, accountId, origin, error);
    }
  };
  return reporting(core, { accountId, origin }, async () => {
    const outcome = await make(late);
    await told(outcome, origin);
    return outcome;
  });
}

/**
 * Does something for an account. A failure that operators must know about is also an event. Closing waits until it is
 * done and told.
 */
export function reporting<Result>(
  core: Core,
  { accountId, origin }: ChangedAccount,
  act: () => Promise<Result>,
): Promise<Result> {
  const acting = act().catch((error: unknown) => {
    throw reportOutage(core, accountId, origin, error);
  });
  return core.underWay.during(acting);
}

/** Emits the event for operators, if the error has one, and returns the error. */
function reportOutage(core: Core, accountId: string, origin: EventOrigin, error: unknown): unknown {
  if (!(error instanceof SecondFactorError)) return error;
  const { code, cause, message } = error;
  const detail = { error: describeFailure(cause ?? message) };
  if (code === 'store-unavailable') emitEvent(core, code, accountId, origin, detail);
  if (code === 'record-unreadable') emitEvent(core, code, accountId, origin, detail);
  if (code === 'record-missing') emitEvent(core, code, accountId, origin, {});
  return error;
}
