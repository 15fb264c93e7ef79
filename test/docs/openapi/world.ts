import type { SecondFactorOptions, Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import type { Answer } from '../../support/client.js';
import { Client } from '../../support/client.js';
import { KEYS, ORIGIN, addKey } from '../../support/key-panel.js';
import { startPanel, user } from '../../support/panel.js';
import type { Panel, User } from '../../support/panel.js';
import { enable, phoneWith } from '../../support/people.js';
import type { Phone } from '../../support/people.js';
import { SoftKey } from '../../support/soft-key.js';

/** An answer of a route, and which one that was. */
export interface Seen {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly answer: Answer;
}

/** What the store does to the next requests: fails at a change, or gives what does not open, or nothing, once it was read. */
export type Fault = 'none' | 'swaps' | 'reads' | 'unreadable' | 'missing';

/** A panel with every feature, and all that its routes have answered. */
export interface World {
  readonly panel: Panel;
  readonly seen: Seen[];
  fault: Fault;
  /** How many reads of a request are spared: the first one is that of the session, where somebody is signed in. */
  faultAfter: number;
  /** Of whom the policy asks for a passkey or security key. */
  readonly strict: Set<string>;
  client(): Client;
  /** Somebody new, whose password is "password". */
  newcomer(kind?: Kind): string;
}

/** What the policy, or the application, says of an account. */
export type Kind = 'user' | 'root' | 'required' | 'keys' | 'former' | 'flagged';

/** Starts it. */
export async function startWorld(): Promise<World> {
  const inner = memoryStore();
  const seen: Seen[] = [];
  const strict = new Set<string>();
  const flagged = new Set<string>();
  let reads = 0;
  let made = 0;
  const store: Store = {
    ...inner,
    async get(account, deadline) {
      reads += 1;
      const isLater = reads > world.faultAfter;
      if (world.fault === 'reads' && isLater) throw new Error('the store is away');
      if (world.fault === 'unreadable' && isLater) return 'no record';
      if (world.fault === 'missing' && isLater) return null;
      return inner.get(account, deadline);
    },
    async compareAndSet(account, expected, next, deadline) {
      if (world.fault === 'swaps') throw new Error('the store is away');
      return inner.compareAndSet(account, expected, next, deadline);
    },
  };
  const options: Partial<SecondFactorOptions<User>> = {
    webauthn: KEYS,
    rememberBrowsers: { days: 30 },
    recentActivity: true,
    impersonation: { levels: ['root', 'user'] },
    account: ({ id, passwordChangedAt }) => ({
      ...{ id, name: id, securityStamp: passwordChangedAt },
      level: kindOf(id) === 'root' ? 'root' : 'user',
      otherFactor: kindOf(id) === 'former',
      ...(kindOf(id) === 'flagged' && { enrolled: flagged.has(id) }),
    }),
    setEnrolled: (id, enrolled) => void (enrolled ? flagged.add(id) : flagged.delete(id)),
    policy({ id }) {
      if (kindOf(id) === 'keys' || strict.has(id)) return { phishingResistant: true };
      return kindOf(id) === 'required' ? 'required' : 'optional';
    },
  };
  const panel = await startPanel({
    options,
    store,
    users: [],
    // Who comes with a token is somebody else than the session says.
    beforeRouter: ({ app }) =>
      app.use((req, _res, next) => {
        if (req.headers['x-token'] !== undefined) req.user = user('token');
        next();
      }),
    first: ({ app }) =>
      app.use((_req, _res, next) => {
        reads = 0;
        next();
      }),
  });
  const world: World = {
    panel,
    seen,
    fault: 'none',
    faultAfter: 1,
    strict,
    client: () => new WatchedClient(panel, seen),
    newcomer(kind = 'user') {
      const id = `${kind}-${String(++made)}`;
      panel.users.push(user(id));
      return id;
    },
  };
  return world;
}

function kindOf(id: string): Kind {
  return id.replace(/-.*/, '') as Kind;
}

/** A client whose answers are kept. */
class WatchedClient extends Client {
  readonly #panel: Panel;
  readonly #seen: Seen[];

  constructor(panel: Panel, seen: Seen[], cookies?: ReadonlyMap<string, string>) {
    super(panel, cookies);
    this.#panel = panel;
    this.#seen = seen;
  }

  override copy(): Client {
    return new WatchedClient(this.#panel, this.#seen, this.cookies);
  }

  override async send(...given: Parameters<Client['send']>): Promise<Answer> {
    const answer = await super.send(...given);
    this.#seen.push({ method: given[0], path: given[1].replace(/\?.*/, ''), answer });
    return answer;
  }
}

/** Somebody, in some state, with what they hold in their hands. */
export interface Person {
  readonly login: string;
  readonly client: Client;
  readonly phone: Phone;
  readonly recoveryCodes: readonly string[];
  readonly key: SoftKey | null;
}

const NO_PHONE_KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Makes somebody signed in without a second factor. */
export async function signedIn(world: World, kind: Kind = 'user'): Promise<Person> {
  const login = world.newcomer(kind);
  const client = world.client();
  await client.login(login);
  return { login, client, phone: phoneWith(world.panel, NO_PHONE_KEY), recoveryCodes: [], key: null };
}

/** Makes somebody signed in with both steps, with an app and perhaps a key. */
export async function verified(world: World, kind: Kind = 'user', withKey = false): Promise<Person> {
  const person = await signedIn(world, kind);
  const enabled = await enable(world.panel, person.client);
  const key = withKey ? await addKey(person.client, new SoftKey(ORIGIN)) : null;
  return { ...person, ...enabled, key };
}

/** Makes somebody whose sign-in waits for the second step. */
export async function pending(world: World, withKey = false, kind: Kind = 'user'): Promise<Person> {
  const person = await verified(world, kind, withKey);
  const client = world.client();
  await client.login(person.login);
  return { ...person, client };
}
