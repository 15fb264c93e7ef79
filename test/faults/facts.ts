import type { Bench } from './bench.js';
import type { Client } from '../support/client.js';

/** What can be seen of an account and of all cookies that a browser was ever given. */
export interface Facts {
  readonly enrolled: boolean;
  readonly failures: number;
  readonly recoveryCodesLeft: number;
  readonly browsers: number;
  /** Who is there with the last cookies, or the code of the refusal. */
  readonly who: string;
  /** Whether the last cookies open what asks for both steps. */
  readonly secret: boolean;
  /** Whether the last cookies hold a sign-in that waits for its code. */
  readonly parked: boolean;
  /** Everybody who is there with any of the cookies. */
  readonly present: readonly string[];
  /** Whether any of the cookies opens what asks for both steps. */
  readonly open: boolean;
}

/** What any of some cookies still open. */
export async function seenWith(clients: readonly Client[]): Promise<Pick<Facts, 'present' | 'open'>> {
  const seen = await Promise.all(
    clients.map(async (client) => {
      const [me, secret] = await Promise.all([
        client.copy().get('/api/me'),
        client.copy().get('/api/secret'),
      ]);
      const who = me.status === 200 ? [...(me.body.actors as string[]), me.body.user as string] : [];
      return { who: who.join(' > '), open: secret.status === 200 };
    }),
  );
  const present = new Set(seen.map(({ who }) => who).filter((who) => who !== ''));
  return { present: [...present].sort(), open: seen.some(({ open }) => open) };
}

/** Looks at an account, and at every state of a browser's cookies, the last one last. */
export async function factsOf({ panel }: Bench, login: string, trail: readonly Client[]): Promise<Facts> {
  const last = trail.at(-1)!.copy();
  const status = await panel.secondFactor.status(login);
  const who = await last.who();
  const secret = await last.get('/api/secret');
  const parked = await last.get('/two-step/verify');
  return {
    enrolled: status.enrolled,
    failures: status.failures,
    recoveryCodesLeft: status.recoveryCodesLeft,
    browsers: status.rememberedBrowsers,
    who,
    secret: secret.status === 200,
    parked: parked.body.state === 'pending',
    ...(await seenWith(trail)),
  };
}
