import type { Account } from '../account/account.js';
import type { AppRequest } from '../session/app-request.js';
import { pathBelow } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { sessionState } from '../session/context.js';
import type { Factor } from '../session/core.js';
import { stampMatches } from '../session/core.js';
import type { ParkedState } from '../session/state.js';
import { isParked } from '../session/state.js';

/** The routes of the router where a parked sign-in goes on or ends. */
const WAYS_ON =
  /^(?:(?:GET|HEAD) (?:|\/verify|\/setup|\/security-keys)|POST \/(?:verify|cancel|setup|setup\/confirm|setup\/cancel|security-keys))$/;

/**
 * Whether a first step comes from a strategy that runs on every request, such as remember-me, on the way to the router:
 * the same sign-in is parked already, and the request is for one of the routes where it goes on. Then it stays as it is.
 * On every other route, also below `basePath`, a first step is a new sign-in.
 *
 * @param required whether the account has no second factor, or no key, and must have one
 */
export function stillWaits(
  context: Context,
  account: Account,
  factor: Factor | null,
  required: boolean,
): boolean {
  const { core, req } = context;
  const present = waitingOf(context, account);
  return (
    present !== undefined &&
    waitsForTheSame(present, factor, required) &&
    isWayOn(core.options.mountPath, req)
  );
}

/** The sign-in of the same account, by the same password, that waits in the session. */
export function waitingOf(context: Context, account: Account): ParkedState | undefined {
  const present = sessionState(context);
  if (!isParked(present) || present.account !== account.id) return undefined;
  return stampMatches(context.core, account, present.stamp) ? present : undefined;
}

/**
 * Whether a parked sign-in waits for what the account still needs: its proof, a first factor, or a first key besides
 * its app.
 */
function waitsForTheSame(present: ParkedState, factor: Factor | null, required: boolean): boolean {
  if (present.state === 'pending') return factor !== null;
  return factor ? present.enrollment === factor.enrollment : required;
}

/** By the present path, which decides where Express leads the request next. */
function isWayOn(mountPath: string, { method = '', baseUrl = '', url = '' }: AppRequest): boolean {
  const path = pathBelow(mountPath, { url: baseUrl + url });
  return path !== undefined && WAYS_ON.test(`${method} ${path}`);
}
