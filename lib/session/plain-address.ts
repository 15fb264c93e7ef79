/** An IPv4 address as a socket that listens on IPv6 gives it (RFC 4291 §2.5.5.2). */
const MAPPED = /^::ffff:(?=\d{1,3}(?:\.\d{1,3}){3}$)/i;

/** An address as people know it: `203.0.113.7` for `::ffff:203.0.113.7`. Other addresses stay as they are. */
export function plainAddress(address: string): string {
  return address.replace(MAPPED, '');
}
