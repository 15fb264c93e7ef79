import { Agent } from 'node:http';
import { Client } from '../../test/support/client.js';
import { said, verify } from '../../test/support/people.js';
import { accountId, codeNow, wrongCodeNow } from './accounts.js';
import type { Running, Slice } from './running.js';

/** The name that express-session gives to it. */
const SESSION_COOKIE = 'connect.sid';
/** How many people sign in side by side. */
export const CLIENTS = 8;

/** Somebody who is signing in, and how long the requests since the password took, in milliseconds. */
export interface Person {
  readonly client: Client;
  readonly login: string;
  milliseconds: number;
}

/** One after the other in each of some clients, over connections that stay open. */
export class Crowd {
  readonly people: readonly Person[];
  readonly #running: Running;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

  /** @param places of their accounts: each signs in once in a time step */
  constructor(running: Running, places: readonly number[]) {
    this.#running = running;
    this.people = places.map((place) => ({
      client: new Client({ ...running, connections: this.#agent }),
      login: accountId(place),
      milliseconds: 0,
    }));
  }

  /** All send their password, in browsers that remember no session. */
  passwords(): Promise<Slice> {
    for (const person of this.people) {
      person.client.cookies.delete(SESSION_COOKIE);
      person.milliseconds = 0;
    }
    return this.#all(({ client, login }) => client.login(login), ['200', 'code-required']);
  }

  /** All send a wrong code. */
  wrongCodes(): Promise<Slice> {
    const code = wrongCodeNow();
    return this.#all(({ client }) => verify(client, code), ['401', 'code-invalid']);
  }

  /** All send the code of this moment. */
  codes(): Promise<Slice> {
    return this.#all(({ client }) => verify(client, codeNow()), ['verified']);
  }

  /** Closes the connections; the next request opens new ones. */
  end(): void {
    this.#agent.destroy();
  }

  async #all(
    send: (person: Person) => ReturnType<Client['get']>,
    expected: readonly string[],
  ): Promise<Slice> {
    const cpu = await this.#running.ask('cpu');
    const began = performance.now();
    const waiting = this.people.values();
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (const person of waiting) {
          const sent = performance.now();
          const answer = said(await send(person));
          person.milliseconds += performance.now() - sent;
          if (!expected.includes(answer)) throw new Error(`${this.#running.name} answered ${answer}`);
        }
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    const { length } = this.people;
    return { rate: length / seconds, cpu: ((await this.#running.ask('cpu')) - cpu) / length };
  }
}
