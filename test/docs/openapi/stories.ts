import { codeFor } from 'passport-second-factor/testing';
import { ORIGIN, addKey, creationFor } from '../../support/key-panel.js';
import { SoftKey } from '../../support/soft-key.js';
import { askedOf } from './people.js';
import type { Person, World } from './world.js';
import { pending, signedIn, verified } from './world.js';

interface SetUp {
  readonly id: string;
  readonly key: string;
}

/** Where a proof is given. */
const PROOFS = ['step-up', 'recovery-codes', 'disable'];

/** What takes more than one request to come about. */
export const STORIES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'a code is used twice': async (world) => {
    for (const operation of PROOFS) {
      const { client, phone } = await verified(world);
      await client.post(`/two-step/${operation}`, { code: phone.code() });
    }
    const { client, login, phone } = await verified(world);
    await client.post('/logout');
    await client.login(login);
    await client.post('/two-step/verify', { code: phone.code() });
  },

  'a key proves it, answers an older challenge, and was copied': async (world) => {
    for (const operation of ['verify', ...PROOFS]) {
      const make = () => (operation === 'verify' ? pending(world, true) : verified(world, 'user', true));
      const path = `/two-step/${operation}`;
      const right = await make();
      await right.client.post(path, { credential: right.key!.get(await askedOf(right)) });

      const late = await make();
      const older = await askedOf(late);
      await signInByKey(world, late);
      await late.client.post(path, { credential: late.key!.get(older) });

      const copied = await make();
      copied.key!.counter = 9;
      await signInByKey(world, copied);
      const client = operation === 'verify' ? world.client() : copied.client;
      if (operation === 'verify') await client.login(copied.login);
      const asked = await askedOf({ ...copied, client });
      await client.post(path, { credential: copied.key!.get(asked, { counter: 1 }) });
    }
  },

  'an authenticator is set up, with a wrong clock before, and dropped': async (world) => {
    const { client } = await signedIn(world);
    const { key, id } = (await client.post('/two-step/setup')).body as SetUp;
    await client.get('/two-step/setup');
    await client.post('/two-step/setup/confirm', { id, code: codeFor(key, world.panel.now + 600_000) });
    await client.post('/two-step/setup/confirm', { id, code: codeFor(key, world.panel.now) });
    await client.post('/two-step/setup', { add: true, name: 'Tablet' });
    await client.post('/two-step/setup/cancel');
  },

  'the store is away when a factor is added': async (world) => {
    for (const fault of ['swaps', 'unreadable'] as const) {
      const { client } = await signedIn(world);
      const { key, id } = (await client.post('/two-step/setup')).body as SetUp;
      const credential = new SoftKey(ORIGIN).create(await creationFor(client));
      Object.assign(world, { fault, faultAfter: 1 });
      await client.post('/two-step/setup/confirm', { id, code: codeFor(key, world.panel.now) });
      await client.post('/two-step/security-keys', { credential });
      world.fault = 'none';
    }
  },

  'factors are added until there are five, also in two windows, and removed until there is one': async (
    world,
  ) => {
    const { client, login, phone } = await verified(world);
    const other = world.client();
    await other.login(login);
    await other.post('/two-step/verify', { code: phone.nextCode() });
    const addApp = async (): Promise<void> => {
      const { key, id } = (await client.post('/two-step/setup', { add: true })).body as SetUp;
      await client.post('/two-step/setup/confirm', { id, code: codeFor(key, world.panel.now) });
    };
    for (let apps = 1; apps < 4; apps++) await addApp();
    const late = (await other.post('/two-step/setup', { add: true })).body as SetUp;
    await addApp();
    await client.post('/two-step/setup', { add: true });
    await other.post('/two-step/setup/confirm', { id: late.id, code: codeFor(late.key, world.panel.now) });

    const keys = Array.from({ length: 5 }, () => new SoftKey(ORIGIN));
    for (const key of keys.slice(0, 4)) await addKey(client, key);
    const credential = new SoftKey(ORIGIN).create(await creationFor(other));
    await addKey(client, keys[4]);
    await client.get('/two-step/security-keys');
    await other.post('/two-step/security-keys', { credential });
    await client.post('/two-step/security-keys/rename', { id: keys[0]!.id, name: 'Desk' });
    await client.post('/two-step/security-keys/remove', { id: keys[4]!.id });
    await client.post('/two-step/security-keys', { credential: keys[0]!.create(await creationFor(client)) });
    for (const { id } of keys.slice(0, 4)) await client.post('/two-step/security-keys/remove', { id });
    const { authenticators } = (await client.get('/two-step')).body as { authenticators: { id: string }[] };
    for (const { id } of authenticators) await client.post('/two-step/authenticators/remove', { id });
  },

  'the only key is to be removed': async (world) => {
    const { client } = await signedIn(world);
    const key = await addKey(client, new SoftKey(ORIGIN));
    await client.post('/two-step/security-keys/remove', { id: key.id });
  },

  'recovery codes are saved': async (world) => {
    const { client } = await verified(world);
    const { recoveryCodesSet: set } = (await client.get('/two-step')).body as { recoveryCodesSet: string };
    await client.post('/two-step/recovery-codes/confirm', { set });
  },

  'a browser is remembered, listed and forgotten': async (world) => {
    const { client, phone } = await pending(world);
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    const { browsers } = (await client.get('/two-step/browsers')).body as { browsers: { id: string }[] };
    await client.post('/two-step/browsers/revoke', { id: browsers[0]?.id });
  },

  'the policy asks for a key from now on': async (world) => {
    const { client, login, phone } = await verified(world);
    await client.post('/logout');
    await client.login(login);
    world.strict.add(login);
    await client.post('/two-step/verify', { code: phone.nextCode() });
    await client.get('/two-step');
    await client.get('/two-step/verify');
  },

  'somebody acts as another one, and goes back': async (world) => {
    const { client } = await verified(world, 'root');
    await client.actAs(world.newcomer());
    await client.leave();
  },
};

/** Signs somebody in by their key, in another browser. */
async function signInByKey(world: World, { login, ...person }: Person): Promise<void> {
  const client = world.client();
  await client.login(login);
  world.panel.now += 1000;
  await client.post('/two-step/verify', {
    credential: person.key!.get(await askedOf({ ...person, login, client })),
  });
  world.panel.now += 1000;
}
