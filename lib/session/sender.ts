import type { ResolvedOptions } from '../check-options.js';
import type { HttpRequest } from '../options.js';
import { asTold } from './regenerate.js';

/** Who sent a request, as far as its connection says. */
export interface Sender {
  /** The address, as the option `ip` gave it when the session was checked; throws what that threw. */
  readonly ip: () => unknown;
  /** Whether the connection was reset by then, and its address unknown: nobody could tell who did what it asks for. */
  readonly isLost: boolean;
}

/** Asks for the address once, as early as possible: Node.js forgets it with the connection, which a client may reset at any time. */
export function senderOf({ ip }: Pick<ResolvedOptions, 'ip'>, request: HttpRequest): Sender {
  const { socket } = request as { readonly socket?: { readonly destroyed?: boolean } };
  const isOver = socket?.destroyed === true;
  try {
    const said = ip(request);
    return { ip: () => said, isLost: isOver && said === undefined };
  } catch (error) {
    const told = asTold(error);
    return {
      ip: () => {
        throw told;
      },
      isLost: isOver,
    };
  }
}
