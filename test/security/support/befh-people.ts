import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { RunningPanel } from '../../support/panel-process.js';
import { anAuthenticator, wrongCodes } from '../../support/records.js';
import { Client } from '../../support/client.js';
import type { Answer } from '../../support/client.js';

/** Somebody with a second factor, and what he keeps to himself. */
export interface Owner {
  readonly login: string;
  /** The browser that enabled it: signed in with both steps. */
  readonly jar: Client;
  readonly key: string;
  readonly recoveryCodes: readonly string[];
  /** The code of this moment, or of some time steps later. */
  code(steps?: number): string;
  /** Waits for the next time step, and gives its code. */
  nextCode(): string;
  /** Codes that are not right within minutes of now. */
  wrong(count: number): string[];
}

/** Signs in and enables the second factor. */
export async function enrolled(panel: RunningPanel, login = 'alice'): Promise<Owner> {
  const jar = await panel.signedIn(login);
  const { body } = await jar.post('/two-step/setup');
  const key = String(body.key);
  const totp = new TOTP({ secret: Secret.fromBase32(key) });
  const authenticator = anAuthenticator({ secret: Secret.fromBase32(key).bytes });
  const code = (steps = 0): string => totp.generate({ timestamp: panel.now() + steps * 30_000 });
  const confirmed = await jar.post('/two-step/setup/confirm', { code: code() });
  expect(confirmed.status, confirmed.text).to.equal(200);
  return {
    login,
    jar,
    key,
    recoveryCodes: confirmed.body.recoveryCodes as string[],
    code,
    nextCode() {
      panel.advance(30);
      return code();
    },
    wrong: (count) => wrongCodes({ authenticators: [authenticator] }, panel.now(), count),
  };
}

/** A browser after the right password of an account with a second factor, before the code. */
export async function pending(panel: RunningPanel, login = 'alice'): Promise<Client> {
  const jar = new Client(panel);
  const answer = await jar.login(login);
  expect(said(answer), answer.text).to.equal('code-required');
  return jar;
}

/** Sends a code of the second step. */
export function verify(jar: Client, code: unknown, more: object = {}): Promise<Answer> {
  return jar.post('/two-step/verify', { code, ...more });
}

/** What an answer says in one word: the code of a refusal, the state reached, or the status. */
export function said({ status, body }: Answer): string {
  const { code, state } = body as { code?: string; state?: string };
  return code ?? state ?? String(status);
}

/** How often each word was said. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[said(answer)] = (counts[said(answer)] ?? 0) + 1;
  return counts;
}

/** Requests all at once, each on a socket of its own. */
export function burst<T>(count: number, send: (place: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, place) => send(place)));
}

/** Whether a browser has both steps done. */
export async function isIn(jar: Client): Promise<boolean> {
  return (await jar.get('/api/secret')).status === 200;
}

/** How many wrong codes in a row an account has, of those that all strangers share. */
export async function failuresOf(panel: RunningPanel, login = 'alice'): Promise<number> {
  return (await panel.secondFactor.status(login)).failures;
}
