import type { ApiRoutes } from '../../../lib/api-routes.js';
import { CHANGING, EVERYBODY } from './people.js';
import type { Fault, Person, World } from './world.js';
import { verified } from './world.js';

const NO_KEY = {
  id: 'AAAA',
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
};
/** What somebody is refused by for being who they are, whatever they send. */
const OF_STATE = [
  'login-required',
  'code-required',
  'enrollment-required',
  'session-required',
  'sign-in-expired',
];
const FAULTS: readonly Fault[] = ['swaps', 'reads', 'unreadable', 'missing'];

/** What anybody may send: right, wrong, and of no use. Made when it is sent. */
const BODIES: readonly ((person: Person, world: World) => object)[] = [
  () => ({}),
  () => ({ code: 7, id: 7, account: {}, from: {}, name: 7, add: 'perhaps' }),
  ({ phone, login }) => ({
    code: phone.wrongCode(),
    id: 'none',
    account: login,
    name: 'A name',
    set: 'none',
  }),
  () => ({ from: 'none' }),
  () => ({ credential: NO_KEY, account: 'nobody' }),
  ({ phone, key }, world) => ({
    ...{ code: phone.code(), all: true, add: true, account: world.newcomer() },
    ...(key && { id: key.id, name: 'Desk' }),
  }),
  ({ recoveryCodes }) => ({ code: recoveryCodes[0] ?? 'none' }),
  ({ phone }) => ({ code: phone.nextCode(), id: 'none', set: 'none' }),
];

/** Has everybody send everything to a route. Who was answered with more than a refusal is made anew. */
export async function sweep(world: World, route: keyof ApiRoutes): Promise<void> {
  for (const make of Object.values(EVERYBODY)) await sendAll(world, route, make, 'none');
  for (const fault of FAULTS) {
    for (const name of CHANGING) {
      world.faultAfter = /^(pending|must)/.test(name) ? 0 : 1;
      await sendAll(world, route, EVERYBODY[name]!, fault);
    }
  }
  await sendBadly(world, route);
}

async function sendAll(
  world: World,
  route: keyof ApiRoutes,
  make: (world: World) => Promise<Person>,
  fault: Fault,
): Promise<void> {
  let person = await make(world);
  let done = 0;
  const [method, path] = partsOf(route);
  for (const bodyOf of method === 'GET' ? BODIES.slice(0, 1) : BODIES) {
    const body = bodyOf(person, world);
    const { client } = person;
    world.fault = fault;
    const { status, body: said } = await (method === 'GET' ? client.get(path) : client.post(path, body));
    world.fault = 'none';
    if (OF_STATE.includes(String(said.code))) return;
    if (status >= 300) continue;
    // Who is let in again and again needs no more tries.
    if (++done === 3) return;
    person = await make(world);
  }
}

/** With a token of somebody else, from another site, and with a body that cannot be read. */
async function sendBadly(world: World, route: keyof ApiRoutes): Promise<void> {
  const [method, path] = partsOf(route);
  const { client } = await verified(world);
  const token = { 'x-token': 'of somebody else' };
  await (method === 'GET' ? client.get(path, token) : client.post(path, {}, token));
  if (method === 'GET') return;
  await client.post(path, {}, { 'sec-fetch-site': 'cross-site' });
  await client.postRaw(path, '{');
}

/** The method, and the path where the panel has it. */
export function partsOf(route: string): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ');
  return [method, `/two-step${path === '/' ? '' : path}`];
}
