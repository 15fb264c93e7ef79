import { parseStamp } from '../account/account.js';
import { mayImpersonate } from '../impersonation/enter.js';
import { holds } from '../impersonation/stay.js';
import { checkGuardOptions, evaluate } from '../session/evaluate.js';
import type { Context } from '../session/context.js';
import { emit, leaveSession, moveTo, moveToAnonymous, originOf, toldOnceOver } from '../session/context.js';
import { SecondFactorError, isProblemCode } from '../errors.js';
import { knownOnly } from '../known-only.js';
import { findAccount, hasOtherFactorOnly, stampOf } from '../session/core.js';
import { readFactor } from '../session/account-record.js';
import { factsOf } from '../session/facts.js';
import { isInTime, evaluateSession } from '../session/evaluate-session.js';
import { refuse } from '../session/refuse.js';
import type { ActingAccount, Refusal, RequestSecondFactor } from '../session/request-api.js';
import { requirementOf } from '../session/requirement.js';
import type { StateName } from '../session/state.js';
import { amrOf, isParked, isUser, provedAt } from '../session/state.js';
import { isSameSignIn, storedState } from '../session/stored-session.js';
import { vouch } from '../sign-in/proven-elsewhere.js';
import { codeOfParked } from '../session/way-on.js';
import { waysFrom } from '../sign-in/park.js';

/** The face of a context that the application sees as `req.secondFactor`. */
export function createRequestApi(context: Context): RequestSecondFactor {
  return {
    get state() {
      return context.state?.state ?? 'anonymous';
    },
    get enrolled() {
      return Boolean(context.known?.factor);
    },
    get otherFactor() {
      return context.known !== undefined && hasOtherFactorOnly(context.known);
    },
    get required() {
      return context.requirement.required;
    },
    get requiredFrom() {
      return context.requirement.requiredFrom;
    },
    get amr() {
      return amrOf(context.state);
    },
    get userVerified() {
      return context.state?.state === 'verified' && context.state.method === 'security-key'
        ? context.state.userVerified === true
        : null;
    },
    get verifiedAt() {
      return provedAt(context.state);
    },
    get actor() {
      return actorsOf(context)[0] ?? null;
    },
    get actors() {
      return actorsOf(context);
    },
    get autoSwitchSkipped() {
      const { state } = context;
      return (isUser(state) ? state.autoSwitchSkipped : undefined) ?? null;
    },
    mayImpersonate: (accountId) => mayImpersonate(context, accountId),
    provenElsewhere: (user, proof) => {
      vouch(context, user, proof);
    },
    path: context.core.options.basePath,
    evaluate: (options = {}) => evaluate(context, checkGuardOptions(options), 'any'),
    refuse: (refusal) => {
      const checked = checkedRefusal(refusal);
      refuse(context, checked, undefined, waysOfPassword(context, checked));
    },
    recheck: () => recheck(context),
    renew: (securityStamp) => renew(context, securityStamp),
  };
}

/** A decision that lets the request pass, or a code that is none, has no answer: a browser would go on to nowhere. */
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

/** What the answer to a password tells, where the application gives that answer with the error of `req.logIn`. */
function waysOfPassword(context: Context, { code }: Refusal): object {
  const { logIn, state } = context;
  if (logIn !== 'parked' || !isParked(state) || code !== codeOfParked(state)) return {};
  return waysFrom(context, state);
}

async function recheck(context: Context): Promise<StateName> {
  const { core, req, state, known } = context;
  const present = await storedState(req, core.options.sessionKey);
  if (!state || !present || !isSameSignIn(state, present)) return 'anonymous';
  if (isParked(present)) {
    return isInTime(present.since, present.until, core.options.clock()) ? present.state : 'anonymous';
  }

  if (present.state === 'impersonating') {
    return (await holds(context, present)) ? 'impersonating' : 'anonymous';
  }
  const found = known && (await findAccount(core, known.account.id));
  if (!found) return 'anonymous';
  const factor = await readFactor(core, found.account, originOf(context));
  const requirement = await requirementOf(core, found.account);
  const decision = evaluateSession(present, factsOf(core, found.account, factor, requirement));
  return decision.kind === 'demote' ? decision.to : present.state;
}

function actorsOf({ actors }: Context): ActingAccount[] {
  return actors.map(({ account: { id, name } }) => ({ id, name }));
}

async function renew(context: Context, securityStamp: unknown): Promise<void> {
  const { core, state, known } = context;
  if (state?.state === 'impersonating') throw new SecondFactorError('impersonation-refused');
  if (!known || !isUser(state)) throw new SecondFactorError('login-required');
  const found = await findAccount(core, known.account.id);
  if (!found) throw new SecondFactorError('account-unknown', 'findUser(accountId) returned none');
  const { id, stamp } = found.account;
  if (stamp !== (stamp === null && securityStamp === undefined ? null : parseStamp(securityStamp))) {
    // Whoever changed the password after this session's user meant to end this session too.
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
