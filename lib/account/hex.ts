/**
 * The bytes of a secret in hex, in either case, with or without spaces, colons and hyphens between bytes, as makers of
 * tokens write it. `null` when it is anything else.
 */
export function decodeHex(typed: string): Uint8Array | null {
  const text = typed.trim();
  return /^[0-9a-f]{2}(?:[\s:-]*[0-9a-f]{2})*$/i.test(text)
    ? Buffer.from(text.replace(/[\s:-]/g, ''), 'hex')
    : null;
}
