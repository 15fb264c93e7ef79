import { Secret, TOTP } from 'otpauth';
import { APP_PARAMETERS } from '../../lib/account/totp.js';
import { Client } from './client.js';
import type { Address, Answer } from './client.js';
import { anAuthenticator, wrongCodes } from './records.js';

/** What people need of a panel: where it is, and its clock, milliseconds since 1970. */
export interface Place extends Address {
  now: number;
}

/** Somebody's authenticator; its clock is the panel's. */
export interface Phone {
  /** What is typed into it, in base32. */
  readonly key: string;
  /** The code of this moment, or of some time steps later. */
  code(steps?: number): string;
  /** Waits for the next time step, and gives its code: one that was not shown before. */
  nextCode(): string;
  /** A code that is right for no time step near this moment. */
  wrongCode(): string;
  /** As many such codes, all of them different. */
  wrongCodes(count: number): string[];
}

/** Somebody with a second factor, and what they keep to themselves. */
export interface Owner {
  readonly login: string;
  /** The browser that enabled it: signed in with both steps. */
  readonly client: Client;
  readonly phone: Phone;
  readonly recoveryCodes: readonly string[];
}

/** The authenticator into which a key was typed: an app, or a token that makes its codes otherwise. */
export function phoneWith(panel: Pick<Place, 'now'>, key: string, parameters = APP_PARAMETERS): Phone {
  const secret = Secret.fromBase32(key);
  const totp = new TOTP({ secret, ...parameters });
  const period = parameters.period * 1000;
  const code = (steps = 0): string => totp.generate({ timestamp: panel.now + steps * period });
  const ours = { authenticators: [anAuthenticator({ secret: secret.bytes, parameters })] };
  const wrong = (count: number): string[] => wrongCodes(ours, panel.now, count);
  return {
    key,
    code,
    nextCode() {
      panel.now += period;
      return code();
    },
    wrongCode: () => wrong(1)[0]!,
    wrongCodes: wrong,
  };
}

/** Enables the second factor in a client that is signed in; it ends verified. */
export async function enable(
  panel: Pick<Place, 'now'>,
  client: Client,
): Promise<{ phone: Phone; recoveryCodes: readonly string[] }> {
  const { body } = await client.post('/two-step/setup');
  const phone = phoneWith(panel, String(body.key));
  const confirmed = await client.post('/two-step/setup/confirm', { code: phone.code() });
  if (confirmed.status !== 200) throw new Error(`not enrolled: ${confirmed.text}`);
  return { phone, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}

/** Somebody who signed in with the password and enabled the second factor. */
export async function enrolled(panel: Place, login = 'alice', client = new Client(panel)): Promise<Owner> {
  await client.login(login);
  return { login, client, ...(await enable(panel, client)) };
}

/** As {@link enrolled}, where the phone is all that is wanted. */
export async function enroll(panel: Place, login = 'alice', client = new Client(panel)): Promise<Phone> {
  return (await enrolled(panel, login, client)).phone;
}

/** A client that sent the password; an account with a second factor is parked then. */
export async function loggedIn(panel: Address, login = 'alice'): Promise<Client> {
  const client = new Client(panel);
  await client.login(login);
  return client;
}

/** A client that signed in with the password, and is asked for nothing more. */
export async function signedIn(panel: Address, login = 'alice', password?: string): Promise<Client> {
  const client = new Client(panel);
  const answer = await client.login(login, password);
  if (answer.status !== 200) throw new Error(`not signed in: ${answer.text}`);
  return client;
}

/** A client after the right password of an account with a second factor, before the code. */
export async function pending(panel: Address, login = 'alice', password?: string): Promise<Client> {
  const client = new Client(panel);
  const answer = await client.login(login, password);
  if (said(answer) !== 'code-required') throw new Error(`not pending: ${answer.text}`);
  return client;
}

/** Signs an owner out and in, once with a code, so that their browser is remembered and signs in without one. */
export async function remember({ client, phone, login }: Owner): Promise<void> {
  await client.post('/logout');
  await client.login(login);
  await verify(client, phone.nextCode(), { rememberBrowser: true });
  await client.post('/logout');
  await client.login(login);
}

/** Sends a code of the second step, and what else the form has. */
export function verify(
  client: Client,
  code: unknown,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return client.post('/two-step/verify', { code, ...more }, headers);
}

/** Gives a code to an operation of who is there: `step-up`, `disable`, `recovery-codes`, `setup/confirm`. */
export function give(client: Client, operation: string, code?: unknown, more: object = {}): Promise<Answer> {
  return client.post(`/two-step/${operation}`, { code, ...more });
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
