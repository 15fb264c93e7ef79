import { forgetRemembered, judgeCode, offsetOf, unlock } from './codes.js';
import type { Told } from './codes.js';
import type { Act, Operation, Plain } from './command.js';
import { browserOf, fallBack, isFresh, isGoingOn, judge, park, rememberedOf, whyNot } from './judge.js';
import { LEVELS, UNSEEN, cookiesOf, endSession, moveTo } from './world.js';
import type { AccountId, Browser, Factor, Made, Own, Pending, Session, World } from './world.js';

const DAY = 86_400_000;
const REMEMBERED_DAYS = 30;
const OWN = ['signed-in', 'remembered', 'verified'];

/**
 * What a command is answered: `ok`, or the code of the refusal. The world is then as it is after that. Written
 * from what the documents promise. Where requests meet, and for clocks and browsers, it knows the tolerances
 * of the code; what both have wrong goes unseen.
 */
export function apply(world: World, act: Act, made: Made): string {
  if (!('jar' in act)) return operate(world, act);
  const { session, ended } = judge(world, act.jar);
  if (ended) return act.do === 'leave' ? 'ok' : 'impersonation-refused';
  if (!session && movesOn(act)) return 'sign-in-expired';
  switch (act.do) {
    case 'sign-in':
      return signIn(world, act, session);
    case 'code':
      return act.door === 'verify' ? verify(world, act, session, made) : manage(world, act, session, made);
    case 'set-up':
      return setUp(world, act, session, made);
    case 'confirm':
      return confirm(world, act, session, made);
    case 'remove-phone':
      return removePhone(world, act, session);
    case 'act-as':
      return actAs(world, act, session);
    case 'change-password':
      return changePassword(world, act, session);
    case 'edit':
      return edit(world, act, session);
    case 'cancel-set-up':
    case 'cancel':
    case 'leave':
    case 'sign-out':
    case 'revoke-browsers':
      return plain(world, act.do, act.jar, session);
  }
}

type Of<Name extends Act['do']> = Extract<Act, { do: Name }>;

/** Forms that end one session and begin another: a second click comes with the old one. */
function movesOn(act: Act): boolean {
  if (act.do === 'code') return act.door === 'verify' || act.door === 'step-up';
  return ['set-up', 'confirm', 'cancel-set-up'].includes(act.do);
}

/** Why a session may not do anything that needs somebody signed in. */
function nobody(session: Session | undefined): string | null {
  if (!session) return 'login-required';
  return session.state === 'pending' ? 'code-required' : null;
}

function signIn(
  world: World,
  { jar, account: id, password }: Of<'sign-in'>,
  session: Session | undefined,
): string {
  const account = world.accounts[id];
  if (!account.exists || password !== account.password) return 'invalid-credentials';
  if (session?.state === 'impersonating' && session.account === id) return 'impersonation-refused';
  const { stamp, factor, level } = account;
  const passwordAt = world.now;
  if (!factor) {
    const own: Own = { state: 'signed-in', account: id, stamp, passwordAt };
    moveTo(world, jar, own);
    const admin = world.accounts.admin;
    if (level === 'root' && admin.exists && whyNot(world, own, 'admin') === null)
      enter(world, jar, own, 'admin');
    return 'ok';
  }
  const { enrollment } = factor;
  if (session?.state === 'verified' && session.account === id) {
    moveTo(world, jar, session);
    return 'ok';
  }
  const browser = rememberedOf(account, cookiesOf(world, jar).browsers[id], world.now);
  if (!browser) {
    park(world, jar, id);
    return 'code-required';
  }
  browser.former = undefined;
  if (world.now - browser.lastUsedAt >= DAY) browser.lastUsedAt = world.now;
  const { token } = browser;
  moveTo(world, jar, { state: 'remembered', account: id, stamp, passwordAt, enrollment, browser: token });
  return 'ok';
}

function verify(
  world: World,
  { jar, typed, remember = false }: Of<'code'>,
  session: Session | undefined,
  made: Made,
): string {
  if (session?.state !== 'pending') return session?.state === 'verified' ? 'ok' : 'sign-in-expired';
  const { account: id, stamp, enrollment, since } = session;
  const account = world.accounts[id];
  const { factor } = account;
  if (!account.exists || account.stamp !== stamp || factor?.enrollment !== enrollment) {
    endSession(world, jar);
    return 'sign-in-expired';
  }
  const cookies = cookiesOf(world, jar);
  const presented = cookies.browsers[id];
  const browser = browserOf(account, presented);
  const told = type(factor, typed, world.now, browser, presented);
  if (told === 'wrong-recovery') return wrongRecovery(world, jar, session);
  if (told !== 'otp' && told !== 'recovery-code') return told;
  if (told === 'otp') {
    const token = made.token ?? 'the panel made none';
    const days = remember ? REMEMBERED_DAYS : 0;
    know(factor, stamp, {
      token,
      former: browser && presented,
      now: world.now,
      days,
      before: browser?.token,
    });
    cookies.browsers[id] = token;
  }
  const proof = { enrollment, factorAt: world.now, byOtp: told === 'otp' };
  moveTo(world, jar, { state: 'verified', account: id, stamp, passwordAt: since, ...proof });
  return 'ok';
}

/** Five of them end a sign-in; they are never charged to the account. */
function wrongRecovery(world: World, jar: number, session: Pending): string {
  session.recoveryFailures += 1;
  if (session.recoveryFailures < 5) return 'code-invalid';
  endSession(world, jar);
  return 'sign-in-expired';
}

/** A browser that has just passed has a budget of its own; at most ten, a remembered one goes last. */
function know(
  factor: Factor,
  stamp: number,
  {
    token,
    former,
    now,
    days,
    before,
  }: { token: string; former: string | undefined; now: number; days: number; before: string | undefined },
): void {
  if (factor.browsersStamp !== stamp) forgetRemembered(factor);
  const trusted = ({ rememberedUntil }: { rememberedUntil: number }): number => Number(now < rememberedUntil);
  const kept = factor.browsers
    .filter((browser) => browser.token !== before)
    .sort((a, b) => trusted(b) - trusted(a) || b.lastUsedAt - a.lastUsedAt)
    .slice(0, 9);
  const rememberedUntil = days === 0 ? 0 : now + days * DAY;
  factor.browsers = [{ token, former, rememberedUntil, lastUsedAt: now, told: 0, until: 0 }, ...kept];
  factor.browsersStamp = stamp;
}

/** Judges a code. A browser's newest cookie is seen by whatever is written down then: the former one ends. */
function type(
  factor: Factor,
  typed: string,
  now: number,
  browser: Browser | undefined,
  presented: string | undefined,
): Told {
  const told = judgeCode(factor, typed, now, browser);
  const writes = ['otp', 'recovery-code', 'code-invalid'].includes(told);
  if (writes && presented !== undefined) {
    for (const known of factor.browsers) if (known.token === presented) known.former = undefined;
  }
  return told;
}

/** The doors behind which somebody is signed in already: step-up, disable, new recovery codes. */
function manage(
  world: World,
  { jar, door, typed }: Of<'code'>,
  session: Session | undefined,
  made: Made,
): string {
  if (!session || session.state === 'pending') return nobody(session) ?? '';
  if (session.state === 'impersonating') return 'impersonation-refused';
  const account = world.accounts[session.account];
  const { factor } = account;
  if (session.state === 'signed-in' || !factor) return 'not-enrolled';
  const presented = cookiesOf(world, jar).browsers[session.account];
  const told = type(factor, typed, world.now, browserOf(account, presented), presented);
  if (told === 'wrong-recovery') return 'code-invalid';
  if (told !== 'otp' && told !== 'recovery-code') return told;
  const { account: id, stamp, passwordAt, setup } = session;
  const { enrollment } = factor;
  if (door === 'disable') {
    account.factor = null;
    moveTo(world, jar, { state: 'signed-in', account: id, stamp, passwordAt });
  } else if (door === 'recovery-codes') factor.recovery = made.recovery ?? [];
  else {
    const proof = { enrollment, factorAt: world.now, byOtp: told === 'otp', setup };
    moveTo(world, jar, { state: 'verified', account: id, stamp, passwordAt, ...proof });
  }
  return 'ok';
}

/** Who may manage a factor: themselves, with a proof that is fresh where it begins. */
function manager(session: Session | undefined, now: number, seconds?: number): Own | string {
  if (!session || session.state === 'pending') return nobody(session) ?? '';
  if (session.state === 'impersonating') return 'impersonation-refused';
  const { state, factorAt, passwordAt } = session;
  const since = state === 'verified' ? factorAt : passwordAt;
  const fresh = seconds === undefined || isFresh(since, now, seconds);
  return state !== 'remembered' && fresh ? session : 'step-up-required';
}

function setUp(world: World, { jar, add }: Of<'set-up'>, present: Session | undefined, made: Made): string {
  const session = manager(present, world.now, 900);
  if (typeof session === 'string') return session;
  const { setup } = session;
  const adds = add && session.state === 'verified';
  if (setup && isGoingOn(setup.since, world.now) && setup.adds === adds) return 'ok';
  if (adds && world.accounts[session.account].factor?.phones.length === 5) return 'authenticator-limit';
  const key = made.key ?? 'the panel made none';
  moveTo(world, jar, { ...session, setup: { key, since: world.now, adds, failures: 0 } });
  return 'ok';
}

function confirm(
  world: World,
  { jar, typed }: Of<'confirm'>,
  present: Session | undefined,
  made: Made,
): string {
  const session = manager(present, world.now);
  if (typeof session === 'string') return session;
  const { setup } = session;
  if (!setup || !isGoingOn(setup.since, world.now)) return 'setup-expired';
  if (typed.length > 6) return 'code-malformed';
  const offset = offsetOf(setup.key, typed, world.now);
  if (offset === undefined) {
    setup.failures += 1;
    if (setup.failures >= 10) moveTo(world, jar, { ...session, setup: undefined });
    return 'code-invalid';
  }
  if (Math.abs(offset) > 5) return 'clock-skew';
  const account = world.accounts[session.account];
  const phone = { key: setup.key, last: Math.floor(world.now / 30_000) + offset, offset };
  const old = account.factor;
  if (old && setup.adds) old.phones.push(phone);
  else {
    const enrollment = world.next++;
    const recovery = old ? old.recovery : (made.recovery ?? Array.from({ length: 10 }, () => UNSEEN));
    const fresh = { told: 0, until: 0, browsersStamp: old ? old.browsersStamp : account.stamp };
    const browsers = (old?.browsers ?? []).map((each) => ({
      ...each,
      rememberedUntil: 0,
      told: 0,
      until: 0,
    }));
    account.factor = { enrollment, phones: [phone], recovery, browsers, ...fresh };
  }
  const proof = { enrollment: account.factor?.enrollment ?? 0, factorAt: world.now, byOtp: true };
  moveTo(world, jar, { ...session, state: 'verified', ...proof, setup: undefined });
  return 'ok';
}

function removePhone(world: World, { jar, phone }: Of<'remove-phone'>, present: Session | undefined): string {
  const session = manager(present, world.now, 900);
  if (typeof session === 'string') return session;
  const { factor } = world.accounts[session.account];
  if (session.state === 'signed-in' || !factor) return 'not-enrolled';
  if (phone >= factor.phones.length) return 'not-found';
  if (factor.phones.length === 1) return 'factor-last';
  factor.phones.splice(phone, 1);
  factor.enrollment = world.next++;
  forgetRemembered(factor);
  moveTo(world, jar, { ...session, enrollment: factor.enrollment, setup: undefined });
  return 'ok';
}

function actAs(world: World, { jar, account }: Of<'act-as'>, session: Session | undefined): string {
  if (!session || session.state === 'pending') return nobody(session) ?? '';
  if (!world.accounts[account].exists) return 'impersonation-refused';
  const reason = whyNot(world, session, account);
  if (reason === null) {
    enter(world, jar, session, account);
    return 'ok';
  }
  const stepUpHelps = ['proof-too-old', 'actor-not-verified'].includes(reason);
  return stepUpHelps && session.state !== 'impersonating' ? 'step-up-required' : 'impersonation-refused';
}

function enter(
  world: World,
  jar: number,
  session: Own | Exclude<Session, Own | Pending>,
  target: AccountId,
): void {
  const { account, stamp } = session;
  const acting = session.state === 'impersonating' ? session : undefined;
  const mark = session.state === 'impersonating' ? session.mark : { ...session, setup: undefined };
  moveTo(world, jar, {
    state: 'impersonating',
    account: target,
    stamp: world.accounts[target].stamp,
    since: acting?.since ?? world.now,
    mark,
    actors: [...(acting?.actors ?? []), { account, stamp }],
  });
}

function changePassword(
  world: World,
  { jar, current, fresh }: Of<'change-password'>,
  session: Session | undefined,
): string {
  if (!session || session.state === 'pending') return nobody(session) ?? '';
  if (session.state === 'impersonating') return 'impersonation-refused';
  const account = world.accounts[session.account];
  if (current !== account.password) return 'invalid-credentials';
  account.password = fresh;
  account.stamp = world.next++;
  moveTo(world, jar, { ...session, stamp: account.stamp });
  return 'ok';
}

/** Management → Staff → account → "Edit". */
function edit(world: World, { account: id, fresh }: Of<'edit'>, session: Session | undefined): string {
  if (!session || session.state === 'pending') return nobody(session) ?? '';
  const height = (who: AccountId): number => LEVELS.indexOf(world.accounts[who].level);
  if (world.accounts[session.account].level === 'user') return 'level-too-low';
  if (session.state !== 'impersonating' && typeof manager(session, world.now, 900) === 'string')
    return 'step-up-required';
  const account = world.accounts[id];
  if (!account.exists) return 'account-unknown';
  if (height(id) <= height(session.account)) return 'not-below';
  account.password = fresh;
  account.stamp = world.next++;
  return 'ok';
}

function plain(world: World, name: Plain, jar: number, session: Session | undefined): string {
  if (name === 'sign-out' || (name === 'cancel' && session?.state === 'pending')) endSession(world, jar);
  if (name === 'sign-out' || name === 'cancel') return 'ok';
  if (name === 'leave') {
    if (session?.state !== 'impersonating') return 'not-impersonating';
    fallBack(world, jar, session, session.actors.length - 1);
    return 'ok';
  }
  if (!session || session.state === 'pending') return nobody(session) ?? '';
  if (session.state === 'impersonating') return 'impersonation-refused';
  if (name === 'revoke-browsers') {
    const { factor } = world.accounts[session.account];
    if (!factor || !OWN.slice(1).includes(session.state)) return 'not-enrolled';
    if (typeof manager(session, world.now, 900) === 'string') forgetRemembered(factor);
    else factor.browsers = [];
    return 'ok';
  }
  if (session.state === 'remembered') return 'step-up-required';
  if (session.setup) moveTo(world, jar, { ...session, setup: undefined });
  return 'ok';
}

function operate(world: World, act: Extract<Act, { do: Operation | 'level' }>): string {
  const account = world.accounts[act.account];
  const { factor } = account;
  if (act.do === 'level') account.level = act.level;
  else if (act.do === 'delete') account.exists = false;
  else if (act.do === 'restore') account.exists = true;
  else if (act.do === 'disable') account.factor = null;
  else if (factor && act.do === 'unlock') unlock(factor, world.now);
  else if (factor) factor.browsers = [];
  return 'ok';
}
