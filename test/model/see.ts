import { isFresh, judge } from './judge.js';
import type { Session, World } from './world.js';

/** What a browser sees of the panel: `GET /two-step`, and what the routes for programs answer. */
export interface Seen {
  readonly state: string;
  readonly enrolled: boolean | undefined;
  readonly amr: string | undefined;
  readonly actors: string | undefined;
  readonly recoveryCodesLeft: number | undefined;
  readonly phones: number | undefined;
  readonly me: string;
  readonly secret: string;
  readonly danger: string;
}

/** What a browser must see. Looking judges the session, as every request does. */
export function see(world: World, jar: number): Seen {
  const { session } = judge(world, jar);
  const routes = { me: me(session), secret: secret(session), danger: danger(session, world.now) };
  if (!session || session.state === 'pending') {
    const state = session?.state ?? 'anonymous';
    const told = { enrolled: undefined, amr: undefined, actors: undefined };
    return { state, ...told, recoveryCodesLeft: undefined, phones: undefined, ...routes };
  }
  const factor = session.state === 'impersonating' ? null : world.accounts[session.account].factor;
  return {
    state: session.state,
    enrolled: factor !== null,
    amr: amrOf(session),
    actors: session.state === 'impersonating' ? session.actors.map(({ account }) => account).join() : '',
    recoveryCodesLeft: factor?.recovery.length ?? 0,
    phones: factor?.phones.length ?? 0,
    ...routes,
  };
}

function amrOf(session: Session): string {
  if (session.state === 'verified') return session.byOtp ? 'pwd,otp,mfa' : 'pwd,mfa';
  return session.state === 'impersonating' ? '' : 'pwd';
}

function me(session: Session | undefined): string {
  if (!session) return 'login-required';
  if (session.state === 'pending') return 'code-required';
  const actors = session.state === 'impersonating' ? session.actors.map(({ account }) => account) : [];
  return [...actors, session.account].join(' > ');
}

function secret(session: Session | undefined): string {
  if (session?.state === 'verified' || session?.state === 'remembered') return 'ok';
  if (session?.state === 'signed-in') return 'enrollment-required';
  if (session?.state !== 'impersonating') return me(session);
  return session.mark.state === 'verified' ? 'ok' : 'impersonation-refused';
}

function danger(session: Session | undefined, now: number): string {
  if (session?.state === 'verified') return isFresh(session.factorAt, now, 300) ? 'ok' : 'step-up-required';
  if (session?.state === 'remembered') return 'step-up-required';
  return session?.state === 'impersonating' ? 'impersonation-refused' : secret(session);
}
