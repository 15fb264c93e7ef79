import { LEVELS, endSession, moveTo, sessionOf } from './world.js';
import type { Account, AccountId, Acting, Browser, Own, Session, World } from './world.js';

const PENDING = 600_000;
const HOUR = 3_600_000;
/** A clock set back by more than this gives nobody more time. */
const TOLERANCE = 60_000;

/** Whether something is at most so old, and not in the future. */
export function isFresh(since: number | undefined, now: number, seconds: number): boolean {
  return since !== undefined && now - since >= -TOLERANCE && now - since <= seconds * 1000;
}

/** Whether something that lasts from its beginning is still going on. */
export function isGoingOn(since: number, now: number, lasts = PENDING): boolean {
  return now < since + lasts && now - since >= -TOLERANCE;
}

/** A browser of an account by its cookie, or by the one it had before. */
export function browserOf({ factor }: Account, token: string | undefined): Browser | undefined {
  if (token === undefined) return undefined;
  return factor?.browsers.find((browser) => browser.token === token || browser.former === token);
}

/** The browser that is asked for no code: by its newest cookie alone, and under the password of that day. */
export function rememberedOf(
  { factor, stamp }: Account,
  token: string | undefined,
  now: number,
): Browser | undefined {
  if (factor?.browsersStamp !== stamp) return undefined;
  return factor.browsers.find((browser) => browser.token === token && now < browser.rememberedUntil);
}

/** What every request does first (sections 6 and 7): the session as it is afterwards; whether acting ended. */
export function judge(world: World, jar: number): { session: Session | undefined; ended: boolean } {
  const session = sessionOf(world, jar);
  if (session?.state === 'impersonating' && world.accounts[session.account].exists) {
    const place = standing(world, session);
    const ended = place < session.actors.length;
    if (ended) fallBack(world, jar, session, place);
    return { session: sessionOf(world, jar), ended };
  }
  if (session?.state === 'pending') {
    if (!isGoingOn(session.since, world.now)) endSession(world, jar);
  } else if (session?.state === 'impersonating') endSession(world, jar);
  else if (session) judgeOwn(world, jar, session);
  return { session: sessionOf(world, jar), ended: false };
}

/** Goes back to somebody in the stack, checked from scratch. */
export function fallBack(world: World, jar: number, session: Acting, place: number): void {
  const actor = session.actors[place];
  const account = actor && world.accounts[actor.account];
  if (!actor || !account?.exists || account.stamp !== actor.stamp) endSession(world, jar);
  else if (place > 0) moveTo(world, jar, { ...session, ...actor, actors: session.actors.slice(0, place) });
  else if (holdsMark(world, session.mark)) moveTo(world, jar, session.mark);
  else endSession(world, jar);
}

/** Why one may not begin to act as another; `null`: they may. */
export function whyNot(world: World, session: Own | Acting, target: AccountId): string | null {
  const mark = session.state === 'impersonating' ? session.mark : session;
  const reason = whyNotStay(world, mark, session.account, target);
  const proofAt = mark.state === 'verified' ? mark.factorAt : mark.passwordAt;
  return reason ?? (isFresh(proofAt, world.now, 900) ? null : 'proof-too-old');
}

function whyNotStay(world: World, mark: Own, actor: AccountId, target: AccountId): string | null {
  const height = (id: AccountId): number => LEVELS.indexOf(world.accounts[id].level);
  if (height(target) <= height(actor) || height(target) <= height(mark.account)) return 'not-below';
  if (world.accounts[target].factor) return 'target-has-second-factor';
  if (world.accounts[mark.account].factor && mark.state !== 'verified') return 'actor-not-verified';
  return null;
}

/** The place of the last account of a stack that still holds; -1: not even the first. */
function standing(world: World, { mark, actors, account, stamp, since }: Acting): number {
  const stack = [...actors, { account, stamp }];
  const there = (place: number): boolean => {
    const held = stack[place];
    const present = held && world.accounts[held.account];
    return present?.exists === true && present.stamp === held?.stamp;
  };
  if (!there(0) || !holdsMark(world, mark)) return -1;
  if (!isGoingOn(since, world.now, HOUR)) return 0;
  for (let place = 1; place < stack.length; place++) {
    const [actor, target] = [stack[place - 1], stack[place]];
    if (!actor || !target || !there(place)) return place - 1;
    if (whyNotStay(world, mark, actor.account, target.account) !== null) return place - 1;
  }
  return stack.length - 1;
}

function holdsMark(world: World, mark: Own): boolean {
  const { exists, stamp, factor } = world.accounts[mark.account];
  if (!exists || stamp !== mark.stamp || factor?.enrollment !== mark.enrollment) return false;
  return mark.state !== 'remembered' || isRemembered(world, mark);
}

function isRemembered(world: World, { account, browser }: Own): boolean {
  return rememberedOf(world.accounts[account], browser, world.now) !== undefined;
}

function judgeOwn(world: World, jar: number, session: Own): void {
  const { account, stamp, passwordAt } = session;
  const { exists, stamp: present, factor } = world.accounts[account];
  if (!exists || present !== stamp) endSession(world, jar);
  else if (holdsMark(world, session)) return;
  else if (!factor) moveTo(world, jar, { state: 'signed-in', account, stamp, passwordAt });
  else park(world, jar, account);
}

/** Leaves an account waiting for its code. */
export function park(world: World, jar: number, account: AccountId): void {
  const { stamp, factor } = world.accounts[account];
  const enrollment = factor?.enrollment ?? 0;
  moveTo(world, jar, { state: 'pending', account, stamp, enrollment, since: world.now, recoveryFailures: 0 });
}
