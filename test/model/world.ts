/** The accounts the panel is seeded with. */
export const ACCOUNTS = ['root', 'admin', 'alice', 'bob'] as const;
export type AccountId = (typeof ACCOUNTS)[number];
/** The levels, highest first. */
export const LEVELS = ['root', 'admin', 'user'] as const;
export type Level = (typeof LEVELS)[number];

/** Guesses in a row, and until when nobody is told anything (milliseconds since 1970). */
export interface Budget {
  told: number;
  until: number;
}

/** An authenticator app. `id` is what the panel calls it. */
export interface Phone {
  readonly key: string;
  last: number;
  offset: number;
}

/** A browser that has passed the second factor. */
export interface Browser extends Budget {
  readonly token: string;
  /** What it came with when it was given its token; known until that one was seen. */
  former: string | undefined;
  readonly rememberedUntil: number;
  lastUsedAt: number;
}

/** Stands for a recovery code that the panel made and nobody was shown. */
export const UNSEEN = '';

/** A second factor. */
export interface Factor extends Budget {
  enrollment: number;
  phones: Phone[];
  /** {@link UNSEEN} for those whose only answer was a refusal. */
  recovery: string[];
  browsers: Browser[];
  /** The password they were remembered under. */
  browsersStamp: number;
}

/** A row of the panel's users, and what hangs on it. */
export interface Account {
  level: Level;
  exists: boolean;
  /** Names the password; every change makes another one. */
  password: string;
  stamp: number;
  factor: Factor | null;
}

/** An unfinished set-up. */
export interface Setup {
  readonly key: string;
  readonly since: number;
  readonly adds: boolean;
  failures: number;
}

interface Held {
  readonly account: AccountId;
  stamp: number;
}

/** Password done, code missing. */
export interface Pending extends Held {
  readonly state: 'pending';
  readonly enrollment: number;
  readonly since: number;
  recoveryFailures: number;
}

/** Somebody signed in as themselves. */
export interface Own extends Held {
  readonly state: 'signed-in' | 'remembered' | 'verified';
  readonly passwordAt: number;
  /** With a second factor. */
  readonly enrollment?: number;
  /** Of a remembered one. */
  readonly browser?: string;
  /** Of a verified one. */
  readonly factorAt?: number;
  readonly byOtp?: boolean;
  setup?: Setup | undefined;
}

/** Somebody acting as the account. */
export interface Acting extends Held {
  readonly state: 'impersonating';
  readonly since: number;
  readonly mark: Own;
  /** From who signed in to who acts. */
  readonly actors: readonly Held[];
}

export type Session = Pending | Own | Acting;

/** The cookies of a browser. */
export interface Cookies {
  session: number | null;
  browsers: Partial<Record<AccountId, string>>;
}

/** All there is. Plain data, so that it can be copied. */
export interface World {
  now: number;
  /** The next number nobody has used. */
  next: number;
  readonly accounts: Record<AccountId, Account>;
  readonly sessions: Record<number, Session>;
  readonly jars: Cookies[];
}

/** What only the panel can know: what it made up in answer to a command. */
export interface Made {
  readonly key?: string | undefined;
  readonly recovery?: string[] | undefined;
  readonly token?: string | undefined;
}

/** The panel as it is seeded, with empty browsers. */
export function newWorld(now: number, jars: number): World {
  const account = (login: AccountId, level: Level): Account => {
    return { level, exists: true, password: `${login}-password`, stamp: 0, factor: null };
  };
  return {
    now,
    next: 1,
    accounts: {
      root: account('root', 'root'),
      admin: account('admin', 'admin'),
      alice: account('alice', 'user'),
      bob: account('bob', 'user'),
    },
    sessions: {},
    jars: Array.from({ length: jars }, () => ({ session: null, browsers: {} })),
  };
}

/** The session of a browser. */
export function sessionOf(world: World, jar: number): Session | undefined {
  const { session } = cookiesOf(world, jar);
  return session === null ? undefined : world.sessions[session];
}

export function cookiesOf(world: World, jar: number): Cookies {
  const cookies = world.jars[jar];
  if (!cookies) throw new Error(`there is no jar ${String(jar)}`);
  return cookies;
}

/** Puts a session under a new id, known to this browser only; the old id is worth nothing from then on. */
export function moveTo(world: World, jar: number, session: Session): void {
  endSession(world, jar);
  const id = world.next++;
  world.sessions[id] = session;
  cookiesOf(world, jar).session = id;
}

/** Leaves nobody there. */
export function endSession(world: World, jar: number): void {
  const cookies = cookiesOf(world, jar);
  if (cookies.session !== null) Reflect.deleteProperty(world.sessions, cookies.session);
  cookies.session = null;
}
