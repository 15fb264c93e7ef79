import { parseStamp } from '../account/account.js';
import { mayImpersonate } from '../impersonation/enter.js';
import { checkGuardOptions, evaluate } from '../session/evaluate.js';
import type { Context } from '../session/context.js';
import { emit, leaveSession, moveTo, moveToAnonymous, toldOnceOver } from '../session/context.js';
import { SecondFactorError, isProblemCode } from '../errors.js';
import type { AutoSwitchSkip, DemotionReason, ImpersonationEnd } from '../events.js';
import { knownOnly } from '../known-only.js';
import { findAccount, hasOtherFactorOnly, stampOf } from '../session/core.js';
import type { Guarded } from '../session/guard-decision.js';
import { CHECK_ANEW } from '../session/guard-decision.js';
import { refuse } from '../session/refuse.js';
import type {
  ActingAccount,
  GuardDecision,
  GuardOptions,
  ImpersonationDecision,
  ProofElsewhere,
  Refusal,
} from '../session/request-api.js';
import type { StateName } from '../session/state.js';
import { amrOf, isParked, isUser, provedAt } from '../session/state.js';
import { vouch } from '../sign-in/proven-elsewhere.js';
import { codeOfParked } from '../session/way-on.js';
import type { Soon } from '../soon.js';
import { checkForGuard } from './check-anew.js';
import { recheck } from './recheck.js';
import { waysFrom } from '../sign-in/park.js';
import { forgetChange, mayBeChanging } from './password-change.js';
import { withdraw } from './withdraw.js';

/** What the application sees of a context: `req.secondFactor`. */
export class RequestApi implements Guarded {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The context that a request got last; `undefined`: none from this copy of the package. */
  static contextOf(req: object): Context | undefined {
    const { secondFactor } = req as { readonly secondFactor?: unknown };
    const isOurs = typeof secondFactor === 'object' && secondFactor !== null && #context in secondFactor;
    return isOurs ? secondFactor.#context : undefined;
  }

  get state(): StateName {
    return this.#context.state?.state ?? 'anonymous';
  }

  get enrolled(): boolean {
    return Boolean(this.#context.known?.factor);
  }

  get otherFactor(): boolean {
    const { known } = this.#context;
    return known !== undefined && hasOtherFactorOnly(known);
  }

  get required(): boolean {
    return this.#context.requirement.required;
  }

  get requiredFrom(): number | null {
    return this.#context.requirement.requiredFrom;
  }

  get amr(): readonly string[] {
    return amrOf(this.#context.state);
  }

  get userVerified(): boolean | null {
    const { state } = this.#context;
    return state?.state === 'verified' && state.method === 'security-key'
      ? state.userVerified === true
      : null;
  }

  get verifiedAt(): number | null {
    return provedAt(this.#context.state);
  }

  get actor(): ActingAccount | null {
    return this.actors[0] ?? null;
  }

  get actors(): readonly ActingAccount[] {
    return this.#context.actors.map(({ account: { id, name } }) => ({ id, name }));
  }

  get autoSwitchSkipped(): AutoSwitchSkip | null {
    const { state } = this.#context;
    return (isUser(state) ? state.autoSwitchSkipped : undefined) ?? null;
  }

  get ended(): ImpersonationEnd | DemotionReason | null {
    return this.#context.ended;
  }

  get path(): string {
    return this.#context.core.options.basePath;
  }

  mayImpersonate(accountId: string | number | bigint): Promise<ImpersonationDecision> {
    return mayImpersonate(this.#context, accountId);
  }

  provenElsewhere(user: unknown, proof: ProofElsewhere): void {
    vouch(this.#context, user, proof);
  }

  evaluate(options: GuardOptions = {}): GuardDecision {
    return evaluate(this.#context, checkGuardOptions(options), 'any');
  }

  refuse(refusal: Refusal): void {
    const checked = checkedRefusal(refusal);
    refuse(this.#context, checked, undefined, waysOfPassword(this.#context, checked));
  }

  recheck(): Promise<StateName> {
    return recheck(this.#context);
  }

  [CHECK_ANEW](asksAge: boolean): Soon<void> {
    return checkForGuard(this.#context, asksAge);
  }

  renew(securityStamp?: unknown): Promise<void> {
    return renew(this.#context, securityStamp);
  }
}

/**
 * There is no answer for a decision that lets the request pass, or for an unknown code: a browser would be sent
 * nowhere.
 */
function checkedRefusal(refusal: Refusal): Refusal {
  const fields = ['ok', 'kind', 'code', 'status', 'location', 'maxAge'];
  const { ok, code, location } = knownOnly(refusal, fields, 'refusal field');
  if (ok === false && typeof code === 'string' && isProblemCode(code) && typeof location === 'string')
    return refusal;
  throw new SecondFactorError(
    'option-invalid',
    'req.secondFactor.refuse(refusal) takes what evaluate() refused with: ok is false, with a code and a location',
  );
}

/** What the answer to a password says, if the application answers with the error of `req.logIn`. */
function waysOfPassword(context: Context, { code }: Refusal): object {
  const { logIn, state } = context;
  if (logIn !== 'parked' || !isParked(state) || code !== codeOfParked(state)) return {};
  return waysFrom(context, state);
}

async function renew(context: Context, securityStamp: unknown): Promise<void> {
  const { core, state, known } = context;
  if (state?.state === 'impersonating') throw new SecondFactorError('impersonation-refused');
  if (!known || !isUser(state)) throw new SecondFactorError('login-required');
  const found = await findAccount(core, known.account.id);
  if (!found) throw new SecondFactorError('account-unknown', 'findUser(accountId) returned none');
  const { id, stamp } = found.account;
  if (stamp !== (stamp === null && securityStamp === undefined ? null : parseStamp(securityStamp))) {
    forgetChange(context);
    if (mayBeChanging(context)) {
      withdraw(context); // It may have been sent twice, and the second one renews the session.
      throw new SecondFactorError('sign-in-expired');
    }
    // Whoever changed the password after the user of this session wanted to end this session too.
    await leaveSession(context);
    await toldOnceOver(
      context,
      () => moveToAnonymous(context),
      () => {
        emit(context, 'session-demoted', id, { reason: 'password-changed' });
      },
    );
    throw new SecondFactorError('sign-in-expired');
  }
  await moveTo(context, { ...state, stamp: stampOf(core, found.account) }, 'application-and-user');
}
