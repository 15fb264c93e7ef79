import { knownOnly } from '../known-only.js';
import { codeFor } from './code-for.js';
import type { TestClock } from './test-clock.js';

/** An answer, as supertest gives it. */
export interface TestAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What is used of `request.agent(app)` of supertest: an HTTP client that keeps cookies. */
export interface TestAgent {
  /** Begins a POST request. */
  post(path: string): {
    /** Sets a header. */
    set(
      name: string,
      value: string,
    ): {
      /** Sends a body as JSON. */
      send(body: object): PromiseLike<TestAnswer>;
    };
  };
}

/** Where the routes are, and which time the instance under test goes by. */
export interface TestUserOptions {
  /** The clock of the instance; it is moved on by a time step before every code, so that none is used twice. */
  readonly clock: TestClock;
  /** Where the router is mounted. Default `/two-step`. */
  readonly basePath?: string;
}

/**
 * Enables the second factor of the account that an agent is signed in to, as its owner would.
 *
 * @returns the key of the authenticator (base32), for {@link giveCode}
 * @throws {Error} with the answer, when the application refused
 * @example
 * const key = await enableSecondFactor(agent, { clock });
 */
export async function enableSecondFactor(agent: TestAgent, options: TestUserOptions): Promise<string> {
  const { clock, basePath } = checked(options);
  const setup = await post(agent, `${basePath}/setup`, {});
  const { key } = setup.body as { key?: unknown };
  if (typeof key !== 'string') throw refused('setup', setup);
  clock.nextStep();
  const confirmed = await post(agent, `${basePath}/setup/confirm`, { code: codeFor(key, clock.now()) });
  if (confirmed.status !== 200) throw refused('setup/confirm', confirmed);
  return key;
}

/**
 * Gives the code of a sign-in that waits for it, as its owner would: the agent has sent login and password.
 *
 * @param key base32, as {@link enableSecondFactor} returned it
 * @throws {Error} with the answer, when the application refused
 * @example
 * await agent.post('/login').send({ username: 'alice', password: 'secret' });
 * await giveCode(agent, key, { clock });
 */
export async function giveCode(agent: TestAgent, key: string, options: TestUserOptions): Promise<void> {
  const { clock, basePath } = checked(options);
  clock.nextStep();
  const answer = await post(agent, `${basePath}/verify`, { code: codeFor(key, clock.now()) });
  const { state } = answer.body as { state?: unknown };
  if (answer.status !== 200 || state !== 'verified') throw refused('verify', answer);
}

function checked(options: TestUserOptions): Required<TestUserOptions> {
  knownOnly(options, ['clock', 'basePath'], 'option');
  const { clock, basePath = '/two-step' } = options;
  return { clock, basePath };
}

async function post(agent: TestAgent, path: string, body: object): Promise<TestAnswer> {
  return await agent.post(path).set('Accept', 'application/json').send(body);
}

function refused(route: string, { status, body }: TestAnswer): Error {
  return new Error(`${route} was answered with ${String(status)}: ${JSON.stringify(body)}`);
}
