import type { Status, WaitJson } from '../api.js';
import type { Wait } from '../page.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { hasOtherFactorOnly } from '../session/core.js';
import { askedOf, methodsOf } from '../sign-in/park.js';
import { wayOn } from '../session/way-on.js';
import { amrOf, isParked, isUser, provedAt } from '../session/state.js';

/** What a session may know about itself: the JSON of `GET /`. */
export function status(context: Context): Status {
  const { core, state, known, actors, requirement } = context;
  const serverTime = time(now(context));
  if (!state) return { state: 'anonymous', serverTime };
  if (isParked(state)) {
    const until = time(state.until);
    if (state.state === 'must-enroll') {
      return { state: state.state, until, setup: wayOn(core.options.basePath, state), serverTime };
    }
    const waits = { methods: methodsOf(state), digits: state.digits, publicKey: askedOf(context, state) };
    return { state: state.state, until, ...waits, serverTime };
  }
  // What only the owner gets.
  const own = isUser(state) ? known?.factor : undefined;
  const provenAt = provedAt(state);
  return {
    state: state.state,
    accountId: state.account,
    enrolled: Boolean(known?.factor),
    otherFactor: known !== undefined && hasOtherFactorOnly(known),
    required: requirement.required,
    requiredFrom: requirement.requiredFrom === null ? null : time(requirement.requiredFrom),
    amr: amrOf(state),
    verifiedAt: provenAt === null ? null : time(provenAt),
    actors: actors.map(({ account: { id, name } }) => ({ id, name })),
    recoveryCodesLeft: known?.factor?.recoveryCodesLeft ?? 0,
    recoveryCodesConfirmed: own?.recoveryCodesConfirmed ?? null,
    recoveryCodesSet: own?.recoveryCodesSet ?? null,
    authenticators: (own?.authenticators ?? []).map(({ id, name, addedAt }) => ({
      id,
      name,
      addedAt: time(addedAt),
    })),
    digits: own?.digits ?? [],
    ...(core.options.webauthn && {
      userVerified: state.state === 'verified' ? (state.userVerified ?? false) : null,
      securityKeys: (own?.keys ?? []).map(({ credentialId, name, addedAt, lastUsedAt, stopped }) => ({
        credentialId,
        name,
        addedAt: time(addedAt),
        lastUsedAt: time(lastUsedAt),
        stopped,
      })),
    }),
    serverTime,
  };
}

/** A wait, as JSON. */
export function waitJson(wait: Wait | null): WaitJson | null {
  return wait && { until: wait.until === null ? null : time(wait.until) };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
