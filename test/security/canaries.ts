import { Secret } from 'otpauth';

/** Secrets that must not be found anywhere, in all the spellings they can have. */
export class Canaries {
  readonly #texts = new Map<string, string>();
  readonly #codes = new Set<string>();

  /** A secret that is a text: password, token, recovery code, key. */
  add(what: string, text: string): void {
    const bytes = Buffer.from(text);
    for (const spelling of [text, text.replaceAll('-', ''), encodeURIComponent(text)]) {
      this.#texts.set(spelling, what);
    }
    this.#texts.set(bytes.toString('base64').replace(/=+$/, ''), `${what} in base64`);
    this.#texts.set(bytes.toString('hex'), `${what} in hex`);
  }

  /** The key of an authenticator, in base32. */
  addKey(base32: string): void {
    this.add('key', base32);
    const bytes = Buffer.from(Secret.fromBase32(base32).bytes);
    const hex = bytes.toString('hex');
    for (const spelling of [hex, hex.toUpperCase(), hex.replace(/\B(?=(..)+$)/g, ' ')]) {
      this.#texts.set(spelling, 'key in hex');
    }
    this.#texts.set(bytes.toString('base64').replace(/=+$/, ''), 'key in base64');
    this.#texts.set(bytes.toString('base64url'), 'key in base64url');
  }

  /** A code of six digits: found only where it stands alone, not within a longer number, a time or a version. */
  addCode(code: string): void {
    this.#codes.add(code);
  }

  /** What of it stands in a text; empty when nothing does. */
  foundIn(text: string): string[] {
    const found = [...this.#texts].filter(([spelling]) => text.includes(spelling)).map(([, what]) => what);
    const numbers = new Set(text.match(/(?<!\w|\d[.:])\d{6}(?!\w|[.:]\d)/g));
    return [...found, ...[...this.#codes].filter((code) => numbers.has(code)).map((code) => `code ${code}`)];
  }
}
