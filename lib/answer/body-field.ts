import type { IncomingMessage } from 'node:http';

/** One field of the body, of whatever type it is; `undefined` when it is not there. */
export function bodyField(req: IncomingMessage, name: string): unknown {
  const { body } = req as { body?: unknown };
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Record<string, unknown>)[name];
}

/** Whether a field says nothing: it is not there, `null` in JSON, or empty in a form. */
export function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Whether a field is a ticked box of a form, or `true` in JSON. */
export function isTicked(value: unknown): boolean {
  return value === true || value === 'on' || value === 'true';
}

/** Whether a field says that a box is not ticked: it is not there, or says so in JSON or a form. */
export function isUnticked(value: unknown): boolean {
  return isLeftOut(value) || value === false || value === 'false';
}

/**
 * Whether no parser read the body: that of Express 4 leaves an empty object where the type was another one's, and
 * adapters that make requests out of events leave the bytes there, and let parsers read them from the stream.
 */
export function isUnread(req: IncomingMessage): boolean {
  const { body, _body: parsed } = req as { body?: unknown; _body?: boolean };
  if (body === undefined) return true;
  if (parsed || req.readableEnded) return false;
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return true;
  return !Array.isArray(body) && Object.keys(body).length === 0;
}

/** Whether the client left before its body was read: parsers take that for a body that was read, and leave none. */
export function hasLeft(req: IncomingMessage): boolean {
  return req.destroyed && !req.readableEnded && isUnread(req);
}
