import type { ResolvedOptions } from '../check-options.js';
import type { HttpRequest } from '../options.js';

/** Who sent a request, by its connection. */
export class Sender {
  readonly #ip: ResolvedOptions['ip'];
  readonly #request: HttpRequest;

  /**
   * Asks for the address of the connection as early as possible. A client may reset the connection at any time, and
   * Node.js then only knows an address that was asked for before.
   */
  constructor({ ip }: Pick<ResolvedOptions, 'ip'>, request: HttpRequest) {
    this.#ip = ip;
    this.#request = request;
    void socketOf(request)?.remoteAddress;
  }

  /**
   * The address from the option `ip`, asked again each time. What the application uses may come later: from a
   * middleware behind this one, or a sub-application that trusts a proxy. Throws what the option throws.
   */
  ip(): unknown {
    return this.#ip(this.#request);
  }

  /**
   * Whether the connection was reset before its address was known. Then nobody could tell who did what the request asks
   * for.
   */
  get isLost(): boolean {
    if (socketOf(this.#request)?.destroyed !== true) return false;
    try {
      return this.ip() === undefined;
    } catch {
      return true;
    }
  }
}

/** A framework may pass a request without a socket. */
function socketOf({ socket }: HttpRequest): HttpRequest['socket'] | undefined {
  return socket;
}
