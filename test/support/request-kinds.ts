import { Client } from './client.js';
import type { Answer } from './client.js';
import { enrolled, give, pending, said, signedIn, verify } from './people.js';
import type { Panel } from './panel.js';
import type { RedisCommands, RedisCounter } from './redis-commands.js';

/** A request of a kind: what it is answered with, and how to send it once more. */
interface Kind {
  readonly says: string;
  readonly send: () => Promise<Answer>;
}

/** Every kind of request to a panel where alice has a second factor and bob has none. Each is sent once, in this order. */
export const KINDS = [
  'a stranger',
  'a password, without a second factor',
  'a password, with one',
  'a parked sign-in',
  'a wrong code',
  'the second step',
  'a guarded GET',
  'a guarded GET, without a second factor',
  'a step-up',
  'a log-out',
] as const;

/** The name of a kind. */
export type KindName = (typeof KINDS)[number];

/**
 * What each kind costs a Redis server that holds sessions and records of a panel.
 *
 * @throws when one is answered otherwise than it has to be
 */
export async function countKinds(
  panel: Panel,
  counter: RedisCounter,
): Promise<Record<KindName, RedisCommands>> {
  const kinds = await prepare(panel);
  const counted: Partial<Record<KindName, RedisCommands>> = {};
  for (const name of KINDS) {
    const { says, send } = kinds[name];
    let answer = '';
    counted[name] = await counter.during(async () => (answer = said(await send())));
    if (answer !== says) throw new Error(`${name} was answered ${answer} instead of ${says}`);
  }
  return counted as Record<KindName, RedisCommands>;
}

async function prepare(panel: Panel): Promise<Record<KindName, Kind>> {
  const { phone, client } = await enrolled(panel);
  const parked = await pending(panel);
  const bob = await signedIn(panel, 'bob');
  const guarded = (of: Client): Promise<Answer> => of.get('/secret');
  return {
    'a stranger': { says: 'login-required', send: () => guarded(new Client(panel)) },
    'a password, without a second factor': { says: '200', send: () => new Client(panel).login('bob') },
    'a password, with one': { says: 'code-required', send: () => new Client(panel).login('alice') },
    'a parked sign-in': { says: 'code-required', send: () => guarded(parked) },
    'a wrong code': { says: 'code-invalid', send: () => verify(parked, phone.wrongCode()) },
    'the second step': { says: 'verified', send: () => verify(parked, phone.nextCode()) },
    'a guarded GET': { says: '200', send: () => guarded(client) },
    'a guarded GET, without a second factor': { says: 'enrollment-required', send: () => guarded(bob) },
    'a step-up': { says: 'verified', send: () => give(client, 'step-up', phone.nextCode()) },
    'a log-out': { says: '200', send: () => client.post('/logout') },
  };
}
