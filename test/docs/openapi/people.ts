import { ORIGIN, addKey, askedBy } from '../../support/key-panel.js';
import { SoftKey } from '../../support/soft-key.js';
import type { Person, World } from './world.js';
import { pending, signedIn, verified } from './world.js';

const STALE_SECONDS = 16 * 60;
const PENDING_SECONDS = 11 * 60;
const WRONG_CODES = 5;

type Making = (world: World) => Promise<Person>;

/** Somebody in every state that a session can be in. */
export const EVERYBODY: Readonly<Record<string, Making>> = {
  anonymous: async (world) => ({ ...(await verified(world)), client: world.client() }),
  pending: (world) => pending(world),
  'pending with a key': (world) => pending(world, true),
  'pending, as the application says': (world) => pending(world, false, 'flagged'),
  'pending for too long': async (world) => later(world, PENDING_SECONDS, await pending(world)),
  'pending and locked': async (world) => locked(await pending(world), 'verify'),
  'pending where a key must be used': async (world) => {
    const { person, key } = await onlyKey(world);
    const client = world.client();
    await client.login(person.login);
    return { ...person, client, key };
  },
  'must enroll': (world) => signedIn(world, 'required'),
  'must add a key': (world) => signedIn(world, 'keys'),
  'signed in': (world) => signedIn(world),
  'signed in long ago': async (world) => later(world, STALE_SECONDS, await signedIn(world)),
  'with a former factor': (world) => signedIn(world, 'former'),
  'setting up': async (world) => {
    const person = await signedIn(world);
    await person.client.post('/two-step/setup');
    return person;
  },
  verified: (world) => verified(world),
  'verified with a key': (world) => verified(world, 'user', true),
  'verified by the only key': async (world) => (await onlyKey(world)).person,
  'verified, as the application says': (world) => verified(world, 'flagged'),
  'verified as the policy requires': (world) => verified(world, 'required'),
  'verified long ago': async (world) => later(world, STALE_SECONDS, await verified(world, 'user', true)),
  'verified and locked': async (world) => locked(await verified(world), 'step-up'),
  remembered: async (world) => {
    const person = await pending(world);
    const { client, login, phone } = person;
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await client.post('/logout');
    await client.login(login);
    return person;
  },
  impersonating: async (world) => {
    const person = await verified(world, 'root');
    await person.client.actAs(world.newcomer());
    return person;
  },
  root: (world) => verified(world, 'root'),
  'root, verified long ago': async (world) => later(world, STALE_SECONDS, await verified(world, 'root')),
  'verified before the password was changed': async (world) => {
    const person = await verified(world);
    const row = world.panel.users.find(({ id }) => id === person.login);
    if (row) row.passwordChangedAt += 1;
    return person;
  },
};

/** Those whose requests come as far as a change of the record. */
export const CHANGING = [
  ...[
    'pending',
    'pending, as the application says',
    'must enroll',
    'must add a key',
    'setting up',
    'verified with a key',
  ],
  ...['verified, as the application says', 'root'],
];

async function onlyKey(world: World): Promise<{ person: Person; key: SoftKey }> {
  const person = await signedIn(world, 'keys');
  const key = await addKey(person.client, new SoftKey(ORIGIN));
  return { person: { ...person, key }, key };
}

function later(world: World, seconds: number, person: Person): Person {
  world.panel.now += seconds * 1000;
  return person;
}

async function locked(person: Person, operation: string): Promise<Person> {
  for (const code of person.phone.wrongCodes(WRONG_CODES)) {
    await person.client.post(`/two-step/${operation}`, { code });
  }
  return person;
}

/** What keys are asked where somebody is: by the form of a sign-in, or by the form for a fresh proof. */
export async function askedOf({ client }: Person): Promise<ReturnType<typeof askedBy>> {
  const form = await client.get('/two-step/verify');
  return askedBy(form.body.publicKey ? form : await client.get('/two-step/step-up'));
}
