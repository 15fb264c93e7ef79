import type { ResolvedOptions } from '../check-options.js';
import type { HttpRequest } from '../options.js';

/** Who sent a request, as far as its connection says. */
export class Sender {
  readonly #ip: ResolvedOptions['ip'];
  readonly #request: HttpRequest;

  /**
   * Asks for the address of the connection as early as possible: a client may reset it at any time, and Node.js knows only
   * what was asked for by then.
   */
  constructor({ ip }: Pick<ResolvedOptions, 'ip'>, request: HttpRequest) {
    this.#ip = ip;
    this.#request = request;
    void socketOf(request)?.remoteAddress;
  }

  /**
   * The address, as the option `ip` gives it, asked anew each time: what the application goes by may come later, by a middleware
   * behind this one, or a sub-application that trusts a proxy. Throws what that throws.
   */
  ip(): unknown {
    return this.#ip(this.#request);
  }

  /** Whether the connection was reset before anybody knew its address: nobody could tell who did what it asks for. */
  get isLost(): boolean {
    if (socketOf(this.#request)?.destroyed !== true) return false;
    try {
      return this.ip() === undefined;
    } catch {
      return true;
    }
  }
}

/** A framework may hand in a request without one. */
function socketOf({ socket }: HttpRequest): HttpRequest['socket'] | undefined {
  return socket;
}
