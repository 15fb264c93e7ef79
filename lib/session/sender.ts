import type { ResolvedOptions } from '../check-options.js';
import type { HttpRequest } from '../options.js';

/** Who sent a request, as far as its connection says. */
export interface Sender {
  /**
   * The address, as the option `ip` gives it: once the connection is over, as it did when the session was checked. Throws what
   * that throws.
   */
  readonly ip: () => unknown;
  /** Whether the connection was reset by then, and its address unknown: nobody could tell who did what it asks for. */
  readonly isLost: boolean;
}

/**
 * Asks for the address as early as possible: Node.js forgets it with the connection, which a client may reset at any time.
 * While that lasts it is asked for anew, since what the application goes by may come later: a middleware behind this one, or
 * a sub-application that trusts a proxy.
 */
export function senderOf({ ip }: Pick<ResolvedOptions, 'ip'>, request: HttpRequest): Sender {
  const early = earlyAddress(ip, request);
  return {
    ip: () => (early !== undefined && isReset(request) ? early : ip(request)),
    isLost: early === undefined && isReset(request),
  };
}

/** What is said before anything can be told; an option that throws is told about where something is. */
function earlyAddress(ip: ResolvedOptions['ip'], request: HttpRequest): string | undefined {
  try {
    return ip(request);
  } catch {
    return undefined;
  }
}

function isReset(request: HttpRequest): boolean {
  const { socket } = request as { readonly socket?: { readonly destroyed?: boolean } };
  return socket?.destroyed === true;
}
