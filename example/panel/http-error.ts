/** Something a client may be told: a status, a stable code and a sentence. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The `type` of a problem document (RFC 9457). */
  get type(): string {
    return `urn:acme-panel:error:${this.code}`;
  }
}
